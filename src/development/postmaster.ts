import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { processArguments, processStart } from './process-identity.js';

/** How long a server may take over an orderly end before it is told to drop everything. */
const FAST_SHUTDOWN_MS = 30_000;
const IMMEDIATE_SHUTDOWN_MS = 10_000;

/**
 * Finds the living server of exactly this data directory, from its `postmaster.pid`. The number in
 * that file may belong to another program by now, so the process must also have been started on
 * this directory.
 *
 * @param cluster absolute path, as it was given to the server with `-D`
 * @returns its process number
 */
export function findLivingPostmaster(cluster: string): number | undefined {
  const pid = readPostmasterPid(cluster);
  if (pid === undefined) return undefined;
  const words = processArguments(pid);
  // Outside Linux the command line is one text.
  const isOurs =
    words.length === 1
      ? words[0]?.includes(` -D ${cluster} `)
      : words[words.indexOf('-D') + 1] === cluster;
  return isOurs === true && words[0]?.includes('postgres') === true ? pid : undefined;
}

/** @returns the number in `postmaster.pid`, whoever it belongs to now */
export function readPostmasterPid(cluster: string): number | undefined {
  try {
    const [first] = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(first);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Ends a server that is no child of ours: fast shutdown (SIGINT) first, then immediate (SIGQUIT),
 * which loses no commit and costs a recovery at the next start.
 *
 * @throws Error when it does not end
 */
export async function stopForeignPostmaster(pid: number): Promise<void> {
  const start = processStart(pid);
  if (start === undefined) return;
  for (const [signal, patience] of [
    ['SIGINT', FAST_SHUTDOWN_MS],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_MS],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw error;
    }
    const deadline = Date.now() + patience;
    while (Date.now() < deadline) {
      if (processStart(pid) !== start) return;
      // The system tells only parents about an end, and we are not its parent.
      await wait(20);
    }
  }
  throw new Error(`A database server left over from an earlier run (process ${pid}) does not end.`);
}
