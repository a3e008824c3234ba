import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { currentRequestId } from '../platform/http/request-context.js';
import { OutboxRepository } from '../platform/outbox/outbox.repository.js';
import { OutboxService } from '../platform/outbox/outbox.service.js';
import { Clock } from '../platform/time/clock.js';
import { WorkingCalendar } from '../platform/time/working-days.js';
import type { Division } from '../platform/time/bank-holidays.js';
import {
  type DutyRelocation,
  DutyRelocationsRepository,
  type RelocatedDuty,
} from './duty-relocations.repository.js';
import { remindFollowUp } from './remind.definition.js';

const DIVISIONS: readonly Division[] = ['england-and-wales', 'scotland', 'northern-ireland'];

/**
 * Gives the open duties of many people to other units at once, as a recompute of allocations does.
 *
 * No notice goes out for each: whoever gets them is told once, with numbers. What brings the link of
 * a duty is its reminder, on its evening or the next working one, so that nobody falls through.
 */
@Injectable()
export class DutyRelocations {
  constructor(
    private readonly repository: DutyRelocationsRepository,
    private readonly outbox: OutboxService,
    private readonly rows: OutboxRepository,
    private readonly calendar: WorkingCalendar,
    private readonly clock: Clock,
  ) {}

  /** @returns the duties that have moved; others were closed, or lay there already. */
  async relocate(
    manager: EntityManager,
    relocations: readonly DutyRelocation[],
  ): Promise<RelocatedDuty[]> {
    if (relocations.length === 0) return [];
    const now = this.clock.now();
    const evenings = Object.fromEntries(
      DIVISIONS.map((division) => [division, this.calendar.dueAt(now, 1, division).toISOString()]),
    );
    const requestId = currentRequestId() ?? null;
    const moved = await this.repository.relocate(manager, relocations, evenings, requestId);
    await this.rows.insert(
      manager,
      moved.map(({ id, assignment, remindAt }) =>
        this.outbox.rowFor(
          remindFollowUp,
          { followUpId: id, assignment, again: false },
          { availableAt: remindAt },
        ),
      ),
    );
    return moved;
  }
}
