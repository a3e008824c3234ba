import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Answers what tells this run of a process from any other that had or will have its number: the
 * boot of the machine with the moment the process started. Process numbers are handed out again
 * (in a container within seconds), so a number alone never proves who is meant.
 *
 * @returns an opaque text to compare, or `undefined` when no such process is alive
 */
export function processStart(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  return process.platform === 'linux' ? startFromProc(pid) : startFromPs(pid);
}

/**
 * Answers the command line of a living process, one entry per argument where the system keeps them
 * apart (Linux), else as one entry (the output of `ps`).
 *
 * @returns an empty list when the process is gone or may not be looked at
 */
export function processArguments(pid: number): string[] {
  if (!isAlive(pid)) return [];
  try {
    if (process.platform === 'linux') {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
    }
    return [ps(pid, 'command=')].filter(Boolean);
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function startFromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may hold blanks and brackets itself;
    // state is the third field, the start in clock ticks since boot the 22nd (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}:${fields[19]}`;
  } catch {
    return undefined;
  }
}

function startFromPs(pid: number): string | undefined {
  try {
    return ps(pid, 'lstart=') || undefined;
  } catch {
    return undefined;
  }
}

function ps(pid: number, column: string): string {
  return execFileSync('ps', ['-ww', '-o', column, '-p', String(pid)], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
  }).trim();
}
