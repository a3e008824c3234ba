import { Body, Controller, Headers, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Needs } from '../../organisers/admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../../organisers/signed-in-organiser.js';
import { Answers } from '../../platform/http/answers.decorator.js';
import { TakesIdempotencyKey, markReplay } from '../../platform/http/idempotency-header.js';
import { IntakeAdminService } from './intake.admin-service.js';
import { type IntakeInput, intakeAnswerSchema, intakeSchema } from './intake.schemas.js';
import { LikelyMatchesService } from './likely-matches.service.js';
import {
  likelyMatchesSchema,
  type MatchesQuestion,
  matchesQuestionSchema,
} from './likely-matches.schemas.js';

@ApiTags('Join submissions')
@Controller('v1/admin/join-submissions')
export class IntakeAdminController {
  constructor(
    private readonly intake: IntakeAdminService,
    private readonly matches: LikelyMatchesService,
  ) {}

  @Post()
  @Needs('join_submissions.write')
  @TakesIdempotencyKey()
  @ApiOperation({
    summary: 'Take the details of a telephone call or a stall card',
    description:
      'The journey of a public join, with the day of the conversation and the evidence of consent. ' +
      'The answer is the same whether or not the person is known. Of somebody known in my units ' +
      'the details stay a proposal; consents reach the record where personId names them, refusals always.',
  })
  @Answers(201, intakeAnswerSchema, 'The submission is safe and will be followed up')
  async take(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Body({ schema: intakeSchema }) input: IntakeInput,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { answer, replayed } = await this.intake.take(organiser, input, key);
    markReplay(reply, replayed);
    return answer;
  }

  @Post('matches')
  @Needs('join_submissions.write')
  @ApiOperation({
    summary: 'Who of my people this is likely to be',
    description:
      'To be looked at before saving; changes nothing. People of other units are never among them. Audited as a reading of those who are shown.',
  })
  @Answers(200, likelyMatchesSchema, 'At most ten, the likeliest first')
  match(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Body({ schema: matchesQuestionSchema }) question: MatchesQuestion,
  ) {
    return this.matches.find(organiser, question);
  }
}
