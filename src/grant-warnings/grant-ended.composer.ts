import type { EntityManager } from 'typeorm';
import {
  type ComposedMessage,
  ComposesMessage,
  type MessageComposer,
} from '../messaging/message-composer.js';
import type { Message } from '../messaging/message.js';
import { grantInWords } from './grant-in-words.js';
import { GrantWarningsRepository } from './grant-warnings.repository.js';

/** Tells somebody that their grant has ended, and until when they can still read. */
@ComposesMessage('grant_ended')
export class GrantEndedComposer implements MessageComposer {
  constructor(private readonly grants: GrantWarningsRepository) {}

  async compose(
    manager: EntityManager,
    { grantId }: Message,
  ): Promise<ComposedMessage | undefined> {
    const grant = grantId === null ? undefined : await this.grants.grant(manager, grantId);
    // Confirmed since.
    if (grant === undefined || !grant.hasEnded) return undefined;
    return { to: { channel: 'email', address: grant.holderEmail }, data: grantInWords(grant) };
  }
}
