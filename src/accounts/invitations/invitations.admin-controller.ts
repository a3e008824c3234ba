import { Body, Controller, Delete, Get, Headers, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Needs } from '../../organisers/admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../../organisers/signed-in-organiser.js';
import { Answers } from '../../platform/http/answers.decorator.js';
import { markReplay, TakesIdempotencyKey } from '../../platform/http/idempotency-header.js';
import { type IdParameter, idParameterSchema } from '../../platform/http/text.schema.js';
import {
  invitationSchema,
  invitationsPageSchema,
  type InvitationsQuery,
  invitationsQuerySchema,
  type NewInvitation,
  newInvitationSchema,
} from './invitations.admin-schemas.js';
import { InvitationsAdminService } from './invitations.admin-service.js';

@ApiTags('Organisers')
@Controller('v1/admin/organisers')
export class InvitationsAdminController {
  constructor(private readonly invitations: InvitationsAdminService) {}

  @Post()
  @Needs('organisers.write')
  @TakesIdempotencyKey()
  @ApiOperation({
    summary: 'Invite somebody to a role, by email',
    description:
      'Their account, if they have none, and the role come with their own press on the link, in ' +
      'your name: your right to give it is asked for again then. The answer is the same whether or ' +
      'not the address has an account.',
  })
  @Answers(201, invitationSchema, 'The invitation, which is on its way')
  async invite(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Body({ schema: newInvitationSchema }) input: NewInvitation,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { answer, replayed } = await this.invitations.invite(organiser, input, key);
    markReplay(reply, replayed);
    return answer;
  }

  @Get('invitations')
  @Needs('organisers.read')
  @ApiOperation({ summary: 'Open invitations to roles that I may give, the latest first' })
  @Answers(200, invitationsPageSchema, 'A page of invitations')
  list(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: invitationsQuerySchema }) query: InvitationsQuery,
  ) {
    return this.invitations.list(organiser, query);
  }

  @Post('invitations/:id/resend')
  @Needs('organisers.write')
  @ApiOperation({ summary: 'Send an invitation once more, in my name' })
  @Answers(200, invitationSchema, 'The invitation as it is now')
  sendAgain(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
  ) {
    return this.invitations.sendAgain(organiser, id);
  }

  @Delete('invitations/:id')
  @Needs('organisers.write')
  @ApiOperation({ summary: 'Take an invitation back' })
  @Answers(204, undefined, 'Its link is dead')
  withdraw(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
  ): Promise<void> {
    return this.invitations.withdraw(organiser, id);
  }
}
