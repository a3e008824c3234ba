import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  Inject,
  Injectable,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Configuration } from '../platform/config/configuration.js';
import { toProblem } from '../platform/http/problem-mapping.js';
import { answerProblem } from '../platform/http/problem-reply.js';
import { LOGGER, type Logger } from '../platform/logging/logger.js';
import { PageRenderer } from '../platform/templates/page-renderer.js';
import { FormDirectory } from './forms/form-directory.js';
import { formIdOf } from './join-call.js';
import { JoinPages } from './join-pages.js';
import { wantsPage } from '../platform/http/wants-page.js';

/**
 * Answers a form post that could not be taken with the form itself: what was typed, with the faults
 * beside the fields. Nothing typed is lost, also when the database is away for a moment.
 */
@Catch()
@Injectable()
export class JoinFormFilter implements ExceptionFilter {
  constructor(
    private readonly configuration: Configuration,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly forms: FormDirectory,
    private readonly pages: JoinPages,
    private readonly renderer: PageRenderer,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const options = {
      logger: this.logger,
      bodyLimitBytes: this.configuration.environment.BODY_LIMIT_BYTES,
    };
    const problem = toProblem(thrown, options);
    if (!wantsPage(request) || problem.status === 403 || problem.status === 500) {
      answerProblem(thrown, request, reply, options);
      return;
    }
    request.problemCode = problem.code;
    const { origin, host: ownHost } = request.headers;
    const isOurs = origin !== undefined && this.forms.own.isOwn(origin, ownHost);
    const named = this.forms.remembered(formIdOf(request));
    // Whoever filled in a form that is closed may send it through the one that never is.
    const form = named === undefined || named.isClosed ? this.forms.own : named;
    const page = this.pages.formPage({ body: request.body, problem, isOurs }, form);
    // Nest waits for no filter: a rejection that nobody takes would end the process.
    this.renderer
      .send(reply, {
        ...page,
        status: problem.status,
        headers: { ...page.headers, ...problem.headers },
      })
      .catch((failure: unknown) => answerProblem(failure, request, reply, options));
  }
}
