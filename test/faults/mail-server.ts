import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { callbackify } from 'node:util';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { ArrivedMail } from './book.js';

export interface MailServer {
  readonly url: string;
  /** Everything that was handed over whole, also where nobody was there to hear the answer. */
  readonly mails: readonly ArrivedMail[];
  close(): Promise<void>;
}

/**
 * An SMTP server that takes its time, so that a kill finds mails on their way: `delay` says how long
 * in milliseconds, asked once for the time before a mail is taken and once for that before the
 * answer.
 */
export async function startMailServer(
  delay: () => number,
  onMail: (mail: ArrivedMail) => void,
): Promise<MailServer> {
  const mails: ArrivedMail[] = [];
  const sockets = new Set<Socket>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 100,
    onData: (stream, session, callback) => {
      const receive = async (): Promise<void> => {
        const raw = await buffer(stream);
        await pause(delay());
        const parsed = await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true });
        const mail: ArrivedMail = {
          messageId: parsed.messageId ?? '',
          to: session.envelope.rcptTo.map(({ address }) => address),
          subject: parsed.subject ?? '',
        };
        mails.push(mail);
        onMail(mail);
        await pause(delay());
      };
      callbackify(receive)((error) => callback(error));
    },
  });
  // Killed senders are what this is about.
  server.on('error', () => undefined);
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
