import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** A Redis server of one test file's own, without persistence: what it held dies with it. */
export interface TestRedis {
  url: string;
  /** Runs one command, for arranging and looking. */
  command(name: string, ...given: (string | number)[]): Promise<unknown>;
  flushall(): Promise<void>;
  /** Ends the server as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Path of `redis-server` (or `valkey-server`), or undefined where none is installed. */
export function findRedisServer(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  for (const name of ['redis-server', 'valkey-server']) {
    for (const folder of folders) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}

/**
 * Starts a private Redis on a free port.
 *
 * @param settings further lines of its configuration, as on its command line.
 */
export async function startRedis(settings: string[] = []): Promise<TestRedis> {
  const server = findRedisServer();
  if (server === undefined) throw new Error('no redis-server on this machine');
  const folder = await mkdtemp(join(tmpdir(), 'branchline-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const client = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: () => 50,
  });
  client.on('error', () => undefined);
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    const given = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
    child = spawn(server, [...given, '--maxmemory-policy', 'noeviction', ...settings], {
      stdio: 'ignore',
    });
    if (client.status === 'wait') client.connect().catch(() => undefined);
    await answering(client);
  };
  const kill = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined) return;
    const ended = new Promise((done) => running.once('exit', done));
    running.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    url,
    command: (name, ...given) => client.call(name, ...given),
    flushall: async () => {
      await client.flushall();
    },
    kill,
    restart: start,
    stop: async () => {
      client.disconnect();
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Not Vitest's own waiting: the crash tests start a Redis in a program, too. */
async function answering(client: Redis): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      await client.ping();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(20);
    }
  }
}

export function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => found(port));
    });
  });
}
