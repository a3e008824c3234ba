import type { EntityManager } from 'typeorm';
import { recipientIn } from '../../follow-ups/duty-units.js';
import { officeFor } from '../../follow-ups/follow-up.js';
import { FollowUpsRepository } from '../../follow-ups/follow-ups.repository.js';
import {
  type ComposedMessage,
  ComposesMessage,
  type MessageComposer,
} from '../../messaging/message-composer.js';
import type { Message } from '../../messaging/message.js';
import { Configuration } from '../../platform/config/configuration.js';
import { ReallocatedNumbersRepository } from './reallocated-numbers.repository.js';

/** Tells a unit, once for a whole recompute, how many people it has gained and lost; no names. */
@ComposesMessage('people_reallocated')
export class PeopleReallocatedComposer implements MessageComposer {
  constructor(
    private readonly numbers: ReallocatedNumbersRepository,
    private readonly units: FollowUpsRepository,
    private readonly configuration: Configuration,
  ) {}

  async compose(
    manager: EntityManager,
    { allocationRunId, unitId }: Message,
  ): Promise<ComposedMessage | undefined> {
    if (allocationRunId === null || unitId === null) return undefined;
    const numbers = await this.numbers.find(manager, allocationRunId, unitId);
    if (numbers.gained === 0 && numbers.lost === 0) return undefined;
    const [unit] = await this.units.unitsUpwards(manager, unitId);
    const to = unit && recipientIn(unit, officeFor(unit.kind), false);
    if (unit === undefined || to === undefined) return undefined;
    const consoleUrl = this.configuration.environment.CONSOLE_URL ?? null;
    return { to, data: { ...numbers, unitName: unit.name, consoleUrl } };
  }
}
