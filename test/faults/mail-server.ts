import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { callbackify } from 'node:util';
import { simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import type { ArrivedMail } from './book.js';

export interface MailServer {
  /** The address for one life of a worker, which its connections then say they are. */
  urlFor(life: string): string;
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
  /** When connections were gone, by their sessions. */
  const gone = new Map<string, number>();
  const receive = async (stream: NodeJS.ReadableStream, session: SMTPServerSession) => {
    const raw = await buffer(stream);
    const arrivedAt = Date.now();
    await pause(delay());
    const parsed = await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true });
    const mail = {
      messageId: parsed.messageId ?? '',
      to: session.envelope.rcptTo.map(({ address }) => address),
      subject: parsed.subject ?? '',
      sender: session.hostNameAppearsAs,
      arrivedAt,
      answeredAt: undefined as number | undefined,
      cutAt: undefined as number | undefined,
    };
    mails.push(mail);
    onMail(mail);
    await pause(delay());
    mail.cutAt = gone.get(session.id);
    if (mail.cutAt === undefined) mail.answeredAt = Date.now();
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 100,
    onData: (stream, session, callback) => {
      callbackify(receive)(stream, session, (error) => callback(error));
    },
    onClose: ({ id }) => void gone.set(id, Date.now()),
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
    // What `name` says is said in EHLO.
    urlFor: (life) => `smtp://127.0.0.1:${port}?name=${life}`,
    mails,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
