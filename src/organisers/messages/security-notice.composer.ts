import type { EntityManager } from 'typeorm';
import {
  type ComposedMessage,
  ComposesMessage,
  type MessageComposer,
} from '../../messaging/message-composer.js';
import type { Message } from '../../messaging/message.js';
import { describeDay } from '../../platform/time/describe-day.js';
import { noticeOf } from './security-notice.js';
import { SecurityNoticeRepository } from './security-notice.repository.js';

/**
 * Tells an organiser what happened to their account, and what to do if it was not them: without a
 * link, so that no imitation of it can ask for a click.
 */
@ComposesMessage('organiser_security_notice')
export class SecurityNoticeComposer implements MessageComposer {
  constructor(private readonly repository: SecurityNoticeRepository) {}

  async compose(manager: EntityManager, message: Message): Promise<ComposedMessage | undefined> {
    const notice = noticeOf(message);
    if (notice === undefined) return undefined;
    const told = await this.repository.find(manager, message.id);
    if (told === undefined) return undefined;
    return {
      to: { channel: 'email', address: told.email },
      data: { notice, day: describeDay(told.at) },
    };
  }
}
