import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OutboxRepository } from '../platform/outbox/outbox.repository.js';
import { MessageDrafts } from './message-drafts.js';
import type { MessageDraft } from './message.js';
import { MessageRepository } from './message.repository.js';

/** Puts messages on their way in the transaction that causes them. */
@Injectable()
export class MessageQueue {
  constructor(
    private readonly drafts: MessageDrafts,
    private readonly messages: MessageRepository,
    private readonly outbox: OutboxRepository,
  ) {}

  /**
   * Writes a message and the job that sends it, unless the same thing was said before.
   *
   * @returns whether it was written; false means that the business key has been used.
   */
  async add(manager: EntityManager, draft: MessageDraft): Promise<boolean> {
    const { message, outbox } = this.drafts.newMessage(draft);
    if (!(await this.messages.insertOnce(manager, message))) return false;
    await this.outbox.insert(manager, [outbox]);
    return true;
  }

  /** As `add`, for many at once. @returns how many were written. */
  async addAll(manager: EntityManager, drafts: readonly MessageDraft[]): Promise<number> {
    if (drafts.length === 0) return 0;
    const drawn = drafts.map((draft) => this.drafts.newMessage(draft));
    const rows = drawn.map(({ message }) => message);
    const written = await this.messages.insertAllOnce(manager, rows);
    await this.outbox.insert(
      manager,
      drawn.flatMap(({ message, outbox }) => (written.has(message.id) ? [outbox] : [])),
    );
    return written.size;
  }
}
