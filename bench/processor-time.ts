import { readFile } from 'node:fs/promises';

/** Linux counts processor time in hundredths of a second (USER_HZ), whatever the kernel ticks. */
const TICKS_PER_SECOND = 100;

/** Seconds of processor time, user and system, by process. */
export type ProcessorTimes = ReadonlyMap<number, number>;

/** What each process has used so far. Empty where the machine has no /proc. */
export async function processorTimes(pids: readonly number[]): Promise<ProcessorTimes> {
  const times = new Map<number, number>();
  for (const pid of pids) {
    const seconds = await ofProcess(pid);
    if (seconds !== undefined) times.set(pid, seconds);
  }
  return times;
}

/**
 * Seconds that were used in between, by the processes that lived through it; NaN where there is
 * none. Unlike times by the clock it hardly depends on what else runs on the machine.
 */
export function secondsBetween(before: ProcessorTimes, after: ProcessorTimes): number {
  const used = [...after].map(([pid, seconds]) => seconds - (before.get(pid) ?? Number.NaN));
  const known = used.filter((seconds) => !Number.isNaN(seconds));
  return known.length === 0 ? Number.NaN : known.reduce((sum, seconds) => sum + seconds, 0);
}

async function ofProcess(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // The second field is the name in brackets, and may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
