import { availableParallelism, loadavg } from 'node:os';

/** More than this a round is not slowed down: it would prove as little as one that fails. */
const SLOWEST_PACE = 8;

/**
 * By how much times are stretched on this machine at this moment: 1 unless more than two processes
 * want each processor. What takes a worker milliseconds takes it seconds when twenty others want to
 * run, and a deadline that nobody can keep is no fault of the application.
 */
export function paceOfMachine(): number {
  const [lastMinute = 0] = loadavg();
  const wanting = lastMinute / availableParallelism();
  return Math.min(SLOWEST_PACE, Math.max(1, Math.ceil(wanting / 2)));
}

/**
 * The times of `short-leases-worker.ts`: what a killed worker left comes back after five seconds
 * instead of a minute, so that a round is short.
 */
export function shortLeases(pace: number) {
  return {
    queue: {
      queuedLeaseMilliseconds: 5_000 * pace,
      lockMilliseconds: 3_000 * pace,
      stalledCheckMilliseconds: 1_000 * pace,
      leftToOthersMilliseconds: 300,
    },
    // A message is taken up again after 4.5 seconds, its job after 5.
    sending: { deadlineMilliseconds: 3_000 * pace },
  };
}
