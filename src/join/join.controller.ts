import { Body, Controller, Headers, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import { ApiConsumes, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Configuration } from '../platform/config/configuration.js';
import { Answers } from '../platform/http/answers.decorator.js';
import { clientAddressOf } from '../platform/http/client-address.js';
import { isFormBody } from '../platform/http/form-body.js';
import { Cors, HtmlPage, RateLimit } from '../platform/http/route-decorators.js';
import { JoinFormFilter } from './join-form.filter.js';
import { JoinForm } from './join-form.js';
import { JoinOriginGuard } from './join-origin.guard.js';
import { type JoinAnswer, joinAnswerSchema, type JoinInput, joinSchema } from './join.schemas.js';
import { JoinService } from './join.service.js';
import { wantsPage } from '../platform/http/wants-page.js';

/** Longest user agent that is kept with a submission as evidence of consent. */
const USER_AGENT_LENGTH = 500;

/** The public intake. */
@ApiTags('Join')
@Controller('v1/join')
export class JoinController {
  constructor(
    private readonly join: JoinService,
    private readonly form: JoinForm,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Join: a person raises a hand',
    description:
      'Takes JSON (strict) or a form post, whose fields have the same names with dots (`consent.email=on`). The answer is the same whether or not the person is known. A form post is answered with 303 to a thank-you page, or 422 with the filled-in form, unless it asks for JSON. Without a key the same post within ten minutes is the same submission.',
  })
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiHeader({
    name: 'Idempotency-Key',
    description: '1 to 255 printable ASCII characters, best random. Kept for 24 hours.',
    required: false,
  })
  @Answers(201, joinAnswerSchema, 'The submission is safe and will be followed up')
  @Cors('join-form')
  @HtmlPage()
  @UseGuards(JoinOriginGuard)
  @UseFilters(JoinFormFilter)
  @RateLimit({
    name: 'join',
    per: 'address',
    points: ({ environment }: Configuration) => environment.RATE_LIMIT_JOIN_PER_ADDRESS,
    seconds: 60,
  })
  async submit(
    @Body({ schema: joinSchema }) input: JoinInput,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JoinAnswer | undefined> {
    const { answer, replayed } = await this.join.accept(input, {
      channel: isFormBody(request.body) ? 'form' : 'json',
      idempotencyKey,
      address: clientAddressOf(request) || null,
      userAgent: request.headers['user-agent']?.slice(0, USER_AGENT_LENGTH) ?? null,
    });
    if (replayed) void reply.header('Idempotent-Replayed', 'true');
    if (!wantsPage(request)) return answer;
    void reply.code(303).header('Location', this.form.thankYouUrl);
    return undefined;
  }
}
