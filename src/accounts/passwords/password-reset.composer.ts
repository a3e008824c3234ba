import type { EntityManager } from 'typeorm';
import { recordAudit } from '../../audit/audit.js';
import {
  type ComposedMessage,
  ComposesMessage,
  type MessageComposer,
} from '../../messaging/message-composer.js';
import type { Message } from '../../messaging/message.js';
import { plainWord } from '../../messaging/plain-words.js';
import { Configuration } from '../../platform/config/configuration.js';
import { AccountLinks } from '../account-links.js';
import { CredentialsRepository } from './credentials.repository.js';

/**
 * The mail with the link that sets a new password. Whoever asks is answered before anybody has
 * looked; here is where an address without an open account is dropped.
 */
@ComposesMessage('organiser_password_reset')
export class PasswordResetComposer implements MessageComposer {
  private readonly minutes: number;

  constructor(
    private readonly repository: CredentialsRepository,
    private readonly links: AccountLinks,
    configuration: Configuration,
  ) {
    this.minutes = configuration.environment.PASSWORD_RESET_MINUTES;
  }

  async compose(
    manager: EntityManager,
    { organiserId, attempts }: Message,
  ): Promise<ComposedMessage | undefined> {
    if (organiserId === null) return undefined;
    const account = await this.repository.ofAccount(manager, organiserId);
    if (account === undefined || account.disabled) return undefined;
    if (attempts === 0) {
      await recordAudit(manager, {
        actorKind: 'system',
        actorId: null,
        action: 'organiser.password_reset_asked',
        subjectKind: 'organiser',
        subjectId: organiserId,
      });
    }
    const { email, name, credentialsVersion, now } = account;
    const expiresAt = new Date(now.getTime() + this.minutes * 60_000);
    return {
      to: { channel: 'email', address: email },
      data: {
        name: plainWord(name) ?? null,
        minutes: this.minutes,
        link: this.links.resetUrl({ organiserId, credentialsVersion, expiresAt }),
      },
    };
  }
}
