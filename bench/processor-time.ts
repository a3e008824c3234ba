import { readFile } from 'node:fs/promises';

/** Linux counts processor time in hundredths of a second (USER_HZ), whatever the kernel ticks. */
const TICKS_PER_SECOND = 100;

/**
 * Seconds of processor time, user and system, that processes have used so far. NaN where the
 * machine has no /proc. Unlike times by the clock it hardly depends on what else runs here.
 */
export async function processorSeconds(pids: readonly number[]): Promise<number> {
  const each = await Promise.all(pids.map(ofProcess));
  const known = each.filter((seconds) => seconds !== undefined);
  return known.length === 0 ? Number.NaN : known.reduce((sum, seconds) => sum + seconds, 0);
}

async function ofProcess(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // The second field is the name in brackets, and may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
