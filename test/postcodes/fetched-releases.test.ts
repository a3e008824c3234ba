import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { runCommand, startCommand } from './cli.js';
import { onspdFile } from './release-files.js';
import { zipOf } from './zip-file.js';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const MANCHESTER = [
  { pcds: 'M14 5RX', lat: '53.4546', long: '-2.2263', ctry: 'E92000001' },
  { pcds: 'M14 5RY', lat: '53.4546', long: '-2.2263', ctry: 'E92000001', doterm: '200112' },
  { pcds: 'BT1 1AA', lat: '54.6', long: '-5.93', ctry: 'N92000002', osgrdind: '1' },
];

describe('a release on the web', () => {
  let server: Server;
  let address: string;
  let temporary: string;
  let answer: (path: string, response: ServerResponse) => void;
  beforeEach(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'branchline-downloads-'));
    server = createServer((request, response) => answer(request.url ?? '', response));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
    await rm(temporary, { recursive: true });
  });

  const AREA_FILE =
    '"M14 5RX",10,385063,395385,"E92000001","E19000001","E18000002","","E08000003","E05011361"\n';

  it('is fetched by download, through its redirect, with a word about Northern Ireland', async () => {
    answer = (path, response) => {
      if (path === '/CodePointOpen?redirect') {
        response.writeHead(307, { location: '/files/codepo_gb.zip' }).end();
      } else {
        response.end(
          zipOf({ 'Data/CSV/m.csv': AREA_FILE, 'Doc/metadata.txt': 'COPYRIGHT DATE: 20251020' }),
        );
      }
    };
    const { code, out } = await runCommand(database, ['download'], {
      CODE_POINT_OPEN_URL: `${address}/CodePointOpen?redirect`,
      TMPDIR: temporary,
    });
    expect(code).toBe(0);
    expect(out).toMatch(/^code-point-open-2025-10: 1 live/);
    expect(out).toMatch(
      /Northern Ireland is not in it\. Postcodes that begin with BT[\s\S]*built-in centre of the\narea BT/,
    );
    const [row] = await database.sql('SELECT file_name, kind FROM postcode_dataset');
    expect(row).toEqual({ file_name: 'codepo_gb.zip', kind: 'code-point-open' });
    expect(await readdir(temporary)).toEqual([]);
  });

  it('is fetched by import from any address', async () => {
    answer = (_path, response) => response.end(onspdFile(MANCHESTER));
    const url = `${address}/releases/ONSPD_NOV_2025_UK.csv`;
    const { out } = await runCommand(database, ['import', url], { TMPDIR: temporary });
    expect(out).toMatch(/^onspd-2025-11: 2 live and 1 terminated/);
    expect(out).not.toContain('Northern Ireland');
  });

  it('that ends too soon, or is not there, is refused in words', async () => {
    answer = (_path, response) => {
      response.writeHead(200, { 'content-length': 100_000 }).write(onspdFile(MANCHESTER));
      response.destroy();
    };
    const cut = await runCommand(database, ['import', `${address}/a.csv`], { TMPDIR: temporary });
    expect(cut).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('could not be fetched'),
    });
    answer = (_path, response) => response.writeHead(404).end();
    const none = await runCommand(database, ['download', '--url', `${address}/b.zip`], {
      TMPDIR: temporary,
    });
    expect(none).toMatchObject({ code: 1, err: `${address}/b.zip answers with status 404.` });
    expect(await readdir(temporary)).toEqual([]);
    expect(await database.sql('SELECT version FROM postcode_dataset')).toEqual([]);
  });

  it('can be given up in the middle, and leaves nothing on the disk', async () => {
    const begun = new Promise<void>((resolve) => {
      answer = (_path, response) => {
        response.writeHead(200, { 'content-length': 100_000 }).write(onspdFile(MANCHESTER));
        resolve();
      };
    });
    const running = startCommand(database, ['import', `${address}/a.csv`], { TMPDIR: temporary });
    await begun;
    await vi.waitFor(async () => expect(await readdir(temporary)).toHaveLength(1));
    running.process.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 1, out: '' });
    expect(await readdir(temporary)).toEqual([]);
  });

  it('is cleared away by the next command where one was killed, and left where one lives', async () => {
    let asked = 0;
    answer = (_path, response) => {
      asked += 1;
      response.writeHead(200, { 'content-length': 100_000 }).write(onspdFile(MANCHESTER));
    };
    const begin = async () => {
      const before = asked;
      const running = startCommand(database, ['import', `${address}/a.csv`], { TMPDIR: temporary });
      await vi.waitFor(() => expect(asked).toBe(before + 1), { timeout: 20_000 });
      return running;
    };
    const killed = await begin();
    await vi.waitFor(async () => expect(await readdir(temporary)).toHaveLength(1));
    const [remnant = ''] = await readdir(temporary);
    killed.process.kill('SIGKILL');
    await killed.ended;
    expect(await readdir(temporary)).toEqual([remnant]);

    const living = await begin();
    await vi.waitFor(async () => expect(await readdir(temporary)).not.toEqual([remnant]));
    const own = await readdir(temporary);
    expect(own).toHaveLength(1);
    await runCommand(database, ['list'], { TMPDIR: temporary });
    expect(await readdir(temporary)).toEqual(own);
    living.process.kill('SIGINT');
    await living.ended;
    expect(await readdir(temporary)).toEqual([]);
  });
});
