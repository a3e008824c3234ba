import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/development/embedded-postgres.js';
import { type Child, runChild } from './child-process.js';

describe('startEmbeddedPostgres', () => {
  let dataDir: string;
  const folders: string[] = [];
  const servers: EmbeddedPostgres[] = [];
  const children: Child[] = [];

  const makeFolder = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'branchline-pg-'));
    folders.push(folder);
    return folder;
  };
  const start = async (folder = dataDir, lines: string[] = []): Promise<EmbeddedPostgres> => {
    const server = await startEmbeddedPostgres({
      dataDir: folder,
      durable: false,
      log: (line) => lines.push(line),
    });
    servers.push(server);
    return server;
  };
  /** A start in another process, which holds the server until it is killed. */
  const startElsewhere = (): Child => {
    const child = runChild(`
      import { startEmbeddedPostgres } from '$DIST/development/embedded-postgres.js';
      const options = { dataDir: ${JSON.stringify(dataDir)}, durable: false, log: () => {} };
      const server = await startEmbeddedPostgres(options);
      console.log('url ' + server.superuserUrl('postgres'));
      process.stdin.resume();
    `);
    children.push(child);
    return child;
  };
  const query = async (url: string, sql: string): Promise<Record<string, unknown>[]> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  /** Where the server's data lies: elsewhere when the tests run as root. */
  const home = async (): Promise<string> => {
    const pointer = await readFile(join(dataDir, 'postgres-home'), 'utf8').catch(() => undefined);
    return pointer?.trim() ?? join(dataDir, 'postgres');
  };
  const postmasterPid = async (): Promise<number> =>
    Number((await readFile(join(await home(), 'cluster/postmaster.pid'), 'utf8')).split('\n')[0]);
  const isAlive = (pid: number): boolean => {
    const state = execFileSync('sh', ['-c', `ps -o state= -p ${pid} || true`], {
      encoding: 'utf8',
    }).trim();
    return state !== '' && !state.startsWith('Z');
  };
  const childrenOf = (pid: number): number[] =>
    execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
      .filter(([, parent]) => parent === pid)
      .map(([child]) => child ?? 0);

  beforeEach(async () => {
    dataDir = await makeFolder();
  });
  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.kill()));
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  });

  it('keeps the data from one start to the next', async () => {
    const first = await start();
    await query(first.superuserUrl('postgres'), 'CREATE TABLE kept AS SELECT 7 AS value');
    await first.stop();
    const second = await start();
    expect(await query(second.superuserUrl('postgres'), 'SELECT value FROM kept')).toEqual([
      { value: 7 },
    ]);
  });

  it('knows Welsh letters, counts in UTC and listens to this machine alone', async () => {
    const server = await start();
    const rows = await query(
      server.superuserUrl('postgres'),
      `SELECT lower('ŴYN') AS lower,
              (SELECT string_agg(lexeme, ' ') FROM unnest(to_tsvector('simple', 'Siân-Ŵyn'))) AS words,
              current_setting('TimeZone') AS zone,
              current_setting('listen_addresses') AS addresses,
              current_setting('unix_socket_directories') AS sockets,
              current_setting('server_encoding') AS encoding`,
    );
    expect(rows).toEqual([
      {
        lower: 'ŵyn',
        words: expect.stringContaining('siân') as string,
        zone: 'UTC',
        addresses: '127.0.0.1',
        sockets: '',
        encoding: 'UTF8',
      },
    ]);
  });

  it('lets nobody in without the password, which only its owner can read', async () => {
    const server = await start();
    const url = new URL(server.superuserUrl('postgres'));
    expect((await stat(join(dataDir, 'postgres-password'))).mode & 0o777).toBe(0o600);
    expect((await stat(await home())).mode & 0o777).toBe(0o700);
    url.password = 'guessed';
    await expect(query(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('runs two data folders side by side', async () => {
    const [one, other] = await Promise.all([start(), start(await makeFolder())]);
    expect(one.port).not.toBe(other.port);
    await query(one.superuserUrl('postgres'), 'CREATE TABLE mine ()');
    await expect(query(other.superuserUrl('postgres'), 'SELECT FROM mine')).rejects.toMatchObject({
      code: '42P01',
    });
  });

  it('refuses a second start on a folder in use, here and from another process', async () => {
    const server = await start();
    await expect(start()).rejects.toThrow(`in use by process ${process.pid}`);
    const child = runChild(`
      import { startEmbeddedPostgres } from '$DIST/development/embedded-postgres.js';
      await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, log: () => {} })
        .then(() => console.log('said: started'), (error) => console.log('said: ' + error.name));
      process.exit();
    `);
    children.push(child);
    expect(await child.line('said')).toBe('said: DataDirInUseError');
    expect(await query(server.superuserUrl('postgres'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('ends by itself when its process is killed, and loses no commit', async () => {
    const child = startElsewhere();
    const url = (await child.line('url ')).slice(4);
    await query(url, 'CREATE TABLE kept AS SELECT 8 AS value');
    const pid = await postmasterPid();
    await child.kill();
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000 });
    const server = await start();
    expect(await query(server.superuserUrl('postgres'), 'SELECT value FROM kept')).toEqual([
      { value: 8 },
    ]);
  });

  it('takes over from a server that outlived its process', async () => {
    const child = startElsewhere();
    const url = (await child.line('url ')).slice(4);
    await query(url, 'CREATE TABLE kept AS SELECT 9 AS value');
    const orphan = await postmasterPid();
    // The guard goes first, or it would stop the server.
    for (const pid of childrenOf(child.process.pid ?? 0)) {
      if (pid !== orphan) process.kill(pid, 'SIGKILL');
    }
    await child.kill();
    expect(isAlive(orphan)).toBe(true);

    const lines: string[] = [];
    const server = await start(dataDir, lines);
    expect(lines).toContainEqual(expect.stringContaining(`process ${orphan}`));
    expect(isAlive(orphan)).toBe(false);
    expect(await query(server.superuserUrl('postgres'), 'SELECT value FROM kept')).toEqual([
      { value: 9 },
    ]);
  });

  it('recovers when server and process are killed together', async () => {
    const child = startElsewhere();
    const url = (await child.line('url ')).slice(4);
    await query(url, 'CREATE TABLE kept AS SELECT 10 AS value');
    const pid = await postmasterPid();
    process.kill(pid, 'SIGKILL');
    await child.kill();
    const server = await start();
    expect(await query(server.superuserUrl('postgres'), 'SELECT value FROM kept')).toEqual([
      { value: 10 },
    ]);
  });

  it('leaves a foreign process alone that got the number of a dead server', async () => {
    await (await start()).stop();
    const cluster = join(await home(), 'cluster');
    const { uid, gid } = await stat(cluster);
    const foreign = spawn('sleep', ['600'], { uid, gid, stdio: 'ignore' });
    try {
      await writeFile(
        join(cluster, 'postmaster.pid'),
        `${foreign.pid}\n${cluster}\n1767225600\n5432\n\n127.0.0.1\n`,
      );
      const server = await start();
      expect(await query(server.superuserUrl('postgres'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(isAlive(foreign.pid ?? 0)).toBe(true);
    } finally {
      foreign.kill('SIGKILL');
      await once(foreign, 'exit');
    }
  });

  it('starts afresh after it was killed while the data directory was being made', async () => {
    const child = startElsewhere();
    const isBeingMade = async (): Promise<void> => {
      const names = await readdir(await home());
      expect(names.filter((name) => /^making-[^.]+$/.test(name))).toHaveLength(1);
    };
    await vi.waitFor(isBeingMade, { timeout: 10_000, interval: 5 });
    await child.kill();
    expect(await readdir(await home())).not.toContain('cluster');
    const server = await start();
    expect(await query(server.superuserUrl('postgres'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await readdir(await home())).toEqual(['cluster']);
  });

  it('says what to do when the data was written by another version', async () => {
    await (await start()).stop();
    await writeFile(join(await home(), 'cluster/PG_VERSION'), '12\n');
    await expect(start()).rejects.toThrow('was written by PostgreSQL 12');
  });

  it('says that a wanted port is taken', async () => {
    const server = await start();
    const second = startEmbeddedPostgres({
      dataDir: await makeFolder(),
      port: server.port,
      durable: false,
      log: () => undefined,
    });
    await expect(second).rejects.toThrow(`Port ${server.port} on 127.0.0.1 is taken`);
  });

  it('works below a folder that only root may enter', async () => {
    const closed = join(dataDir, 'closed to all others');
    await mkdir(closed, { mode: 0o700 });
    const server = await start(join(closed, 'data'));
    expect(await query(server.superuserUrl('postgres'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect((await stat(closed)).mode & 0o777).toBe(0o700);
  });
});
