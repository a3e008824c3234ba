import { once } from 'node:events';
import { type Socket, connect } from 'node:net';

/** One answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  /** By lower-case name; of a name that comes twice, the last. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends exactly these bytes over a connection of their own, and reads until the server closes it. */
export async function exchange(port: number, bytes: string | Buffer): Promise<WireAnswer[]> {
  const socket = await open(port);
  const received = readAll(socket);
  socket.write(bytes);
  return parseAnswers(await received);
}

/** A connection to a server of this machine. */
export async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** All that a connection brings until it ends, however that is. */
export function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    socket.on('data', (chunk: Buffer) => void chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}

/** Answers one after another, each as long as its Content-Length says. */
export function parseAnswers(text: string): WireAnswer[] {
  const answers: WireAnswer[] = [];
  let rest = text;
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    if (!rest.startsWith('HTTP/1.1 ') || end < 0) throw new Error(`No answer: ${rest}`);
    const [line = '', ...fields] = rest.slice(0, end).split('\r\n');
    const headers = Object.fromEntries(
      fields.map((field) => {
        const colon = field.indexOf(':');
        return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
      }),
    );
    const length = Number(headers['content-length'] ?? 0);
    rest = rest.slice(end + 4);
    answers.push({ status: Number(line.split(' ')[1]), headers, body: rest.slice(0, length) });
    rest = rest.slice(length);
  }
  return answers;
}
