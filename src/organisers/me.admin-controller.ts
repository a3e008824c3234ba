import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers } from '../platform/http/answers.decorator.js';
import { NeedsSession } from './admin-route.decorators.js';
import { meSchema } from './me.schemas.js';
import { MeService } from './me.service.js';
import { CurrentOrganiser, type SignedInOrganiser } from './signed-in-organiser.js';

@ApiTags('Sessions')
@Controller('v1/admin/me')
export class MeAdminController {
  constructor(private readonly me: MeService) {}

  @Get()
  @NeedsSession()
  @ApiOperation({ summary: 'Who am I, which grants, which permissions' })
  @Answers(200, meSchema, 'The organiser who asks')
  read(@CurrentOrganiser() organiser: SignedInOrganiser) {
    return this.me.read(organiser);
  }
}
