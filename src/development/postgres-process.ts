import { spawn, type ChildProcess } from 'node:child_process';
import { rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

import { SERVER_ENVIRONMENT } from './postgres-binaries.js';
import type { PostgresHome } from './postgres-home.js';
import { findLivingPostmaster, readPostmasterPid, stopForeignPostmaster } from './postmaster.js';

/** The chosen port is taken by another program. */
export class PortTakenError extends Error {
  constructor(port: number) {
    super(`Port ${port} on 127.0.0.1 is taken by another program.`);
    this.name = 'PortTakenError';
  }
}

/** A server that accepts connections. */
export interface PostgresProcess {
  port: number;
  /** Fast shutdown; resolves when the process has ended. */
  stop(): Promise<void>;
}

interface LaunchOptions {
  home: PostgresHome;
  port: number;
  durable: boolean;
  log: (line: string) => void;
}

/** How long remains of a killed server may hold its shared memory before we give up. */
const REMAINS_PATIENCE_MS = 20_000;
const SHUTDOWN_PATIENCE_MS = 60_000;

/**
 * Starts the server on an existing data directory and resolves when it accepts connections (after
 * recovery, if it was killed before).
 *
 * @throws PortTakenError
 * @throws Error with the server's last words, when it ends instead
 */
export async function launchPostgres(options: LaunchOptions): Promise<PostgresProcess> {
  const deadline = Date.now() + REMAINS_PATIENCE_MS;
  for (;;) {
    await removeForeignPidFile(options.home);
    const { server, failure } = await tryToLaunch(options);
    if (server) return server;
    // The postmaster was killed and one of its processes still lives: it ends by itself.
    if (failure.includes('pre-existing shared memory block') && Date.now() < deadline) {
      await wait(100);
      continue;
    }
    // An earlier run was killed so shortly after it launched its server that we could not see that yet.
    const orphan = findLivingPostmaster(options.home.cluster);
    if (orphan !== undefined && Date.now() < deadline) {
      await stopForeignPostmaster(orphan);
      continue;
    }
    if (failure.includes('could not create any TCP/IP sockets')) {
      throw new PortTakenError(options.port);
    }
    throw new Error(`The database server did not start: ${failure || 'it said nothing'}`);
  }
}

/**
 * The server trusts the number in its `postmaster.pid` and refuses to start while a process of that
 * number lives under its user, whatever it is (even a dead one that nobody has reaped). We have looked closer: no server of this directory
 * lives, and we hold its lock. (Remains of a killed one it finds by its shared memory regardless.)
 */
async function removeForeignPidFile(home: PostgresHome): Promise<void> {
  if (readPostmasterPid(home.cluster) !== undefined && !findLivingPostmaster(home.cluster)) {
    await rm(join(home.cluster, 'postmaster.pid'), { force: true });
  }
}

async function tryToLaunch(
  options: LaunchOptions,
): Promise<{ server: PostgresProcess; failure?: never } | { server?: never; failure: string }> {
  const { home, port, log } = options;
  const child = spawn(home.binaries.postgres, serverArguments(options), {
    ...home.account,
    cwd: home.path,
    env: SERVER_ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'pipe'],
    // Its own process group: Ctrl-C must reach us alone, who need the database to end in order.
    detached: true,
  });
  const guard = guardAgainstOurDeath(home, child);
  const onExit = (): void => {
    child.kill('SIGINT');
  };
  process.once('exit', onExit);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(`it ended with ${signal ?? `code ${code}`}`));
  }).finally(() => {
    process.removeListener('exit', onExit);
    guard.kill('SIGKILL');
  });
  const lines: string[] = [];
  const ready = new Promise<'ready'>((resolve) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      if (lines.length > 20) lines.shift();
      if (!isRoutine(line)) log(line);
      if (line.includes('database system is ready to accept connections')) resolve('ready');
    });
  });

  const outcome = await Promise.race([ready, ended]);
  if (outcome !== 'ready') {
    return { failure: [...lines, outcome].join('\n') };
  }
  let stopping = false;
  void ended.then((how) => {
    if (!stopping) log(`The database server is gone: ${how}`);
  });
  // A forgotten stop() must not keep a finished process from ending.
  child.unref();
  (child.stderr as Socket).unref();
  return {
    server: {
      port,
      stop: async () => {
        stopping = true;
        child.ref();
        await endServer(child, ended);
      },
    },
  };
}

async function endServer(child: ChildProcess, ended: Promise<string>): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGQUIT'), SHUTDOWN_PATIENCE_MS);
  child.kill('SIGINT');
  await ended;
  clearTimeout(timer);
}

/**
 * A process that is killed outright cannot stop its server. A shell that reads from us sees the end
 * of its input when we are gone, however we went, and stops the server if it is still the same.
 */
function guardAgainstOurDeath(home: PostgresHome, server: ChildProcess): ChildProcess {
  const guard = spawn(
    '/bin/sh',
    [
      '-c',
      'read -r _; read -r pid < "$1/postmaster.pid" && [ "$pid" = "$2" ] && kill -INT "$2"',
      'branchline-database-guard',
      home.cluster,
      String(server.pid),
    ],
    {
      ...home.account,
      cwd: home.path,
      env: SERVER_ENVIRONMENT,
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    },
  );
  // Without it only the tidying up after a kill is lost; the next start does that too.
  guard.on('error', () => undefined);
  guard.stdin?.on('error', () => undefined);
  guard.unref();
  (guard.stdin as Socket | null)?.unref();
  return guard;
}

function isRoutine(line: string): boolean {
  return / LOG: {2}/.test(line);
}

function serverArguments({ home, port, durable }: LaunchOptions): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Plans of short statements are not worth compiling.
    jit: 'off',
    log_checkpoints: 'off',
    // Errors of statements are the application's to report; here they would print people's data.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    ...(durable
      ? {}
      : {
          // synchronous_commit stays on: without it a killed server loses its last commits, and with
          // fsync off it costs next to nothing.
          fsync: 'off',
          full_page_writes: 'off',
          wal_level: 'minimal',
          max_wal_senders: '0',
          max_wal_size: '2GB',
        }),
  };
  return [
    '-D',
    home.cluster,
    '-p',
    String(port),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}
