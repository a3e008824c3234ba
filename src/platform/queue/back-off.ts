import type { JobDefinition } from './job.js';

/**
 * How long to wait before the next try, in milliseconds: doubling from the job's base up to its
 * cap, less up to half at random, so that what failed together does not come back together.
 *
 * @param attempts tries so far, 1 after the first failure.
 */
export function backOff(
  definition: Pick<JobDefinition, 'backOffSeconds' | 'backOffCapSeconds'>,
  attempts: number,
  random: () => number = Math.random,
): number {
  const doublings = Math.min(Math.max(attempts - 1, 0), 40);
  const seconds = Math.min(
    definition.backOffSeconds * 2 ** doublings,
    definition.backOffCapSeconds,
  );
  return Math.round(seconds * 1000 * (1 - random() / 2));
}
