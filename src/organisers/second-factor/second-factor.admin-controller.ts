import { Body, Controller, Get, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers } from '../../platform/http/answers.decorator.js';
import { NeedsSession } from '../admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../signed-in-organiser.js';
import {
  type BeginSecondFactor,
  beginSecondFactorSchema,
  type ConfirmSecondFactor,
  confirmSecondFactorSchema,
  recoveryCodesSchema,
  type RenewRecoveryCodes,
  renewRecoveryCodesSchema,
  secondFactorEnrolmentSchema,
  secondFactorSchema,
  type SwitchOffSecondFactor,
  switchOffSecondFactorSchema,
} from './second-factor.schemas.js';
import { SecondFactorService } from './second-factor.service.js';

/** None takes an Idempotency-Key: the answers are secrets and are not kept. */
@ApiTags('Sessions')
@Controller('v1/admin/me/second-factor')
export class SecondFactorAdminController {
  constructor(private readonly secondFactor: SecondFactorService) {}

  @Get()
  @NeedsSession({ beforeEnrolment: true })
  @ApiOperation({ summary: 'My second factor: on since when, how many recovery codes are left' })
  @Answers(200, secondFactorSchema, 'How it stands')
  read(@CurrentOrganiser() organiser: SignedInOrganiser) {
    return this.secondFactor.read(organiser);
  }

  @Post()
  @NeedsSession({ beforeEnrolment: true })
  @ApiOperation({
    summary: 'Begin to set up a second factor, or to move it to another app',
    description:
      'Answers a secret for an app, which counts once a code of it is confirmed, within an hour. ' +
      'A factor that is on stays until then, and is needed here.',
  })
  @Answers(201, secondFactorEnrolmentSchema, 'The secret, shown this once')
  begin(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Body({ schema: beginSecondFactorSchema }) input: BeginSecondFactor,
  ) {
    return this.secondFactor.begin(organiser, input);
  }

  @Post('confirm')
  @NeedsSession({ beforeEnrolment: true })
  @ApiOperation({ summary: 'Switch it on by a code of the app; my other sessions end' })
  @Answers(200, recoveryCodesSchema, 'Recovery codes, shown this once')
  confirm(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Body({ schema: confirmSecondFactorSchema }) input: ConfirmSecondFactor,
  ) {
    return this.secondFactor.confirm(organiser, input);
  }

  @Post('recovery-codes')
  @NeedsSession()
  @ApiOperation({ summary: 'Make new recovery codes; those of before no longer serve' })
  @Answers(200, recoveryCodesSchema, 'Recovery codes, shown this once')
  renewRecoveryCodes(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Body({ schema: renewRecoveryCodesSchema }) input: RenewRecoveryCodes,
  ) {
    return this.secondFactor.renewRecoveryCodes(organiser, input);
  }

  @Post('switch-off')
  @NeedsSession()
  @ApiOperation({
    summary: 'Switch it off; my other sessions end',
    description:
      'Refused with a 409 while a role needs it. A POST, since a DELETE has no body here.',
  })
  @Answers(204, undefined, 'It is off')
  switchOff(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Body({ schema: switchOffSecondFactorSchema }) input: SwitchOffSecondFactor,
  ): Promise<void> {
    return this.secondFactor.switchOff(organiser, input);
  }
}
