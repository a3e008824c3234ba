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
import { firstName, plainWord } from '../../../messaging/plain-words.js';
import { Configuration } from '../../../platform/config/configuration.js';
import { MoveFactsRepository } from './move-facts.repository.js';

const LONGEST_TOWN = 40;

/**
 * Tells a unit that somebody is theirs now: the first name, the town and where to look, nothing more.
 * Where nobody there can be told, the unit above is.
 */
@ComposesMessage('moved_in')
export class MovedInComposer implements MessageComposer {
  constructor(
    private readonly facts: MoveFactsRepository,
    private readonly units: FollowUpsRepository,
    private readonly configuration: Configuration,
  ) {}

  async compose(
    manager: EntityManager,
    { allocationId, unitId }: Message,
  ): Promise<ComposedMessage | undefined> {
    if (allocationId === null || unitId === null) return undefined;
    const facts = await this.facts.find(manager, allocationId, unitId);
    if (facts === undefined || facts.keeperId !== unitId) return undefined;
    const upwards = await this.units.unitsUpwards(manager, unitId);
    const [to] = upwards.flatMap((unit) => recipientIn(unit, officeFor(unit.kind), false) ?? []);
    const [unit] = upwards;
    if (unit === undefined || to === undefined) return undefined;
    return {
      to,
      data: {
        firstName: firstName(facts.givenName, facts.familyName) ?? 'Somebody',
        place: plainWord(facts.town, LONGEST_TOWN) ?? null,
        unitName: unit.name,
        isByHand: facts.isByHand,
        consoleUrl: this.configuration.environment.CONSOLE_URL ?? null,
      },
    };
  }
}
