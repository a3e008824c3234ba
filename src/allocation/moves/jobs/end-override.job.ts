import type { EntityManager } from 'typeorm';
import { HandlesJob, type InsideHandler } from '../../../platform/queue/job.js';
import { endOverride } from '../move-jobs.definitions.js';
import { MovesRepository } from '../moves.repository.js';
import { Reallocation } from '../reallocation.js';

/**
 * The time of an override is over: the rules decide again. Its row was written with the override,
 * to come due when it ends; an override that was ended or replaced before is left alone.
 *
 * Queue: notices. Twice does no harm: after the first time another allocation holds.
 */
@HandlesJob(endOverride)
export class EndOverrideJob implements InsideHandler<{ readonly allocationId: string }> {
  constructor(
    private readonly moves: MovesRepository,
    private readonly reallocation: Reallocation,
  ) {}

  async handle(
    manager: EntityManager,
    { allocationId }: { readonly allocationId: string },
  ): Promise<void> {
    const personId = await this.moves.personOf(manager, allocationId);
    if (personId === undefined) return;
    const person = await this.reallocation.lock(manager, personId);
    if (person?.allocation?.id !== allocationId || person.overridden) return;
    const cause = { decidedById: null, tells: true };
    if ((await this.reallocation.decideAnew(manager, person, cause)) === 'later') {
      throw new Error('The locator is down.');
    }
  }
}
