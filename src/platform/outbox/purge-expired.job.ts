import { DiscoveryService } from '@nestjs/core';
import { z } from 'zod';
import { HandlesJob, type OutsideHandler, defineJob } from '../queue/job.js';
import { type ExpiredRows, ExpiredRowsMark } from './expired-rows.js';

/**
 * Deletes what has outlived its use, wherever a feature says so (`@DeletesExpired()`). Recurring; in
 * batches with a commit each, so that no request waits behind a long transaction.
 */
export const purgeExpired = defineJob({
  name: 'platform.purge-expired',
  queue: 'bulk',
  data: z.object({}),
  everySeconds: 600,
});

const BATCH = 1_000;
const MOST_BATCHES = 200;

@HandlesJob(purgeExpired)
export class PurgeExpiredJob implements OutsideHandler<Record<string, never>, object> {
  constructor(private readonly discovery: DiscoveryService) {}

  async begin(): Promise<object> {
    return {};
  }

  async perform(): Promise<void> {
    const marked = this.discovery.getProviders({ metadataKey: ExpiredRowsMark.KEY });
    const all = new Set(marked.map(({ instance }) => instance as ExpiredRows));
    // Bounded, so that it ends within its lease; the next run goes on.
    for (let batches = 0; batches < MOST_BATCHES; batches += 1) {
      const deleted: number[] = [];
      for (const rows of all) deleted.push(await rows.deleteBatch(BATCH));
      if (Math.max(...deleted) < BATCH) return;
    }
  }

  async finish(): Promise<void> {
    // What was deleted is committed already.
  }
}
