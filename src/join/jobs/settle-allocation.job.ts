import type { EntityManager } from 'typeorm';
import { Allocator } from '../../allocation/allocator.js';
import { Reallocation } from '../../allocation/moves/reallocation.js';
import { FollowUpsService } from '../../follow-ups/follow-ups.service.js';
import { isMinorOn } from '../../people/age.js';
import { HandlesJob, type InsideHandler } from '../../platform/queue/job.js';
import { Clock } from '../../platform/time/clock.js';
import { royalMailPostcode } from '../../postcodes/royal-mail-postcode.js';
import { UnitDirectory } from '../../units/unit-directory.js';
import { settleAllocation } from '../settle-allocation.definition.js';
import { UnsettledSubmissionsRepository } from '../unsettled-submissions.repository.js';

/** Nobody is told: what the national office had for a moment was never theirs. */
const SETTLING = { decidedById: null, tells: false, movesDuties: false };

/**
 * A locator that is down never refuses a join: the national office takes it, and this job decides
 * again when the locator is back (until then it fails and is tried later). The duty moves to the
 * right unit with a notice of its own, if nobody has dealt with it meanwhile.
 *
 * Queue: notices. Twice does no harm: a settled allocation is left alone.
 */
@HandlesJob(settleAllocation)
export class SettleAllocationJob implements InsideHandler<{ readonly submissionId: string }> {
  constructor(
    private readonly directory: UnitDirectory,
    private readonly allocator: Allocator,
    private readonly reallocation: Reallocation,
    private readonly followUps: FollowUpsService,
    private readonly repository: UnsettledSubmissionsRepository,
    private readonly clock: Clock,
  ) {}

  async handle(
    manager: EntityManager,
    { submissionId }: { readonly submissionId: string },
  ): Promise<void> {
    const submission = await this.repository.find(manager, submissionId);
    if (submission === undefined) return;
    const { isNewPerson, personId, posted, dateOfBirth } = submission;
    if (isNewPerson && personId !== null) {
      const person = await this.reallocation.lock(manager, personId);
      if (person !== undefined) await this.reallocation.decideAnew(manager, person, SETTLING);
    }
    const { view } = this.directory;
    const decision = this.allocator.decide(view, royalMailPostcode(posted));
    if (decision.provisional) throw new Error('The locator is still down.');
    // A child's details stay with the national office, wherever they live.
    if (isMinorOn(dateOfBirth, this.clock.today())) return;
    await this.followUps.moveTo(manager, submissionId, view.responsible(decision.unit));
    await this.repository.moveHandling(manager, submissionId, decision.unit.id);
  }
}
