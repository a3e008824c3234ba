import { createHash, randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import {
  copyPostgresBinaries,
  findPostgresBinaries,
  type PostgresBinaries,
} from './postgres-binaries.js';
import { findLivingPostmaster } from './postmaster.js';
import { findServerAccount, runsAsRoot, type ServerAccount } from './server-account.js';

/** Where a server's data lies, and with what and as whom the server runs. */
export interface PostgresHome {
  /** Folder of mode 700 that belongs to the server's user. */
  path: string;
  /** The data directory proper, within `path`; may not exist yet. */
  cluster: string;
  binaries: PostgresBinaries;
  /** Undefined: the server runs as we do. */
  account: ServerAccount | undefined;
}

interface Origin {
  dataDir: string;
  durable: boolean;
}

const POINTER = 'postgres-home';
const DAY_MS = 86_400_000;

/**
 * Answers where the server of a data folder lives, and makes the place.
 *
 * An ordinary user's server lives in the data folder itself. Root's server runs as an unprivileged
 * user, who often cannot enter the data folder (a clone under /root, mode 700) and whose way there
 * we must not open; so its home lies in a system folder, named by a hash of the data folder's path,
 * and the data folder holds a pointer to it.
 *
 * @param dataDir real path of an existing folder, locked by this process
 * @param durable kept with the home: a throwaway one is removed once its data folder is gone
 */
export async function openPostgresHome(
  dataDir: string,
  durable: boolean,
  log: (line: string) => void,
): Promise<PostgresHome> {
  const source = await findPostgresBinaries();
  const inside = join(dataDir, 'postgres');
  if (!runsAsRoot()) {
    await mkdir(inside, { recursive: true, mode: 0o700 });
    return { path: inside, cluster: join(inside, 'cluster'), binaries: source, account: undefined };
  }

  // Begun by an ordinary user and now started by root: the server goes on as that user.
  const owner = await stat(join(inside, 'cluster')).catch(() => undefined);
  const account =
    owner !== undefined && owner.uid !== 0
      ? { uid: owner.uid, gid: owner.gid }
      : findServerAccount();

  const known = await readPointer(dataDir);
  if (owner === undefined && known !== undefined && (await belongsElsewhere(known, dataDir))) {
    log(`${dataDir} is a copy of another data folder; its database starts empty.`);
    await rm(join(dataDir, POINTER));
  }
  const failures: string[] = [];
  const pointed = owner === undefined ? await readPointer(dataDir) : undefined;
  for (const folder of pointed === undefined ? systemFolders() : [dirname(pointed)]) {
    try {
      await makeSystemFolder(folder);
      const binaries = await copyPostgresBinaries(source, folder, account);
      if (owner !== undefined) {
        return { path: inside, cluster: join(inside, 'cluster'), binaries, account };
      }
      await removeAbandonedHomes(folder);
      const path = pointed ?? join(folder, homeName(dataDir));
      // The pointer first: a home without one would look abandoned to a start next door.
      await writePointer(dataDir, path);
      return await makeHome({ path, dataDir, durable, binaries, account });
    } catch (error) {
      failures.push(`${folder}: ${(error as Error).message}`);
    }
  }
  throw new Error(
    'Found no folder where the database server can run as an unprivileged user. ' +
      `Start as an ordinary user, or set DATABASE_URL. Tried ${failures.join('; ')}`,
  );
}

/** Those that outlive a restart of the machine first. */
function systemFolders(): string[] {
  return ['/var/lib', '/var/tmp', tmpdir()].map((parent) => join(parent, 'branchline-development'));
}

async function makeSystemFolder(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o755 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const found = await lstat(folder);
  // In a folder open to all, somebody else may have put theirs there first to swap the programs.
  if (!found.isDirectory() || found.uid !== 0) throw new Error('it does not belong to root');
  await chmod(folder, 0o755);
}

function homeName(dataDir: string): string {
  // The random part keeps a new data folder apart from a removed or moved one of the same path.
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  return `${hash}-${randomBytes(4).toString('hex')}`;
}

async function makeHome(parts: {
  path: string;
  dataDir: string;
  durable: boolean;
  binaries: PostgresBinaries;
  account: ServerAccount;
}): Promise<PostgresHome> {
  const { path, dataDir, durable, binaries } = parts;
  await mkdir(path, { recursive: true, mode: 0o700 });
  const cluster = join(path, 'cluster');
  const existing = await stat(cluster).catch(() => undefined);
  // An existing cluster keeps its user, even if the system has got a better one since.
  const account = existing === undefined ? parts.account : { uid: existing.uid, gid: existing.gid };
  await chown(path, account.uid, account.gid);
  await writeFile(`${path}.json`, JSON.stringify({ dataDir, durable } satisfies Origin), {
    mode: 0o600,
  });
  return { path, cluster, binaries, account };
}

async function readPointer(dataDir: string): Promise<string | undefined> {
  const text = await readFile(join(dataDir, POINTER), 'utf8').catch(() => '');
  return text.trim() || undefined;
}

async function writePointer(dataDir: string, path: string): Promise<void> {
  const pointer = join(dataDir, POINTER);
  await writeFile(`${pointer}.new`, `${path}\n`, { mode: 0o600 });
  await rename(`${pointer}.new`, pointer);
}

async function readOrigin(home: string): Promise<Origin | undefined> {
  try {
    return JSON.parse(await readFile(`${home}.json`, 'utf8')) as Origin;
  } catch {
    return undefined;
  }
}

/** A data folder that was copied brings the original's pointer along; two must not share a home. */
async function belongsElsewhere(home: string, dataDir: string): Promise<boolean> {
  const origin = await readOrigin(home);
  if (origin === undefined || origin.dataDir === dataDir) return false;
  return (await readPointer(origin.dataDir)) === home;
}

/**
 * Removes homes whose data folder is gone: of tests at once, of people after 30 days, since a folder
 * may also have been moved and be started again from its new place.
 */
async function removeAbandonedHomes(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.json')) continue;
    const path = join(folder, name.slice(0, -'.json'.length));
    const origin = await readOrigin(path);
    if (origin === undefined || (await readPointer(origin.dataDir)) === path) continue;
    const touched = await stat(`${path}.json`).catch(() => undefined);
    if (touched === undefined) continue;
    if (origin.durable && Date.now() - touched.mtimeMs < 30 * DAY_MS) continue;
    if (findLivingPostmaster(join(path, 'cluster')) !== undefined) continue;
    await rm(path, { recursive: true, force: true });
    await rm(`${path}.json`, { force: true });
  }
}
