import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chown, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { SERVER_ENVIRONMENT } from './postgres-binaries.js';
import type { PostgresHome } from './postgres-home.js';

const run = promisify(execFile);

/**
 * Which letters are letters to `pg_trgm` and the text search parser is still asked of the system's
 * C library (C alone would cut Welsh names at every accent); its name for UTF-8 differs.
 */
const CHARACTER_TYPES = ['C.UTF-8', 'en_US.UTF-8', 'C'];

/**
 * Makes the data directory unless it is there. It is made aside and renamed when complete, so that
 * a start that is killed halfway leaves nothing that looks finished.
 *
 * Order and case follow PostgreSQL's own C.UTF-8 (code points), the same on every machine.
 *
 * @param password of the superuser `postgres`, set when the directory is made
 * @throws Error when the data was written by another major version of PostgreSQL
 */
export async function createCluster(
  home: PostgresHome,
  password: string,
  durable: boolean,
): Promise<void> {
  await removeHalfMade(home);
  if (await exists(home)) return;

  const id = randomUUID();
  const aside = join(home.path, `making-${id}`);
  const passwordFile = join(home.path, `making-${id}.password`);
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
  try {
    if (home.account) await chown(passwordFile, home.account.uid, home.account.gid);
    await initdb(home, aside, passwordFile, durable);
    await rename(aside, home.cluster);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(aside, { recursive: true, force: true });
  }
}

async function initdb(
  home: PostgresHome,
  target: string,
  passwordFile: string,
  durable: boolean,
): Promise<void> {
  for (const characterType of CHARACTER_TYPES) {
    try {
      await run(
        home.binaries.initdb,
        [
          `--pgdata=${target}`,
          '--username=postgres',
          `--pwfile=${passwordFile}`,
          '--auth=scram-sha-256',
          '--encoding=UTF8',
          '--locale-provider=builtin',
          '--builtin-locale=C.UTF-8',
          '--locale=C',
          `--lc-ctype=${characterType}`,
          '--no-instructions',
          ...(durable ? [] : ['--no-sync']),
        ],
        { ...home.account, cwd: home.path, env: SERVER_ENVIRONMENT },
      );
      return;
    } catch (error) {
      const { stderr = '', message } = error as Error & { stderr?: string };
      const unknownLocale = stderr.includes('invalid locale name');
      if (unknownLocale && characterType !== CHARACTER_TYPES.at(-1)) continue;
      throw new Error(`The database could not be made: ${stderr.trim() || message}`, {
        cause: error,
      });
    }
  }
}

/** What a killed start left; ours is the only start on this home, so none of it is in use. */
async function removeHalfMade(home: PostgresHome): Promise<void> {
  for (const name of await readdir(home.path)) {
    if (name.startsWith('making-')) {
      // An initdb that outlived its parent may still write there; it fails, and is of no interest.
      await rm(join(home.path, name), { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

async function exists(home: PostgresHome): Promise<boolean> {
  const version = await readFile(join(home.cluster, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version === undefined) return false;
  const [server] = home.binaries.fingerprint.split('.');
  if (version.trim() !== server) {
    throw new Error(
      `The data in ${home.cluster} was written by PostgreSQL ${version.trim()}, and this is ` +
        `${server}. Keep it for the older one and use another DATA_DIR, or remove it.`,
    );
  }
  return true;
}
