import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { SmtpMailSender } from '../../../src/providers/mail/smtp.mail-sender.js';

type Send = SmtpMailSender['send'];

/**
 * Breaks the application for the harness to notice: every try gets a Message-ID of its own instead
 * of the stored one, so that a mail that is repeated after a kill is a second mail to its reader.
 */
const honest: Send = Reflect.get(SmtpMailSender.prototype, 'send');
SmtpMailSender.prototype.send = function send(mail, deadlineMilliseconds) {
  const messageId = `<${randomUUID()}@example.org>`;
  return honest.call(this, { ...mail, messageId }, deadlineMilliseconds);
};
