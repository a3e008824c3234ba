import 'reflect-metadata';
import { MessageRepository } from '../../../src/messaging/message.repository.js';

type InsertOnce = MessageRepository['insertOnce'];

/**
 * Breaks the application for the harness to notice: a message is unique only as long as its row of
 * the outbox lives. The same cause that comes again after the mail has gone makes a second one.
 */
const honest: InsertOnce = Reflect.get(MessageRepository.prototype, 'insertOnce');
MessageRepository.prototype.insertOnce = async function forgetful(
  this: MessageRepository,
  manager,
  row,
) {
  const waiting = await manager.query<unknown[]>(
    `SELECT FROM outbox o JOIN message m ON m.id = (o.data->>'messageId')::uuid
      WHERE o.job = 'messaging.send' AND starts_with(m.business_key, $1)`,
    [row.business_key],
  );
  if (waiting.length > 0) return false;
  return honest.call(this, manager, { ...row, business_key: `${row.business_key}#${row.id}` });
};
