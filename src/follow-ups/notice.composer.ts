import type { EntityManager } from 'typeorm';
import {
  ComposesMessage,
  type ComposedMessage,
  type DeliveryFailure,
  type MessageComposer,
} from '../messaging/message-composer.js';
import type { Message } from '../messaging/message.js';
import { DutyNotices } from './duty-notices.js';

/** Tells whoever gets a duty about it. Undeliverable, the duty goes to the unit above. */
@ComposesMessage('follow_up_notice')
export class NoticeComposer implements MessageComposer {
  constructor(private readonly notices: DutyNotices) {}

  compose(manager: EntityManager, message: Message): Promise<ComposedMessage | undefined> {
    return this.notices.compose(manager, message);
  }

  onFailed(manager: EntityManager, message: Message, failure: DeliveryFailure): Promise<void> {
    return this.notices.moveOn(manager, message, failure);
  }
}
