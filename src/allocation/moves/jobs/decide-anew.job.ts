import type { EntityManager } from 'typeorm';
import { HandlesJob, type InsideHandler } from '../../../platform/queue/job.js';
import { decideAnew } from '../move-jobs.definitions.js';
import { Reallocation } from '../reallocation.js';

/**
 * Somebody has moved home while the locator was down: decides again when it is back, and fails
 * until then, to be tried later.
 *
 * Queue: notices. Twice does no harm: who belongs where they are is left alone, and nobody is told.
 */
@HandlesJob(decideAnew)
export class DecideAnewJob implements InsideHandler<{ readonly personId: string }> {
  constructor(private readonly reallocation: Reallocation) {}

  async handle(manager: EntityManager, { personId }: { readonly personId: string }): Promise<void> {
    const person = await this.reallocation.lock(manager, personId);
    if (person === undefined) return;
    const cause = { decidedById: null, tells: true };
    if ((await this.reallocation.decideAnew(manager, person, cause)) === 'later') {
      throw new Error('The locator is still down.');
    }
  }
}
