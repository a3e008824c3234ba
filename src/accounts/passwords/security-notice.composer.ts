import type { EntityManager } from 'typeorm';
import {
  type ComposedMessage,
  ComposesMessage,
  type MessageComposer,
} from '../../messaging/message-composer.js';
import type { Message } from '../../messaging/message.js';
import { plainWord } from '../../messaging/plain-words.js';
import { Configuration } from '../../platform/config/configuration.js';
import { describeDay } from '../../platform/time/describe-day.js';
import { SecurityNoticeRepository } from './security-notice.repository.js';

/** What each notice says that happened to the account, as the beginning of a sentence. */
const NOTICES: Readonly<Record<string, string>> = {
  password_changed: 'The password of your account was changed',
};

/** Tells an organiser what happened to their account, in case it was not them. */
@ComposesMessage('organiser_security_notice')
export class SecurityNoticeComposer implements MessageComposer {
  private readonly forgottenUrl: string;

  constructor(
    private readonly repository: SecurityNoticeRepository,
    { publicUrl }: Configuration,
  ) {
    this.forgottenUrl = `${publicUrl}/account/forgotten`;
  }

  async compose(
    manager: EntityManager,
    { id, organiserId, notice }: Message,
  ): Promise<ComposedMessage | undefined> {
    if (organiserId === null || notice === null) return undefined;
    const what = NOTICES[notice];
    if (what === undefined) throw new Error(`There are no words for the notice ${notice}.`);
    const told = await this.repository.find(manager, id);
    if (told === undefined) return undefined;
    return {
      to: { channel: 'email', address: told.email },
      data: {
        name: plainWord(told.name) ?? null,
        what,
        day: describeDay(told.at),
        forgottenUrl: this.forgottenUrl,
      },
    };
  }
}
