import 'reflect-metadata';
import { MailUnavailable } from '../../../src/providers/mail/mail-sender.js';
import { SmtpMailSender } from '../../../src/providers/mail/smtp.mail-sender.js';

type Send = SmtpMailSender['send'];

const EVERY = 10;

/**
 * Breaks the application for the harness to notice: every tenth mail is reported as failed although
 * the server has taken it. It is on record as a repeat and keeps its Message-ID, so that among the
 * repeats that kills excuse it is one more.
 */
const honest: Send = Reflect.get(SmtpMailSender.prototype, 'send');
let taken = 0;
SmtpMailSender.prototype.send = async function send(mail, deadlineMilliseconds) {
  const receipt = await honest.call(this, mail, deadlineMilliseconds);
  taken += 1;
  if (taken % EVERY === 0) throw new MailUnavailable('nobody heard the answer', true);
  return receipt;
};
