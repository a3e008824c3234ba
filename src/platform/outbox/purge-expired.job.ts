import { z } from 'zod';
import { HandlesJob, type OutsideHandler, defineJob } from '../queue/job.js';
import { ExpiredRowsRepository } from './expired-rows.repository.js';

/**
 * Deletes what has outlived its use: answers kept for idempotency keys, counters of the rate limiter,
 * runs over everybody with whom they list.
 * Recurring; in batches with a commit each, so that no request waits behind a long transaction.
 */
export const purgeExpired = defineJob({
  name: 'platform.purge-expired',
  queue: 'bulk',
  data: z.object({}),
  everySeconds: 600,
});

const BATCH = 1_000;

@HandlesJob(purgeExpired)
export class PurgeExpiredJob implements OutsideHandler<Record<string, never>, object> {
  constructor(private readonly expired: ExpiredRowsRepository) {}

  async begin(): Promise<object> {
    return {};
  }

  async perform(): Promise<void> {
    // Bounded, so that it ends within its lease; the next run goes on.
    for (let batches = 0; batches < 200; batches += 1) {
      if ((await this.expired.deleteBatch(BATCH)) < BATCH) return;
    }
  }

  async finish(): Promise<void> {
    // What was deleted is committed already.
  }
}
