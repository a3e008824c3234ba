import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Folders for downloads, named after their process: a killed one cannot remove its folder, and the
 * next command has to tell it from that of a download which runs. Process numbers are given out
 * again, so the name has the start of the process, too; and they are counted anew in each container,
 * so it has the numbering that the number is of.
 */
const PREFIX = 'branchline-postcodes';
const NAME = /^branchline-postcodes-(\d+)-(\d+)-([0-9a-f]+)-\w+$/;
/** Where the system does not tell when a process started (other than Linux). */
const UNKNOWN_START = '0';

/** Makes a folder that is this process's own. @returns its path. */
export async function makeDownloadFolder(within = tmpdir()): Promise<string> {
  const start = startOf(process.pid) ?? UNKNOWN_START;
  return mkdtemp(join(within, `${PREFIX}-${numbering()}-${process.pid}-${start}-`));
}

/**
 * Removes the folders of processes that are gone. What cannot be judged or removed stays: the
 * folder of another container or another user, and a folder of anything else.
 */
export async function removeAbandonedDownloads(within = tmpdir()): Promise<void> {
  const entries = await readdir(within, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const [name, space, pid = '', start = ''] = NAME.exec(entry.name) ?? [];
    if (name === undefined || !entry.isDirectory() || space !== numbering()) continue;
    const folder = join(within, name);
    if (lives(Number(pid), start) || !(await isMine(folder))) continue;
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Whether this very process lives; where in doubt it does. */
function lives(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
  const now = startOf(pid);
  return now === undefined || start === UNKNOWN_START || now === start;
}

/**
 * What tells this run of a process from any other of its number: the boot of the machine with the
 * moment of its start (proc(5): the 22nd field, behind the program's name in brackets).
 */
function startOf(pid: number): string | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    // A zombie has ended, and only waits to be asked how.
    const state = fields[0] === 'Z' ? 'ended' : 'runs';
    return createHash('sha256').update(`${boot}${fields[19]}${state}`).digest('hex').slice(0, 12);
  } catch {
    return undefined;
  }
}

/** Of which process numbers ours is one: those of the machine or of a container. */
function numbering(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}

async function isMine(folder: string): Promise<boolean> {
  const { uid } = await stat(folder).catch(() => ({ uid: undefined }));
  return uid !== undefined && uid === process.getuid?.();
}
