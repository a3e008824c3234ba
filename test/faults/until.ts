import { setTimeout as pause } from 'node:timers/promises';

const LOOK_MILLISECONDS = 100;

/** Waits for a condition. @returns false where it has not come true in time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  milliseconds: number,
): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while (!(await condition())) {
    if (Date.now() > deadline) return false;
    await pause(LOOK_MILLISECONDS);
  }
  return true;
}
