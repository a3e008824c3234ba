import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Configuration } from '../../platform/config/configuration.js';
import { Answers } from '../../platform/http/answers.decorator.js';
import { Cors, RateLimit } from '../../platform/http/route-decorators.js';
import {
  type ChallengeQuery,
  challengeQuerySchema,
  joinChallengeSchema,
} from './join-challenge.schemas.js';
import { JoinChallengeService } from './join-challenge.service.js';

/** Other sites name the script without a version: a new one reaches them within the hour. */
const FOR_AN_HOUR = 'public, max-age=3600';

@ApiTags('Join')
@Controller()
export class JoinChallengeController {
  constructor(private readonly challenges: JoinChallengeService) {}

  @Get('v1/join/challenge')
  @ApiOperation({
    summary: 'A challenge for one post of a form that asks for proof of work',
    description:
      'In ALTCHA’s format, version 2; the solution goes into the field `altcha` of the post. Each challenge is worth one join and lasts an hour. A form that asks for none is a 404.',
  })
  @Answers(200, joinChallengeSchema, 'A new challenge')
  @Cors('join-form')
  @RateLimit({
    name: 'join-challenge',
    per: 'address',
    points: ({ environment }: Configuration) => environment.RATE_LIMIT_LOOKUP_PER_ADDRESS,
    seconds: 60,
  })
  make(@Query({ schema: challengeQuerySchema }) { formId }: ChallengeQuery) {
    return this.challenges.make(formId);
  }

  /** Any page may load it: it solves for the form that it finds there. */
  @Get('embed/join-challenge.js')
  @ApiExcludeEndpoint()
  @Cors('anyone')
  async script(@Res() reply: FastifyReply): Promise<void> {
    const { content, version } = this.challenges.script;
    await reply
      .headers({
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': FOR_AN_HOUR,
        'cross-origin-resource-policy': 'cross-origin',
        etag: `"${version}"`,
      })
      .send(content);
  }
}
