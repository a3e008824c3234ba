import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { FuzzRequest } from './draft.js';
import { WireClient } from './wire.js';

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** A server that does what a test says with each chunk of bytes, and how many connections it had. */
async function serve(answer: (socket: Socket, text: string) => void) {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => answer(socket, bytes.toString('latin1')));
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const request = (changes: Partial<FuzzRequest> = {}): FuzzRequest => ({
  index: 1,
  operation: 'GET /',
  mutations: [],
  method: 'GET',
  bytes: Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
  broken: false,
  twice: false,
  ...changes,
});

async function send(
  answer: (socket: Socket, text: string) => void,
  changes: Partial<FuzzRequest> = {},
  deadline = 2_000,
) {
  const client = new WireClient(await serve(answer), deadline);
  const outcome = await client.send(request(changes));
  client.close();
  const answers = outcome.answers.map(({ status, body }) => `${status} ${body.toString()}`);
  return { answers, fault: outcome.fault };
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';

describe('the client on the wire', () => {
  it('puts an answer together that comes in pieces', async () => {
    const outcome = await send((socket) => {
      socket.write(OK.slice(0, 20));
      setImmediate(() => socket.write(OK.slice(20)));
    });
    expect(outcome).toEqual({ answers: ['200 hello'], fault: undefined });
  });

  it.each([
    [
      'chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n',
      '200 hello',
    ],
    ['an interim answer first', `HTTP/1.1 100 Continue\r\n\r\n${OK}`, '200 hello'],
    ['no body', 'HTTP/1.1 204 No Content\r\n\r\n', '204 '],
    [
      'no body because nothing changed',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
      '304 ',
    ],
  ])('reads an answer with %s', async (_name, bytes, expected) => {
    const outcome = await send((socket) => socket.write(bytes));
    expect(outcome).toEqual({ answers: [expected], fault: undefined });
  });

  it('expects no body of an answer to HEAD', async () => {
    const outcome = await send(
      (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'),
      { method: 'HEAD' },
    );
    expect(outcome).toEqual({ answers: ['200 '], fault: undefined });
  });

  it('sends the bytes as they are, and one request after another over one connection', async () => {
    const seen: string[] = [];
    const port = await serve((socket, text) => {
      seen.push(text);
      socket.write(OK);
    });
    const client = new WireClient(port);
    const odd = Buffer.from('G\u0000T /\xff HTTP/1.1\r\n\r\n', 'latin1');
    await client.send(request({ bytes: odd }));
    await client.send(request());
    client.close();
    expect(seen).toEqual([odd.toString('latin1'), request().bytes.toString('latin1')]);
    expect(sockets).toHaveLength(1);
  });

  it('takes a new connection where the server closed the old one', async () => {
    const port = await serve((socket) =>
      socket.end('HTTP/1.1 400 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'),
    );
    const client = new WireClient(port);
    const statuses: (number | undefined)[] = [];
    for (let times = 0; times < 2; times += 1) {
      statuses.push((await client.send(request())).answers[0]?.status);
    }
    client.close();
    expect(statuses).toEqual([400, 400]);
  });

  it('takes all answers to a broken request, until the server hangs up', async () => {
    const outcome = await send(
      (socket) => socket.end(`${OK}HTTP/1.1 400 No\r\nContent-Length: 2\r\n\r\nno`),
      { broken: true },
    );
    expect(outcome).toEqual({ answers: ['200 hello', '400 no'], fault: undefined });
  });
});

describe('the client on the wire tells of', () => {
  it('a hang', async () => {
    const hang = await send(() => undefined, {}, 50);
    expect(hang).toEqual({ answers: [], fault: 'no answer in 50 ms' });
  });

  it('half an answer that never ends', async () => {
    const half = await send((socket) => socket.write(OK.slice(0, -1)), {}, 50);
    expect(half).toEqual({ answers: [], fault: 'no answer in 50 ms' });
  });

  it('a broken request that is never let go', async () => {
    const held = await send((socket) => socket.write(OK), { broken: true }, 50);
    expect(held).toEqual({ answers: ['200 hello'], fault: 'not closed in 50 ms' });
  });

  it.each([
    ['a connection that is closed without a word', '', 'closed without an answer (end)'],
    ['half an answer', OK.slice(0, -1), 'closed in the middle of an answer (end)'],
    ['more than the answer', `${OK}HTTP`, '4 bytes too many'],
    ['something else than HTTP', 'SSH-2.0-x\r\n\r\n', 'not HTTP: no status line: SSH-2.0-x'],
    ['an answer of no length', 'HTTP/1.1 200 OK\r\n\r\nhello', 'not HTTP: 200 with the lengths '],
    [
      'a header that is none',
      'HTTP/1.1 200 OK\r\nno header\r\n\r\n',
      'not HTTP: no header line: no header',
    ],
  ])('%s', async (_name, bytes, fault) => {
    const outcome = await send((socket) => socket.end(bytes, 'latin1'));
    expect(outcome.fault).toBe(fault);
  });
});
