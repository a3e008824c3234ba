import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { MessageQueue } from '../messaging/message-queue.js';
import { OutboxService } from '../platform/outbox/outbox.service.js';
import { WorkingCalendar } from '../platform/time/working-days.js';
import { type DutyUnit, recipientIn } from './duty-units.js';
import { noticeOf, reminderOf } from './follow-up-drafts.js';
import { type FollowUp, officeFor } from './follow-up.js';
import type { Office } from '../units/office.js';
import { FollowUpsRepository } from './follow-ups.repository.js';
import { remindFollowUp } from './remind.definition.js';

/** One reminder: of which hand-over, and whether it is the one after a first "no answer". */
export interface DutyReminder {
  readonly followUpId: string;
  readonly assignment: number;
  readonly again: boolean;
}

interface HandOver {
  readonly unit: Pick<DutyUnit, 'id'>;
  readonly office: Office;
  readonly coveredByStandIn: boolean;
}

/**
 * Gives locked duties to somebody else. Every hand-over has a number of its own: links and messages
 * of earlier ones are dead, and it gets one notice and one reminder. The time it is due stays.
 */
@Injectable()
export class DutyHandOvers {
  constructor(
    private readonly followUps: FollowUpsRepository,
    private readonly messages: MessageQueue,
    private readonly outbox: OutboxService,
    private readonly calendar: WorkingCalendar,
  ) {}

  /** To the stand-in of the post that has it. */
  async toStandIn(manager: EntityManager, duty: FollowUp): Promise<void> {
    const { unitId, office } = duty;
    await this.give(manager, duty, { unit: { id: unitId }, office, coveredByStandIn: true });
  }

  /** To the first unit above that can be told; if none can, to the national office all the same. */
  async up(manager: EntityManager, duty: FollowUp, above: readonly DutyUnit[]): Promise<void> {
    const unit =
      above.find((one) => recipientIn(one, officeFor(one.kind), false) !== undefined) ??
      above.at(-1);
    if (unit === undefined) throw new Error('There is no unit above.');
    await this.to(manager, duty, unit);
  }

  /** To whoever looks after people in a unit. */
  async to(
    manager: EntityManager,
    duty: FollowUp,
    unit: Pick<DutyUnit, 'id' | 'kind'>,
    office: Office = officeFor(unit.kind),
  ): Promise<void> {
    await this.give(manager, duty, { unit, office, coveredByStandIn: false });
  }

  /** Sees to the reminder after a first "no answer", on the next working evening. */
  async remindAgain(manager: EntityManager, duty: FollowUp): Promise<void> {
    const reminder = { followUpId: duty.id, assignment: duty.assignment, again: true };
    await this.remindAt(manager, reminder, this.nextEvening(duty));
  }

  /** Puts a reminder on its way, once. */
  async sendReminder(manager: EntityManager, reminder: DutyReminder): Promise<void> {
    await this.messages.add(manager, reminderOf(reminder, reminder.again));
  }

  private async give(
    manager: EntityManager,
    duty: FollowUp,
    { unit, office, coveredByStandIn }: HandOver,
  ): Promise<void> {
    // Somebody who gets a duty late is reminded all the same, on the next working evening.
    const remindAt = duty.remindAt > duty.now ? duty.remindAt : this.nextEvening(duty);
    const assignment = await this.followUps.assign(manager, duty.id, {
      unitId: unit.id,
      office,
      coveredByStandIn,
      remindAt,
    });
    const given = { followUpId: duty.id, assignment };
    await this.messages.add(manager, noticeOf(given));
    await this.remindAt(manager, { ...given, again: false }, remindAt);
  }

  private async remindAt(manager: EntityManager, reminder: DutyReminder, at: Date): Promise<void> {
    const { followUpId, assignment, again } = reminder;
    const data = { followUpId, assignment, again };
    await this.outbox.enqueue(manager, remindFollowUp, data, { availableAt: at });
  }

  private nextEvening({ now, calendar }: FollowUp): Date {
    return this.calendar.dueAt(now, 1, calendar);
  }
}
