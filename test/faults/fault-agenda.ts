import { setTimeout as pause } from 'node:timers/promises';
import type { Moment, PlannedFault } from './round-plan.js';

/**
 * Does each planned fault when its moment has come. Moments are counts of what is going on, so that
 * each falls into the middle of the work, however fast the machine is.
 */
export class FaultAgenda {
  private readonly counts: Record<Moment['of'], number> = { answers: 0, mails: 0, reminders: 0 };
  private readonly begun: Promise<void>[] = [];
  private commit: (fault: PlannedFault) => Promise<void> = () => Promise.resolve();

  constructor(private readonly planned: readonly PlannedFault[]) {}

  /** Says how a fault is done. */
  arm(commit: (fault: PlannedFault) => Promise<void>): void {
    this.commit = commit;
  }

  /** One more answer, mail or reminder. */
  passed(of: Moment['of']): void {
    this.counts[of] += 1;
    for (const fault of this.planned) {
      if (fault.at.of === of && fault.at.count === this.counts[of]) this.begin(fault);
    }
  }

  /** Resolves when nothing of what was begun is under way any more. @throws where one failed. */
  async settled(): Promise<void> {
    for (let known = -1; known !== this.begun.length;) {
      known = this.begun.length;
      await Promise.all(this.begun);
    }
  }

  private begin(fault: PlannedFault): void {
    const done = pause(fault.at.delayMilliseconds).then(() => this.commit(fault));
    done.catch(() => undefined);
    this.begun.push(done);
  }
}
