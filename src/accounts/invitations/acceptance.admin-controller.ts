import { Body, Controller, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { SignsIn } from '../../organisers/admin-route.decorators.js';
import { Answers } from '../../platform/http/answers.decorator.js';
import { clientAddressOf } from '../../platform/http/client-address.js';
import { RateLimit } from '../../platform/http/route-decorators.js';
import {
  type Acceptance,
  acceptanceSchema,
  acceptedInvitationSchema,
} from './acceptance.schemas.js';
import { AcceptanceService } from './acceptance.service.js';

@ApiTags('Organisers')
@Controller('v1/admin/invitations')
export class AcceptanceAdminController {
  constructor(private readonly acceptance: AcceptanceService) {}

  @Post('accept')
  @SignsIn()
  @RateLimit({ name: 'account-press', per: 'address', points: 20, seconds: 60, exact: true })
  @ApiOperation({
    summary: 'Accept an invitation by the token of its link',
    description:
      'For consoles; a person opens the link itself. Takes no Idempotency-Key: a token works once. ' +
      'Sign in afterwards.',
  })
  @Answers(201, acceptedInvitationSchema, 'The account and its new role')
  accept(@Body({ schema: acceptanceSchema }) input: Acceptance, @Req() request: FastifyRequest) {
    return this.acceptance.accept(input, clientAddressOf(request));
  }
}
