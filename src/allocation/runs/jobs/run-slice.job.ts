import type { EntityManager } from 'typeorm';
import { OutboxService } from '../../../platform/outbox/outbox.service.js';
import { describeJobError } from '../../../platform/queue/job-error.js';
import { HandlesJob, type InsideHandler, type JobFailure } from '../../../platform/queue/job.js';
import { runSlice } from '../run-slice.definition.js';
import { RunSlices } from '../run-slices.js';

type RunSliceData = { readonly runId: string };

/**
 * One slice of a run over everybody, in one transaction with its successor: a process that dies
 * costs its slice, which is then taken again as if it had never begun.
 *
 * Queue: bulk. Twice does no harm: the row of the run is locked, and knows how far it has come.
 */
@HandlesJob(runSlice)
export class RunSliceJob implements InsideHandler<RunSliceData> {
  constructor(
    private readonly slices: RunSlices,
    private readonly outbox: OutboxService,
  ) {}

  handle(manager: EntityManager, { runId }: RunSliceData): Promise<void> {
    return this.slices.take(manager, runId);
  }

  /** Otherwise the next slice would wait for the relay's next look. */
  committed(): void {
    this.outbox.ring();
  }

  async fail(
    manager: EntityManager,
    { runId }: RunSliceData,
    error: Error,
    { final }: JobFailure,
  ): Promise<void> {
    if (final) await this.slices.giveUp(manager, runId, describeJobError(error));
  }
}
