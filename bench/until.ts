import { setTimeout as pause } from 'node:timers/promises';

/** Longest time that anything in a benchmark is waited for. */
const PATIENCE_MILLISECONDS = 600_000;
const LOOK_MILLISECONDS = 100;

/** Waits for a condition. @throws Error when it does not come true in ten minutes. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('What was waited for did not happen.');
    await pause(LOOK_MILLISECONDS);
  }
}
