import type { EntityManager } from 'typeorm';
import { recipientIn } from '../../../follow-ups/duty-units.js';
import { officeFor } from '../../../follow-ups/follow-up.js';
import { FollowUpsRepository } from '../../../follow-ups/follow-ups.repository.js';
import {
  type ComposedMessage,
  ComposesMessage,
  type MessageComposer,
} from '../../../messaging/message-composer.js';
import type { Message } from '../../../messaging/message.js';
import { firstName } from '../../../messaging/plain-words.js';
import { MoveFactsRepository } from './move-facts.repository.js';

/**
 * Tells a unit that somebody is no longer theirs: the first name and nothing of where they live now.
 * Who has come back meanwhile has not moved away, who was gone before the unit heard of them has
 * never been there for it, and where nobody can be told, nothing is lost.
 */
@ComposesMessage('moved_away')
export class MovedAwayComposer implements MessageComposer {
  constructor(
    private readonly facts: MoveFactsRepository,
    private readonly units: FollowUpsRepository,
  ) {}

  async compose(
    manager: EntityManager,
    { allocationId, unitId }: Message,
  ): Promise<ComposedMessage | undefined> {
    if (allocationId === null || unitId === null) return undefined;
    const facts = await this.facts.find(manager, allocationId, unitId);
    if (facts === undefined || facts.keeperId === unitId || facts.neverHeard) return undefined;
    const [unit] = await this.units.unitsUpwards(manager, unitId);
    const to = unit && recipientIn(unit, officeFor(unit.kind), false);
    if (unit === undefined || to === undefined) return undefined;
    return {
      to,
      data: {
        firstName: firstName(facts.givenName, facts.familyName) ?? 'Somebody',
        unitName: unit.name,
        isByHand: facts.isByHand,
      },
    };
  }
}
