import { Controller, Get, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Needs } from '../organisers/admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Answers } from '../platform/http/answers.decorator.js';
import { type IdParameter, idParameterSchema } from '../platform/http/text.schema.js';
import { queuesSchema } from './queues.schemas.js';
import { QueuesService } from './queues.service.js';

@ApiTags('Queues')
@Controller('v1/admin/queues')
export class QueuesAdminController {
  constructor(private readonly queues: QueuesService) {}

  @Get()
  @Needs('queues.read')
  @ApiOperation({ summary: 'How the background work stands' })
  @Answers(200, queuesSchema, 'Counts of each queue, and the jobs that were given up')
  read() {
    return this.queues.read();
  }

  @Post('dead/:id/retry')
  @Needs('queues.write')
  @ApiOperation({ summary: 'Give a dead job all its tries again' })
  @Answers(204, undefined, 'It waits for its turn')
  retry(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
  ): Promise<void> {
    return this.queues.retry(organiser, id);
  }
}
