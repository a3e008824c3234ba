import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Download, downloadFile } from '../../src/providers/downloads/download-file.js';

let folder: string;
let server: Server | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'branchline-download-'));
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await rm(folder, { recursive: true });
});

async function serve(answer: RequestListener): Promise<string> {
  const started = createServer(answer);
  server = started;
  await new Promise<void>((resolve) => {
    started.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

const download = (url: string, how: Partial<Download> = {}) =>
  downloadFile({
    url,
    to: join(folder, 'file'),
    mostBytes: 10_000,
    patienceMilliseconds: 5_000,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...how,
  });

describe('a download', () => {
  it('is on the disk as it was sent, under a name without tricks', async () => {
    const address = await serve((_request, response) => response.end('postcodes'));
    const seen: (number | undefined)[][] = [];
    const name = await download(`${address}/a/%2e%2e%2fONSPD%20NOV_2025.zip`, {
      onProgress: (...progress) => seen.push(progress),
    });
    expect(name).toBe('2e2e2fONSPD20NOV_2025.zip');
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('postcodes');
    expect(seen).toEqual([[9, 9]]);
  });

  it.each<[string, RequestListener]>([
    [
      'that says so',
      (_request, response) =>
        response.writeHead(200, { 'content-length': 10_001 }).end('x'.repeat(10_001)),
    ],
    ['that does not', (_request, response) => response.end('x'.repeat(20_000))],
    [
      'when it is unpacked',
      (_request, response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(1e6))),
    ],
  ])('is refused where it is too large: one %s', async (_which, answer) => {
    const address = await serve(answer);
    await expect(download(address)).rejects.toThrow(`${address} is larger than 10000 bytes.`);
  });

  it('is given up where nothing comes any more', async () => {
    const address = await serve((_request, response) => response.write('x'));
    await expect(download(address, { patienceMilliseconds: 100 })).rejects.toThrow(
      /has sent nothing for 0\.1 seconds/,
    );
  });

  it('is given up where nothing comes at all', async () => {
    const address = await serve(() => undefined);
    await expect(download(address, { patienceMilliseconds: 100 })).rejects.toThrow(
      /has sent nothing for 0\.1 seconds/,
    );
  });

  it('fails in words where nobody answers, or leads round in circles', async () => {
    await expect(download('http://127.0.0.1:9/x')).rejects.toThrow(
      /^http:\/\/127\.0\.0\.1:9\/x could not be fetched: /,
    );
    const address = await serve((_request, response) =>
      response.writeHead(302, { location: '/' }).end(),
    );
    await expect(download(address)).rejects.toThrow(/redirect count exceeded/);
  });

  it.each(['file:///etc/passwd', 'ftp://example.org/x', 'data:text/plain,x', 'no address'])(
    'is not made from %s',
    async (url) => {
      await expect(download(url)).rejects.toThrow(/no address that begins with https/);
    },
  );

  it('ends with the reason of whoever stopped it', async () => {
    const stop = new AbortController();
    const address = await serve((_request, response) => {
      response.write('x');
      stop.abort(new Error('enough'));
    });
    await expect(download(address, { signal: stop.signal })).rejects.toThrow('enough');
  });
});
