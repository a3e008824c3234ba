import { Body, Controller, Get, Headers, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Needs } from '../../organisers/admin-route.decorators.js';
import type { Creation } from '../../organisers/idempotent-creation.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../../organisers/signed-in-organiser.js';
import { Answers } from '../../platform/http/answers.decorator.js';
import { TakesIdempotencyKey, markReplay } from '../../platform/http/idempotency-header.js';
import { type IdParameter, idParameterSchema } from '../../platform/http/text.schema.js';
import {
  type DryRunInput,
  type RecomputeInput,
  type RunAnswer,
  type RunPeopleQuery,
  type RunsQuery,
  dryRunSchema,
  recomputeSchema,
  runPeoplePageSchema,
  runPeopleQuerySchema,
  runSchema,
  runsPageSchema,
  runsQuerySchema,
} from './allocation-runs.admin-schemas.js';
import { AllocationRunsAdminService } from './allocation-runs.admin-service.js';

@ApiTags('Allocation runs')
@Controller('v1/admin')
export class AllocationRunsAdminController {
  constructor(private readonly runs: AllocationRunsAdminService) {}

  @Post('coverage-rules/dry-run')
  @Needs('allocation_runs.write')
  @TakesIdempotencyKey()
  @ApiOperation({
    summary: 'Find out who would move if the rules were changed so',
    description:
      'Changes nothing. With no rule to add or remove it shows what a recompute would do now, ' +
      'after rules, branches or reference data have changed.',
  })
  @Answers(202, runSchema, 'The dry run, which goes on in the background')
  async dryRun(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Body({ schema: dryRunSchema }) input: DryRunInput,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return answerBegun(reply, await this.runs.dryRun(organiser, input, key));
  }

  @Post('allocations/recompute')
  @Needs('allocation_runs.write')
  @TakesIdempotencyKey()
  @ApiOperation({
    summary: 'Move those whom a dry run has shown',
    description:
      'Applies the rules that the dry run proposed, and moves people with their open duties. ' +
      'Overrides stay. 409 dry_run_needed until the dry run is finished, dry_run_out_of_date where ' +
      'rules, branches or reference data have changed since.',
  })
  @Answers(202, runSchema, 'The recompute, which goes on in the background')
  async recompute(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Body({ schema: recomputeSchema }) input: RecomputeInput,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return answerBegun(reply, await this.runs.recompute(organiser, input, key));
  }

  @Get('allocation-runs')
  @Needs('allocation_runs.read')
  @ApiOperation({ summary: 'Dry runs and recomputes, newest first' })
  @Answers(200, runsPageSchema, 'A page of runs')
  list(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: runsQuerySchema }) query: RunsQuery,
  ) {
    return this.runs.list(organiser, query);
  }

  @Get('allocation-runs/:id')
  @Needs('allocation_runs.read')
  @ApiOperation({
    summary: 'How one run stands',
    description: 'The counts are of everybody; the moves are those from or to my units.',
  })
  @Answers(200, runSchema, 'The run')
  read(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
  ) {
    return this.runs.read(organiser, id);
  }

  @Get('allocation-runs/:id/people')
  @Needs('allocation_runs.read')
  @ApiOperation({
    summary: 'Whom one run moves, or would move',
    description: 'Of people whom I may see: whoever would come from elsewhere is shown when here.',
  })
  @Answers(200, runPeoplePageSchema, 'A page of people')
  people(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Query({ schema: runPeopleQuerySchema }) query: RunPeopleQuery,
  ) {
    return this.runs.people(organiser, id, query);
  }

  @Post('allocation-runs/:id/cancel')
  @Needs('allocation_runs.write')
  @ApiOperation({
    summary: 'Stop a run',
    description: 'Whom a recompute has moved by then stays where they are. Over already: 409.',
  })
  @Answers(200, runSchema, 'The run as it ended')
  cancel(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
  ) {
    return this.runs.cancel(organiser, id);
  }
}

function answerBegun(reply: FastifyReply, { answer, replayed }: Creation<RunAnswer>): RunAnswer {
  markReplay(reply, replayed).header('Location', `/v1/admin/allocation-runs/${answer.id}`);
  return answer;
}
