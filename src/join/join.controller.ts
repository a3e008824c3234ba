import { Body, Controller, Headers, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiConsumes,
  ApiHeader,
  ApiOperation,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Answers } from '../platform/http/answers.decorator.js';
import { markReplay } from '../platform/http/idempotency-header.js';
import { Cors, HtmlPage, RateLimit } from '../platform/http/route-decorators.js';
import { wantsPage } from '../platform/http/wants-page.js';
import { JoinCallGuard } from './join-call.guard.js';
import { JoinFormFilter } from './join-form.filter.js';
import { JoinIntake } from './join-intake.js';
import { JOIN_LIMIT } from './join-limits.js';
import { type JoinAnswer, joinAnswerSchema, joinBodySchema } from './join.schemas.js';
import { VISITOR_ADDRESS_HEADER, VISITOR_USER_AGENT_HEADER } from './visitor-headers.js';

/** The public intake. */
@ApiTags('Join')
@Controller('v1/join')
export class JoinController {
  constructor(private readonly intake: JoinIntake) {}

  @Post()
  @ApiOperation({
    summary: 'Join: a person raises a hand',
    description:
      'Takes JSON (strict) or a form post, whose fields have the same names with dots (`consent.email=on`). The answer is the same whether or not the person is known. A form post is answered with 303 to a thank-you page, or 422 with the filled-in form, unless it asks for JSON. Without an Idempotency-Key the same post through the same form within ten minutes is the same submission. A server that posts for its visitors sends an API key with the scope `join.post`, and the address of each in `Branchline-Visitor-Address`: limits and evidence go by that.',
  })
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiBearerAuth('bearer')
  @ApiQuery({
    name: 'formId',
    required: false,
    schema: { type: 'string' },
    description: 'The form, where the body names none; a preflight is answered for it alone',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    description: '1 to 255 printable ASCII characters, best random. Kept for 24 hours.',
    required: false,
  })
  @ApiHeader({
    name: VISITOR_ADDRESS_HEADER,
    description: 'With an API key: the IP address of the visitor. Ignored without one.',
    required: false,
  })
  @ApiHeader({
    name: VISITOR_USER_AGENT_HEADER,
    description: 'With an API key: the User-Agent of the visitor. Ignored without one.',
    required: false,
  })
  @Answers(201, joinAnswerSchema, 'The submission is safe and will be followed up')
  @Cors('join-form')
  @HtmlPage()
  @UseGuards(JoinCallGuard)
  @UseFilters(JoinFormFilter)
  @RateLimit(JOIN_LIMIT)
  async submit(
    @Body({ schema: joinBodySchema }) body: unknown,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JoinAnswer | undefined> {
    const call = request.joinCall;
    if (call === undefined) throw new Error('The guard of the intake was not asked.');
    const { answer, replayed, endsAt } = await this.intake.take(body, call, idempotencyKey);
    markReplay(reply, replayed);
    if (!wantsPage(request)) return answer;
    void reply.code(303).header('Location', endsAt);
    return undefined;
  }
}
