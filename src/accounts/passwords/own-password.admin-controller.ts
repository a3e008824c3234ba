import { Body, Controller, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { NeedsSession } from '../../organisers/admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../../organisers/signed-in-organiser.js';
import { Answers } from '../../platform/http/answers.decorator.js';
import { clientAddressOf } from '../../platform/http/client-address.js';
import { OwnPasswordService } from './own-password.service.js';
import { type PasswordChange, passwordChangeSchema } from './password-resets.schemas.js';

@ApiTags('Sessions')
@Controller('v1/admin/me/password')
export class OwnPasswordAdminController {
  constructor(private readonly ownPassword: OwnPasswordService) {}

  @Post()
  @NeedsSession()
  @ApiOperation({
    summary: 'Change my password',
    description:
      'Ends all my sessions but this one, and tells me by mail. Wrong guesses at the present ' +
      'password count as tries to sign in.',
  })
  @Answers(204, undefined, 'The new password holds')
  change(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Body({ schema: passwordChangeSchema }) change: PasswordChange,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    return this.ownPassword.change(organiser, change, clientAddressOf(request));
  }
}
