import type { EntityManager } from 'typeorm';
import {
  type ComposedMessage,
  ComposesMessage,
  type MessageComposer,
} from '../../messaging/message-composer.js';
import type { Message } from '../../messaging/message.js';
import { noticeOf } from './security-notice.js';
import { SecurityNoticeRepository } from './security-notice.repository.js';

/** Tells an organiser what happened to their account: no link, so that no imitation of it can ask for a click. */
@ComposesMessage('organiser_security_notice')
export class SecurityNoticeComposer implements MessageComposer {
  constructor(private readonly repository: SecurityNoticeRepository) {}

  async compose(manager: EntityManager, message: Message): Promise<ComposedMessage | undefined> {
    const notice = noticeOf(message);
    if (message.organiserId === null || notice === undefined) return undefined;
    const address = await this.repository.address(manager, message.organiserId);
    if (address === undefined) return undefined;
    return {
      to: { channel: 'email', address },
      data: { notice },
    };
  }
}
