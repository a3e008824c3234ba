import { Controller, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers } from '../../platform/http/answers.decorator.js';
import { type IdParameter, idParameterSchema } from '../../platform/http/text.schema.js';
import { Needs } from '../admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../signed-in-organiser.js';
import { SecondFactorResetService } from './second-factor-reset.service.js';

@ApiTags('Organisers')
@Controller('v1/admin/organisers/:id/second-factor')
export class SecondFactorResetAdminController {
  constructor(private readonly resets: SecondFactorResetService) {}

  @Post('reset')
  @Needs('second_factors.reset')
  @ApiOperation({
    summary: 'Take away the second factor of somebody who has lost it',
    description:
      'Their sessions end at once, and they hear of it by mail. Be sure who asks: from then on ' +
      'their password alone opens the account, until they set up another one.',
  })
  @Answers(204, undefined, 'It is gone')
  reset(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
  ): Promise<void> {
    return this.resets.reset(organiser, id);
  }
}
