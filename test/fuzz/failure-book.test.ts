import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FuzzRequest } from './draft.js';
import { FailureBook, type KeptFailure, curlCommand } from './failure-book.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'branchline-fuzz-'));
});
afterEach(() => rm(folder, { recursive: true }));

const BODY = `{"givenName":"O'Brien $HOME \`id\`"}`;
const request = (changes: Partial<FuzzRequest> = {}): FuzzRequest => ({
  index: 17,
  operation: 'POST /v1/join',
  mutations: ['value: damage'],
  method: 'POST',
  bytes: Buffer.from(
    `POST /v1/join?a=%00 HTTP/1.1\r\nHost: localhost:3000\r\nX-Odd: a'b\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
  ),
  broken: false,
  twice: false,
  ...changes,
});
const NOTHING = { answers: [], fault: undefined, milliseconds: 1 };

function bookIn(place: string) {
  const told: string[] = [];
  return { book: new FailureBook(1, place, (text) => told.push(text)), told };
}
const keptIn = async (place: string): Promise<KeptFailure[]> =>
  Promise.all(
    (await readdir(place)).map(
      async (name) => JSON.parse(await readFile(join(place, name), 'utf8')) as KeptFailure,
    ),
  );

describe('the book of failures', () => {
  it('tells each kind once, with seed and index, and counts the rest', () => {
    const { book, told } = bookIn(folder);
    for (const index of [17, 18, 19]) book.add(request({ index }), NOTHING, ['answered 500']);
    book.add(request({ operation: 'GET /join' }), NOTHING, ['answered 500']);
    expect(told).toHaveLength(2);
    expect(told[0]).toContain('seed 1');
    expect(told[0]).toContain('--seed 1 --only 17');
    expect([...book.kinds.values()]).toEqual([3, 1]);
    expect(book.summary()).toContain('3 × POST /v1/join: answered 500');
  });

  it('keeps the bytes of a request whatever is in them', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const { book } = bookIn(folder);
    book.add(request({ bytes, broken: true }), NOTHING, ['answered 500']);
    const [kept] = await keptIn(folder);
    expect(Buffer.from(kept?.bytes ?? '', 'latin1')).toEqual(bytes);
    expect(kept).toMatchObject({ seed: 1, index: 17, broken: true, complaints: ['answered 500'] });
  });

  it('has found nothing at first', () => {
    const { book } = bookIn(folder);
    expect([book.summary(), book.kinds.size]).toEqual(['No fault was found.', 0]);
  });

  it('gives a command that sends the same request again', async () => {
    let received = '';
    const server = createServer((socket) => {
      socket.on('data', (bytes) => {
        received += bytes.toString('latin1');
        if (received.endsWith(BODY)) {
          socket.end('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n');
        }
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { book } = bookIn(folder);
    book.add(request(), NOTHING, ['answered 500']);
    const [kept] = await keptIn(folder);
    const command = curlCommand(kept as KeptFailure)?.replace(
      '127.0.0.1:3000',
      `127.0.0.1:${port}`,
    );
    await promisify(execFile)('sh', ['-c', command ?? 'false']);
    server.close();
    expect(received).toMatch(/^POST \/v1\/join\?a=%00 HTTP\/1\.1\r\n/);
    expect(received).toContain("\r\nX-Odd: a'b\r\n");
    expect(received.split('\r\n\r\n')[1]).toBe(BODY);
  });

  it('gives no command for what curl cannot send', () => {
    const kept = {
      method: 'POST',
      seed: 1,
      index: 1,
      operation: '',
      mutations: [],
      complaints: [],
      answers: [],
    };
    expect(curlCommand({ ...kept, broken: true, bytes: 'GET / HTTP/1.1\r\n\r\n' })).toBeUndefined();
    expect(
      curlCommand({ ...kept, broken: false, bytes: 'GET /\u0000 HTTP/1.1\r\n\r\n' }),
    ).toBeUndefined();
  });
});
