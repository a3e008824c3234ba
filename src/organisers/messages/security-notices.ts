import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { MessageQueue } from '../../messaging/message-queue.js';
import { securityNotice, type SecurityNotice } from './security-notice.js';

/** Tells organisers by mail what happened to their own accounts. */
@Injectable()
export class SecurityNotices {
  constructor(private readonly messages: MessageQueue) {}

  /**
   * Writes the message in the transaction of what it tells; with `once`, a single time for that.
   *
   * @param organiserId undefined only where the caller takes it back again.
   */
  async tell(
    manager: EntityManager,
    organiserId: string | undefined,
    notice: SecurityNotice,
    once?: string,
  ): Promise<void> {
    await this.messages.add(manager, securityNotice(organiserId, notice, once));
  }
}
