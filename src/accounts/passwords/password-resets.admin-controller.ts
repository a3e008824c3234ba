import { Body, Controller, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { SignsIn } from '../../organisers/admin-route.decorators.js';
import { Answers } from '../../platform/http/answers.decorator.js';
import { RateLimit } from '../../platform/http/route-decorators.js';
import { ASKING_LIMIT } from './asking-limit.js';
import {
  resetAskedSchema,
  type ResetCompletion,
  resetCompletionSchema,
  type ResetRequest,
  resetRequestSchema,
} from './password-resets.schemas.js';
import { PasswordResetsService } from './password-resets.service.js';

@ApiTags('Sessions')
@Controller('v1/admin/password-resets')
export class PasswordResetsAdminController {
  constructor(private readonly resets: PasswordResetsService) {}

  @Post()
  @SignsIn()
  @RateLimit(ASKING_LIMIT)
  @ApiOperation({
    summary: 'Ask for a link that sets a new password',
    description: 'The answer is the same, and takes as long, whether or not there is an account.',
  })
  @Answers(202, resetAskedSchema, 'What happens now')
  ask(@Body({ schema: resetRequestSchema }) input: ResetRequest) {
    return this.resets.ask(input);
  }

  @Post('complete')
  @SignsIn()
  @RateLimit({ name: 'account-press', per: 'address', points: 20, seconds: 60, exact: true })
  @ApiOperation({
    summary: 'Set a new password by the token of its link',
    description:
      'For consoles; a person opens the link itself. All sessions of the account end. Takes no ' +
      'Idempotency-Key: a token works once.',
  })
  @Answers(204, undefined, 'The new password holds')
  complete(@Body({ schema: resetCompletionSchema }) input: ResetCompletion): Promise<void> {
    return this.resets.complete(input);
  }
}
