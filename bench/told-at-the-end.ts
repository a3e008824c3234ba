import { cpuUsage } from 'node:process';

/** What one producer may have under way at once. */
const AT_ONCE = 32;

/**
 * Runs `add` for every number below `jobs`, some at a time, waits until `done` says that all have
 * been worked on, and prints what it took as one line of JSON.
 */
export async function tellAtTheEnd(work: {
  jobs: number;
  add: (index: number) => Promise<unknown>;
  done: Promise<unknown>;
}): Promise<void> {
  const usedBefore = cpuUsage();
  const began = performance.now();
  let next = 0;
  const produce = async (): Promise<void> => {
    for (let index = next++; index < work.jobs; index = next++) await work.add(index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, produce));
  await work.done;
  const seconds = (performance.now() - began) / 1000;
  const used = cpuUsage(usedBefore);
  console.log(JSON.stringify({ seconds, processorSeconds: (used.user + used.system) / 1e6 }));
}
