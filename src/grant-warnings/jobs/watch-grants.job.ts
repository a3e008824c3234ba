import type { EntityManager } from 'typeorm';
import { HandlesJob, type InsideHandler } from '../../platform/queue/job.js';
import { GrantWarnings } from '../grant-warnings.js';
import { watchGrants } from '../watch-grants.definition.js';

/**
 * Looks every hour for grants that end in 30, 14 or 3 days, or have ended, and tells their holders,
 * and the office above each. By looking, not by a job for each grant: ends are moved by confirming,
 * and after a night in which no worker ran the nearest warning is still the right one.
 *
 * Queue: reminders. Business keys, on the messages: kind, grant, end and days before it; for an
 * office the moment of the run.
 */
@HandlesJob(watchGrants)
export class WatchGrantsJob implements InsideHandler<Record<string, never>> {
  constructor(private readonly warnings: GrantWarnings) {}

  async handle(manager: EntityManager): Promise<void> {
    await this.warnings.keepGrace(manager);
    await this.warnings.warn(manager);
  }

  committed(): void {
    this.warnings.ring();
  }
}
