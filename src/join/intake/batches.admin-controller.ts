import { Body, Controller, Get, Headers, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Needs } from '../../organisers/admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../../organisers/signed-in-organiser.js';
import { Answers } from '../../platform/http/answers.decorator.js';
import { TakesIdempotencyKey, markReplay } from '../../platform/http/idempotency-header.js';
import { entityTag, TakesIfMatch, VersionToChange } from '../../platform/http/if-match.js';
import { type IdParameter, idParameterSchema } from '../../platform/http/text.schema.js';
import { BatchIntakeService } from './batch-intake.service.js';
import { BatchesAdminService } from './batches.admin-service.js';
import {
  type BatchChange,
  batchChangeSchema,
  batchesPageSchema,
  type BatchesQuery,
  batchesQuerySchema,
  batchBodySchema,
  batchReportSchema,
  batchSchema,
  type NewBatch,
  newBatchSchema,
} from './batches.schemas.js';

@ApiTags('Join submissions')
@Controller('v1/admin/join-submission-batches')
export class BatchesAdminController {
  constructor(
    private readonly batches: BatchesAdminService,
    private readonly intake: BatchIntakeService,
  ) {}

  @Get()
  @Needs('join_submissions.read')
  @ApiOperation({
    summary: 'The batches of my units, newest first',
    description: 'Their submissions: GET /v1/admin/join-submissions?batch=…',
  })
  @Answers(200, batchesPageSchema, 'A page of batches')
  list(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: batchesQuerySchema }) query: BatchesQuery,
  ) {
    return this.batches.list(organiser, query);
  }

  @Get(':id')
  @Needs('join_submissions.read')
  @ApiOperation({ summary: 'One batch' })
  @Answers(200, batchSchema, 'The batch')
  async read(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const batch = await this.batches.read(organiser, id);
    void reply.header('ETag', entityTag(batch.version));
    return batch;
  }

  @Post()
  @Needs('join_submissions.write')
  @TakesIdempotencyKey()
  @ApiOperation({ summary: 'Begin a batch: a pile of cards, or a list of calls' })
  @Answers(201, batchSchema, 'The batch')
  async create(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Body({ schema: newBatchSchema }) input: NewBatch,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { answer, replayed } = await this.batches.create(organiser, input, key);
    markReplay(reply, replayed).header('ETag', entityTag(answer.version));
    return answer;
  }

  @Patch(':id')
  @Needs('join_submissions.write')
  @TakesIfMatch()
  @ApiOperation({ summary: 'Change a batch, or close it' })
  @Answers(200, batchSchema, 'The batch as it is now')
  async change(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @VersionToChange() version: number,
    @Body({ schema: batchChangeSchema }) change: BatchChange,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const batch = await this.batches.change(organiser, id, version, change);
    void reply.header('ETag', entityTag(batch.version));
    return batch;
  }

  @Post(':id/submissions')
  @Needs('join_submissions.write')
  @ApiOperation({
    summary: 'Take many cards at once',
    description:
      'Each for itself: the answer says of each what came of it, and a slip in one sends back that one alone. ' +
      'The number of the card makes a repeat harmless, so that the route takes no key.',
  })
  @Answers(200, batchReportSchema, 'What came of each')
  takeAll(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Body({ schema: batchBodySchema }) body: unknown,
  ) {
    return this.intake.takeAll(organiser, id, body);
  }
}
