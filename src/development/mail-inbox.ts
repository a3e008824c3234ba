import type { AddressInfo } from 'node:net';
import { callbackify } from 'node:util';

import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerEnvelope } from 'smtp-server';

import type { DevelopmentMessageStore } from './message-store.js';

/** A local mail server that keeps every message instead of delivering it. */
export interface MailInbox {
  /** `smtp://127.0.0.1:PORT`, for SMTP_URL. */
  url: string;
  close(): Promise<void>;
}

export interface MailInboxOptions {
  /** A free one is chosen unless given. */
  port?: number;
  store: Pick<DevelopmentMessageStore, 'add'>;
  log: (line: string) => void;
}

/**
 * Starts an SMTP server on 127.0.0.1 that takes mail for anybody, without sign-in or TLS, and keeps
 * one message per envelope recipient. A message is only answered with 250 after all are kept, and
 * with 451 (try again) when that fails.
 *
 * @throws Error when the port is taken
 */
export async function startMailInbox(options: MailInboxOptions): Promise<MailInbox> {
  const { store, log } = options;
  const keep = async (
    stream: SMTPServerDataStream,
    { mailFrom, rcptTo }: SMTPServerEnvelope,
  ): Promise<void> => {
    try {
      const mail = await parseMail(stream);
      const from = mail.from || (mailFrom === false ? '' : mailFrom.address);
      for (const { address: to } of rcptTo) {
        await store.add({ ...mail, channel: 'email', to, from, at: new Date() });
      }
    } catch (error) {
      log(`The mail inbox could not keep a message: ${(error as Error).message}`);
      throw Object.assign(new Error('could not keep the message', { cause: error }), {
        responseCode: 451,
      });
    }
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    // Pooled connections stay open; nobody waits half a minute for them at the end.
    closeTimeout: 100,
    onData: (stream, session, callback) => {
      callbackify(keep)(stream, session.envelope, (error) => callback(error));
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  // A client that breaks off is its own affair, and no reason to end the process.
  server.on('error', (error) => log(`Mail inbox: ${error.message}`));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

async function parseMail(stream: SMTPServerDataStream): Promise<{
  from: string;
  subject: string;
  text: string;
  html: string | null;
  messageId: string | null;
  headers: Record<string, string>;
}> {
  // Both bodies as they were sent: one made from the other would hide that it is missing.
  const mail = await simpleParser(stream, {
    skipHtmlToText: true,
    skipTextToHtml: true,
  });
  return {
    from: mail.from?.text ?? '',
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html === false ? null : (mail.html ?? null),
    messageId: mail.messageId ?? null,
    headers: headersOf(mail),
  };
}

/** Unfolded, by lower-case name; of a name that comes twice (Received), the first. */
function headersOf(mail: ParsedMail): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { key, line } of mail.headerLines) {
    headers[key] ??= line
      .slice(line.indexOf(':') + 1)
      .replace(/\r?\n(?=[ \t])/g, '')
      .trim();
  }
  return headers;
}
