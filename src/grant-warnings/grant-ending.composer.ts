import type { EntityManager } from 'typeorm';
import { recipientIn } from '../follow-ups/duty-units.js';
import { officeFor } from '../follow-ups/follow-up.js';
import { FollowUpsRepository } from '../follow-ups/follow-ups.repository.js';
import {
  type ComposedMessage,
  ComposesMessage,
  type MessageComposer,
} from '../messaging/message-composer.js';
import type { Message } from '../messaging/message.js';
import { Configuration } from '../platform/config/configuration.js';
import { grantInWords } from './grant-in-words.js';
import { GrantWarningsRepository } from './grant-warnings.repository.js';

/** A mail is read on a telephone; the rest stands in the list that it links to. */
const MOST_LINES = 100;

/**
 * Warns that a grant ends: its holder, or an office of all that it can confirm. What was confirmed,
 * ended or closed in the meantime is left out, and a mail that would say nothing is not sent.
 */
@ComposesMessage('grant_ending')
export class GrantEndingComposer implements MessageComposer {
  constructor(
    private readonly grants: GrantWarningsRepository,
    private readonly units: FollowUpsRepository,
    private readonly configuration: Configuration,
  ) {}

  async compose(
    manager: EntityManager,
    { grantId, unitId }: Message,
  ): Promise<ComposedMessage | undefined> {
    if (grantId !== null) return this.toHolder(manager, grantId);
    return unitId === null ? undefined : this.toOffice(manager, unitId);
  }

  private async toHolder(
    manager: EntityManager,
    grantId: string,
  ): Promise<ComposedMessage | undefined> {
    const grant = await this.grants.grant(manager, grantId);
    // Once it has ended there is another mail that says so.
    if (grant === undefined || grant.hasEnded) return undefined;
    return {
      to: { channel: 'email', address: grant.holderEmail },
      data: { ...grantInWords(grant), isOffice: false },
    };
  }

  private async toOffice(
    manager: EntityManager,
    unitId: string,
  ): Promise<ComposedMessage | undefined> {
    const grants = await this.grants.ofOffice(manager, unitId);
    const upwards = await this.units.unitsUpwards(manager, unitId);
    const [to] = upwards.flatMap((unit) => recipientIn(unit, officeFor(unit.kind), false) ?? []);
    const [office] = upwards;
    if (grants.length === 0 || office === undefined || to === undefined) return undefined;
    return {
      to,
      data: {
        isOffice: true,
        officeName: office.name,
        count: grants.length,
        grants: grants.slice(0, MOST_LINES).map(grantInWords),
        more: Math.max(0, grants.length - MOST_LINES),
        link: `${this.configuration.publicUrl}/v1/admin/grants`,
      },
    };
  }
}
