import { randomUUID } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { processStart } from './process-identity.js';

interface Holder {
  id: string;
  pid: number;
  start: string;
}

/** Somebody else, alive, works on the same data folder. */
export class DataDirInUseError extends Error {
  constructor(dataDir: string, pid: number) {
    super(
      `${dataDir} is in use by process ${pid}. ` +
        'Stop that one first, or give this one a folder of its own with DATA_DIR.',
    );
    this.name = 'DataDirInUseError';
  }
}

/**
 * Takes a data folder for this process alone. A lock whose holder is gone counts for nothing: the
 * holder is known by its number and the moment it started, so a number given out again does not
 * keep the folder locked.
 *
 * A dead holder's lock is never removed first: two processes that both see it would remove each
 * other's. Instead the heir makes a file named after the dead holder, which only one can do, and
 * only then replaces the lock itself.
 *
 * @returns a function that gives the folder back; it may be called more than once
 * @throws DataDirInUseError when the holder is alive (also when it is this very process)
 */
export function lockDataDir(dataDir: string): () => void {
  const path = join(dataDir, 'branchline.lock');
  const start = processStart(process.pid);
  if (start === undefined) throw new Error('The start time of this process cannot be read.');
  const me: Holder = { id: randomUUID(), pid: process.pid, start };
  const mine = `${path}.${me.id}`;
  writeFileSync(mine, JSON.stringify(me), { mode: 0o600 });
  try {
    while (!tryToTake(path, mine, dataDir));
  } finally {
    rmSync(mine, { force: true });
  }
  return () => {
    if (readHolder(path)?.id === me.id) rmSync(path, { force: true });
  };
}

/** One attempt; false when another process moved in between and everything must be looked at anew. */
function tryToTake(path: string, mine: string, dataDir: string): boolean {
  if (linkIfAbsent(mine, path)) return true;
  const first = readHolder(path);
  if (first === undefined) return false;

  // An heir may itself have died before it replaced the lock: follow the line to its end.
  let last = first;
  for (;;) {
    if (processStart(last.pid) === last.start) throw new DataDirInUseError(dataDir, last.pid);
    const heirPath = `${path}.after-${last.id}`;
    if (linkIfAbsent(mine, heirPath)) {
      // What we inherited may have been settled, and its traces removed, since we read it.
      if (readHolder(path)?.id !== first.id) {
        rmSync(heirPath, { force: true });
        return false;
      }
      break;
    }
    const heir = readHolder(heirPath);
    if (heir === undefined) return false;
    last = heir;
  }
  renameOver(mine, path);
  for (const name of readdirSync(dirname(path))) {
    if (name.startsWith(`${basename(path)}.after-`)) {
      rmSync(join(dirname(path), name), { force: true });
    }
  }
  return true;
}

function linkIfAbsent(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function renameOver(from: string, to: string): void {
  // Renaming a file to another name of the same file does nothing (POSIX), and `from` has the
  // heir's name too; a copy under a new name is what really replaces `to`.
  const copy = `${from}.copy`;
  writeFileSync(copy, readFileSync(from), { mode: 0o600 });
  renameSync(copy, to);
}

/** @returns undefined when the file is gone; a file of rubbish counts as a holder that is dead */
function readHolder(path: string): Holder | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { id, pid, start } = JSON.parse(text) as Partial<Holder>;
    if (typeof id === 'string' && typeof pid === 'number' && typeof start === 'string') {
      return { id, pid, start };
    }
  } catch {
    // Falls through: not ours, or damaged by a full disk.
  }
  return { id: 'unreadable', pid: 0, start: '' };
}
