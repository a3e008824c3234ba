import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ComposedMessage, DeliveryFailure } from '../messaging/message-composer.js';
import type { Message } from '../messaging/message.js';
import { firstName, plainWord } from '../messaging/plain-words.js';
import { describeDay } from '../platform/time/describe-day.js';
import { DutyLinks } from './duty-link.js';
import { recipientIn } from './duty-units.js';
import { type FollowUp, isClosed } from './follow-up.js';
import { FollowUpsRepository } from './follow-ups.repository.js';
import { FollowUpsService } from './follow-ups.service.js';

const LONGEST_TOWN = 40;

/**
 * What a notice or reminder says, and to whom: the first name, the town and the link, nothing more.
 * A mailbox of a volunteer is no place for a person's details; the page behind the link shows them
 * while the duty lasts.
 */
@Injectable()
export class DutyNotices {
  constructor(
    private readonly followUps: FollowUpsRepository,
    private readonly service: FollowUpsService,
    private readonly links: DutyLinks,
  ) {}

  /** Undefined when nothing is to be done any more, or when the duty has gone to the unit above. */
  async compose(manager: EntityManager, message: Message): Promise<ComposedMessage | undefined> {
    const duty = await this.currentDuty(manager, message);
    if (duty === undefined) return undefined;
    const [unit] = await this.followUps.unitsUpwards(manager, duty.unitId);
    const to = unit && recipientIn(unit, duty.office, duty.coveredByStandIn);
    if (unit === undefined || to === undefined) {
      await this.service.moveOnFrom(manager, duty, 'nobody_to_tell');
      return undefined;
    }
    const facts = await this.followUps.noticeFacts(manager, duty.submissionId);
    return {
      to,
      data: {
        firstName: firstName(facts.givenName, facts.familyName) ?? 'Somebody',
        // The town that was given, or nothing: a notice lies in a volunteer's mailbox for good.
        place: plainWord(facts.town, LONGEST_TOWN) ?? null,
        unitName: unit.name,
        coveredByStandIn: duty.coveredByStandIn,
        dueDay: describeDay(duty.dueAt),
        isLate: duty.dueAt <= duty.now,
        hasTried: duty.state === 'no_answer',
        link: this.links.urlFor({ followUpId: duty.id, assignment: duty.assignment }),
      },
    };
  }

  /** The message did not arrive, or nobody knows: somebody else is told. */
  async moveOn(manager: EntityManager, message: Message, failure: DeliveryFailure): Promise<void> {
    if (message.followUpId === null || message.assignment === null) return;
    const duty = { id: message.followUpId, assignment: message.assignment };
    await this.service.moveOnFrom(manager, duty, `${message.kind}_${failure}`);
  }

  private async currentDuty(
    manager: EntityManager,
    { followUpId, assignment }: Message,
  ): Promise<FollowUp | undefined> {
    if (followUpId === null) return undefined;
    const duty = await this.followUps.lock(manager, followUpId);
    const isWanted = duty !== undefined && !isClosed(duty.state) && duty.assignment === assignment;
    return isWanted ? duty : undefined;
  }
}
