import type { EntityManager } from 'typeorm';
import { newId } from '../../platform/new-id.js';
import { Allocator } from '../../allocation/allocator.js';
import { FollowUpsService } from '../../follow-ups/follow-ups.service.js';
import { HandlesJob, type InsideHandler } from '../../platform/queue/job.js';
import { Clock } from '../../platform/time/clock.js';
import { UnitDirectory } from '../../units/unit-directory.js';
import { isMinorOn } from '../age.js';
import { newAllocationRow } from '../join-rows.js';
import { royalMailPostcode } from '../royal-mail-postcode.js';
import { settleAllocation } from '../settle-allocation.definition.js';
import { AllocationChangeRepository } from '../allocation-change.repository.js';

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
    private readonly followUps: FollowUpsService,
    private readonly repository: AllocationChangeRepository,
    private readonly clock: Clock,
  ) {}

  async handle(
    manager: EntityManager,
    { submissionId }: { readonly submissionId: string },
  ): Promise<void> {
    const submission = await this.repository.find(manager, submissionId);
    if (submission === undefined) return;
    const { view } = this.directory;
    const decision = this.allocator.decide(view, royalMailPostcode(submission.posted));
    if (decision.provisional) throw new Error('The locator is still down.');
    const isMinor = isMinorOn(submission.dateOfBirth, this.clock.today());
    if (submission.isNewPerson && submission.personId !== null) {
      await this.repository.replaceAllocation(
        manager,
        submission.personId,
        newAllocationRow(newId(), decision),
        isMinor,
      );
    }
    // A child's details stay with the national office, wherever they live.
    if (isMinor) return;
    await this.repository.moveHandling(manager, submissionId, decision.unit.id);
    await this.followUps.moveTo(manager, submissionId, view.responsible(decision.unit));
  }
}
