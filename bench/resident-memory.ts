import { readFile } from 'node:fs/promises';

/** What a process holds in memory, in megabytes (Linux only; elsewhere not a number). */
export interface ResidentMemory {
  readonly nowMb: number;
  /** The most that it ever held. */
  readonly peakMb: number;
}

export async function residentMemory(pid: number): Promise<ResidentMemory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const megabytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024;
  return { nowMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') };
}
