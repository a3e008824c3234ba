import { Body, Controller, Delete, Get, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Answers } from '../platform/http/answers.decorator.js';
import { clientAddressOf } from '../platform/http/client-address.js';
import { RateLimit } from '../platform/http/route-decorators.js';
import { type IdParameter, idParameterSchema } from '../platform/http/text.schema.js';
import { NeedsSession, SignsIn } from './admin-route.decorators.js';
import {
  ownSessionsPageSchema,
  type OwnSessionsQuery,
  ownSessionsQuerySchema,
  sessionSchema,
  signInSchema,
  type SignIn,
} from './sessions.schemas.js';
import { SessionsService } from './sessions.service.js';
import { CurrentOrganiser, type SignedInOrganiser } from './signed-in-organiser.js';

@ApiTags('Sessions')
@Controller('v1/admin/sessions')
export class SessionsAdminController {
  constructor(private readonly sessions: SessionsService) {}

  @Post()
  @SignsIn()
  @RateLimit({
    name: 'sign-in',
    per: 'address',
    points: ({ environment }) => environment.RATE_LIMIT_SIGN_IN_PER_ADDRESS,
    seconds: 60,
    exact: true,
  })
  @ApiOperation({
    summary: 'Sign in',
    description:
      'Takes no Idempotency-Key: the answer is a secret and is not kept. Try too often, from one ' +
      'address or at one account, and the answer is a 429 with Retry-After. An account with a ' +
      'second factor answers the right password alone with a 401 `second_factor_required`: send ' +
      'it again with `totp` or `recoveryCode`. A wrong code is a 401 `second_factor_invalid`.',
  })
  @Answers(201, sessionSchema, 'A session that lasts twelve hours')
  signIn(@Body({ schema: signInSchema }) input: SignIn, @Req() request: FastifyRequest) {
    const client = request.headers['user-agent'];
    return this.sessions.signIn(input, { address: clientAddressOf(request), client });
  }

  @Get()
  @NeedsSession()
  @ApiOperation({ summary: 'My sessions that hold, the latest first' })
  @Answers(200, ownSessionsPageSchema, 'A page of sessions')
  list(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: ownSessionsQuerySchema }) query: OwnSessionsQuery,
  ) {
    return this.sessions.list(organiser, query);
  }

  @Delete('current')
  @NeedsSession({ beforeEnrolment: true })
  @ApiOperation({ summary: 'Sign out' })
  @Answers(204, undefined, 'The session has ended')
  signOut(@CurrentOrganiser() organiser: SignedInOrganiser): Promise<void> {
    return this.sessions.signOut(organiser);
  }

  @Delete(':id')
  @NeedsSession()
  @ApiOperation({ summary: 'End one of my sessions, such as one on a phone that was lost' })
  @Answers(204, undefined, 'The session has ended')
  revoke(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
  ): Promise<void> {
    return this.sessions.revoke(organiser, id);
  }
}
