import { EventEmitter } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { callbackify } from 'node:util';

import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** A message whose DATA the server received in full. */
export interface ReceivedMail {
  /** Envelope sender. */
  from: string;
  /** Envelope recipients. */
  to: string[];
  messageId: string | null;
  subject: string;
  text: string;
  html: string | null;
  /** Unfolded, by lower-case name; of a name that comes twice, the first. */
  headers: Record<string, string>;
  raw: string;
  /** False where the connection was dropped instead of answered: the sender cannot know. */
  acknowledged: boolean;
}

/** What the server is asked to decide upon. */
export type SmtpMoment =
  | { stage: 'rcpt'; recipient: string }
  | { stage: 'data'; mail: Omit<ReceivedMail, 'acknowledged'> };

/**
 * `accept`, refuse with an SMTP code (450 to try again, 550 for good), `hang` (never answer), or
 * `drop` (cut the connection without an answer; at `data` the message has then been received).
 */
export type SmtpAnswer = 'accept' | 'hang' | 'drop' | { code: number; message?: string };

export interface SmtpTestServer {
  url: string;
  port: number;
  /** Accepted and dropped ones in order of arrival; refused and hung ones are not received. */
  readonly messages: readonly ReceivedMail[];
  /** Changes the answers from now on. */
  respondWith(respond: (moment: SmtpMoment) => SmtpAnswer): void;
  /**
   * The first message, past or coming, that matches.
   *
   * @throws Error that lists what came instead, after `timeoutMs`
   */
  waitFor(predicate: (mail: ReceivedMail) => boolean, timeoutMs?: number): Promise<ReceivedMail>;
  /** Forgets the messages so far. */
  clear(): void;
  /** Cuts all connections, hung ones too. */
  close(): Promise<void>;
}

/** An SMTP server for tests on a free port of 127.0.0.1: no sign-in, no TLS. */
export async function startSmtpServer(
  options: {
    onMessage?: (mail: ReceivedMail) => void;
    respond?: (moment: SmtpMoment) => SmtpAnswer;
  } = {},
): Promise<SmtpTestServer> {
  const messages: ReceivedMail[] = [];
  const arrivals = new EventEmitter().setMaxListeners(0);
  const sockets = new Map<number, Socket>();
  let respond = options.respond ?? ((): SmtpAnswer => 'accept');

  const answer = (
    given: SmtpAnswer,
    remotePort: number,
    callback: (error?: Error | null) => void,
  ): void => {
    if (given === 'accept') callback();
    else if (given === 'drop') sockets.get(remotePort)?.destroy();
    else if (given !== 'hang') {
      const error = new Error(given.message ?? 'refused by the test');
      callback(Object.assign(error, { responseCode: given.code }));
    }
  };

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 100,
    onRcptTo: (address, session, callback) => {
      answer(respond({ stage: 'rcpt', recipient: address.address }), session.remotePort, callback);
    },
    onData: (stream, session, callback) => {
      const { mailFrom, rcptTo } = session.envelope;
      const receive = async (): Promise<SmtpAnswer> => {
        const mail = await parse(await readText(stream), {
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map((recipient) => recipient.address),
        });
        const given = respond({ stage: 'data', mail });
        if (given === 'accept' || given === 'drop') {
          const received = { ...mail, acknowledged: given === 'accept' };
          messages.push(received);
          options.onMessage?.(received);
          arrivals.emit('mail', received);
        }
        return given;
      };
      callbackify(receive)((error, given) => {
        if (error) callback(error);
        else answer(given, session.remotePort, callback);
      });
    },
  });
  server.server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.once('close', () => sockets.delete(port));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  // Broken connections are what some tests are about.
  server.on('error', () => undefined);
  const { port } = server.server.address() as AddressInfo;

  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    messages,
    respondWith: (next) => {
      respond = next;
    },
    waitFor: (predicate, timeoutMs = 10_000) =>
      new Promise((resolve, reject) => {
        const past = messages.find(predicate);
        if (past) return resolve(past);
        const settle = (): void => {
          clearTimeout(timer);
          arrivals.off('mail', look);
        };
        const look = (mail: ReceivedMail): void => {
          try {
            if (!predicate(mail)) return;
            resolve(mail);
          } catch (error) {
            reject(error);
          }
          settle();
        };
        const timer = setTimeout(() => {
          settle();
          const came = messages.map((mail) => `${mail.to.join(', ')}: ${mail.subject}`);
          reject(
            new Error(`No such mail within ${timeoutMs} ms. Came: ${came.join(' | ') || '-'}`),
          );
        }, timeoutMs);
        arrivals.on('mail', look);
      }),
    clear: () => {
      messages.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.values()) socket.destroy();
        server.close(resolve);
      }),
  };
}

async function parse(
  raw: string,
  envelope: { from: string; to: string[] },
): Promise<Omit<ReceivedMail, 'acknowledged'>> {
  const mail = await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true });
  const headers: Record<string, string> = {};
  for (const { key, line } of mail.headerLines) {
    headers[key] ??= line
      .slice(line.indexOf(':') + 1)
      .replace(/\r?\n(?=[ \t])/g, '')
      .trim();
  }
  return {
    ...envelope,
    messageId: mail.messageId ?? null,
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html === false ? null : (mail.html ?? null),
    headers,
    raw,
  };
}
