import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import { Configuration } from '../../platform/config/configuration.js';
import {
  type Mail,
  type MailReceipt,
  MailRefused,
  MailSender,
  MailUnavailable,
} from './mail-sender.js';
import { classifySmtpError } from './smtp-errors.js';

/**
 * Timeouts of one connection, in milliseconds. Each bounds one wait only; what bounds a whole
 * message is the deadline that `send` is given.
 */
const TIMEOUTS = {
  dnsTimeout: 5_000,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 25_000,
  socketCloseTimeout: 1_000,
};

/** One plain mailbox: nothing that a header or an address list could be made of. */
const PLAIN_ADDRESS = /^[^\s@<>()[\]\\,;:"]{1,64}@[^\s@<>()[\]\\,;:"]{1,255}$/u;
const HEADER_NAME = /^[A-Za-z][A-Za-z0-9-]{0,60}$/;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i;

/** Sends through the SMTP server of SMTP_URL, over a pool of connections that are kept open. */
@Injectable()
export class SmtpMailSender extends MailSender implements OnApplicationShutdown {
  private readonly transport;
  private readonly isLoopback: boolean;

  constructor(@Inject(Configuration) configuration: Configuration) {
    super();
    const { SMTP_URL, WORKER_CONCURRENCY } = configuration.environment;
    this.isLoopback = LOOPBACK.test(new URL(SMTP_URL).hostname);
    this.transport = createTransport({
      url: SMTP_URL,
      pool: true,
      // One for every job of the two mail queues that may run at once: nobody waits for a socket.
      maxConnections: Math.min(WORKER_CONCURRENCY * 2, 50),
      maxMessages: 1_000,
      // A template or a name never makes the sender read a file or fetch an address.
      disableFileAccess: true,
      disableUrlAccess: true,
      ...TIMEOUTS,
    });
  }

  async send(mail: Mail, deadlineMilliseconds: number): Promise<MailReceipt> {
    if (mail.demo && !this.isLoopback) {
      throw new MailRefused('the demo organisation sends to the local inbox only');
    }
    if (!PLAIN_ADDRESS.test(mail.to)) throw new MailRefused('the recipient is no email address');
    if (deadlineMilliseconds <= 0) throw new MailUnavailable('too late to begin');
    try {
      const { response, rejected } = await this.transport.sendMail({
        messageId: mail.messageId,
        from: mail.from,
        to: { name: '', address: mail.to },
        subject: singleLine(mail.subject),
        text: mail.text,
        html: mail.html,
        headers: checkedHeaders(mail.headers ?? {}),
        signal: AbortSignal.timeout(Math.ceil(deadlineMilliseconds)),
      });
      if (rejected.length > 0) throw new MailRefused('the server refused the recipient');
      return { code: Number.parseInt(response, 10) || 250 };
    } catch (error) {
      if (error instanceof MailRefused) throw error;
      throw classifySmtpError(error);
    }
  }

  onApplicationShutdown(): void {
    this.transport.close();
  }
}

/** A header is one line; a line break in it would begin a header of somebody else's making. */
function singleLine(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
}

function checkedHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (!HEADER_NAME.test(name)) throw new MailRefused('a header has a name that is none');
      return [name, singleLine(value)];
    }),
  );
}
