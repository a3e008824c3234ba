import { randomBytes } from 'node:crypto';
import { access, constants, mkdir, readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

import { lockDataDir } from './data-dir-lock.js';
import { createCluster } from './postgres-cluster.js';
import { openPostgresHome } from './postgres-home.js';
import { findLivingPostmaster, stopForeignPostmaster } from './postmaster.js';
import { launchPostgres, PortTakenError, type PostgresProcess } from './postgres-process.js';

/** A running server of our own, reachable from this machine alone. */
export interface EmbeddedPostgres {
  host: '127.0.0.1';
  port: number;
  /** Connection URL of the superuser `postgres` for one database; holds the password. */
  superuserUrl(database: string): string;
  /** Fast shutdown; resolves when the server has ended and the data folder is free again. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Made when absent. Kept: a start on the same folder takes up where the last one was. */
  dataDir: string;
  /** A free one is chosen at each start unless given. */
  port?: number;
  /** Takes what a person should see of the server's own words, line by line. */
  log: (line: string) => void;
  /** False for tests: a loss of power may cost the data, a killed process does not. */
  durable?: boolean;
}

const HOST = '127.0.0.1';

/**
 * Starts the real PostgreSQL that npm installed, on data in `dataDir`. Works as an ordinary user and
 * as root. Whatever an earlier run that was killed left behind is put in order first: a server that
 * still runs is stopped, a half-made data directory is made again.
 *
 * @throws DataDirInUseError when another living process works on the same folder
 * @throws Error with what to do, when the server cannot run here
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { log, durable = true } = options;
  const dataDir = await openDataDir(options.dataDir);
  const release = lockDataDir(dataDir);
  // Where the process ends without stop(), the lock goes with it (a left lock would also do no harm).
  process.once('exit', release);
  const letGo = (): void => {
    process.removeListener('exit', release);
    release();
  };
  try {
    const home = await openPostgresHome(dataDir, durable, log);
    const password = await readOrMakePassword(dataDir);
    const orphan = findLivingPostmaster(home.cluster);
    if (orphan !== undefined) {
      log(`Stopping the database server that an earlier run left behind (process ${orphan}).`);
      await stopForeignPostmaster(orphan);
    }
    await createCluster(home, password, durable);

    const server = await launchOnFreePort(options.port, (port) =>
      launchPostgres({ home, port, durable, log }),
    );
    let stopped: Promise<void> | undefined;
    return {
      host: HOST,
      port: server.port,
      superuserUrl: (database) =>
        `postgresql://postgres:${password}@${HOST}:${server.port}/${encodeURIComponent(database)}`,
      stop: () => (stopped ??= server.stop().finally(letGo)),
    };
  } catch (error) {
    letGo();
    throw error;
  }
}

async function openDataDir(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(path);
  } catch (error) {
    throw new Error(
      `The data folder ${path} cannot be used (${(error as Error).message}). ` +
        'Did another user make it, such as root? Then start as that user, or choose another DATA_DIR.',
      {
        cause: error,
      },
    );
  }
}

/** Generated once, 192 bits; nobody needs to know it, and nobody else on the machine can. */
async function readOrMakePassword(dataDir: string): Promise<string> {
  const path = join(dataDir, 'postgres-password');
  const known = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (known.trim() !== '') return known.trim();
  const password = randomBytes(24).toString('hex');
  await writeFile(`${path}.new`, `${password}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return password;
}

/** Another program may take the chosen port before the server does: then another one is chosen. */
async function launchOnFreePort(
  wanted: number | undefined,
  launch: (port: number) => Promise<PostgresProcess>,
): Promise<PostgresProcess> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launch(wanted ?? (await findFreePort()));
    } catch (error) {
      if (!(error instanceof PortTakenError) || wanted !== undefined || attempt === 5) throw error;
    }
  }
}

async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, HOST, resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
