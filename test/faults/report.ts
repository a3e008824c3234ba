import {
  API_DEATHS,
  countOf,
  FAULT_KINDS,
  type FaultKind,
  RESTARTS,
  WORKER_DEATHS,
} from './faults.js';
import type { RoundResult } from './round.js';

/** One line of a round, for people. */
export function describeRound(result: RoundResult): string {
  const { seed, backend, sabotage, unknownJob, faults } = result;
  return [
    `seed ${seed} ${backend}${sabotage === undefined ? '' : ` with ${sabotage}`}`,
    faults.length === 0 ? 'ok' : `${faults.length} FAULTS`,
    `${result.seconds} s${result.pace === 1 ? '' : ` at pace ${result.pace}`}`,
    [
      ...happenings(result),
      ...(unknownJob === undefined ? [] : [`an older worker without ${unknownJob}`]),
    ].join(', ') || 'calm',
    `joins ${result.posted}, answered ${result.answered} (${result.retried} after a retry, ` +
      `${result.replayed} replayed), 503s ${result.unavailable} (up to ` +
      `${result.recoveryMilliseconds} ms after), 409s ${result.inProgress}, mails ${result.mails}, ` +
      `reminders ${result.reminded}, repeats in flight ${describeRepeats([result])} ` +
      `with a patience of ${result.patienceMilliseconds} ms`,
  ].join(' | ');
}

/** The command that does the same round again. */
export function commandFor(
  { seed, backend, sabotage }: RoundResult,
  { joins, leases }: { readonly joins: string; readonly leases: string },
): string {
  const broken = sabotage === undefined ? '' : ` --sabotage ${sabotage}`;
  return (
    `npm run soak -- faults --rounds 1 --seed ${seed} --backend ${backend} ` +
    `--joins ${joins} --leases ${leases}${broken}`
  );
}

/** What many rounds came to, in lines. */
export function summarise(results: readonly RoundResult[]): string[] {
  const sum = (of: (result: RoundResult) => number, among = results): number =>
    among.reduce((total, result) => total + of(result), 0);
  const most = (of: (result: RoundResult) => number): number => Math.max(0, ...results.map(of));
  const kinds = (among: readonly FaultKind[]): string =>
    among.map((kind) => `${kind} ${sum(({ happened }) => happened[kind] ?? 0)}`).join(', ');
  const lines = [
    `rounds ${results.length}, joins answered 201 ${sum(({ answered }) => answered)}, ` +
      `mails ${sum(({ mails }) => mails)}, reminders ${sum(({ reminded }) => reminded)}`,
    `APIs killed ${sum(({ happened }) => countOf(happened, API_DEATHS))}: ${kinds(API_DEATHS)}`,
    `workers killed ${sum(({ happened }) => countOf(happened, WORKER_DEATHS))}: ${kinds(WORKER_DEATHS)}`,
    `PostgreSQL restarted ${sum(({ happened }) => countOf(happened, RESTARTS))}: ${kinds(RESTARTS)}`,
    `${kinds(['flush-redis', 'migrate-ahead'])}, rounds with an older build of a worker ` +
      `${results.filter(({ unknownJob }) => unknownJob !== undefined).length}`,
    `answers 503 ${sum(({ unavailable }) => unavailable)} (up to ` +
      `${most(({ recoveryMilliseconds }) => recoveryMilliseconds)} ms after an outage), ` +
      `409 ${sum(({ inProgress }) => inProgress)}, replayed ${sum(({ replayed }) => replayed)}; ` +
      `patience up to ${most(({ patienceMilliseconds }) => patienceMilliseconds)} ms`,
  ];
  if (results.length > 0) lines.push(describeTimes(results));
  for (const backend of ['postgres', 'redis']) {
    const among = results.filter((result) => result.backend === backend);
    if (among.length === 0) continue;
    lines.push(
      `jobs on ${backend}: rounds ${among.length}, repeats in flight ` +
        `${describeRepeats(among)}, rounds with faults ` +
        `${among.filter(({ faults }) => faults.length > 0).length}`,
    );
  }
  return lines;
}

/** `12 (death 9, outage 3)` */
function describeRepeats(results: readonly RoundResult[]): string {
  const counts = new Map<string, number>();
  for (const { repeatsInFlight } of results) {
    for (const [excuse, count] of Object.entries(repeatsInFlight)) {
      if (count > 0) counts.set(excuse, (counts.get(excuse) ?? 0) + count);
    }
  }
  if (counts.size === 0) return '0';
  const total = [...counts.values()].reduce((one, other) => one + other, 0);
  return `${total} (${[...counts].map(([excuse, count]) => `${excuse} ${count}`).join(', ')})`;
}

/** Where the time of a round goes, on average. */
function describeTimes(results: readonly RoundResult[]): string {
  const mean = (of: (result: RoundResult) => number): string =>
    `${(results.reduce((total, result) => total + of(result), 0) / results.length).toFixed(1)} s`;
  const parts = [...new Set(results.flatMap(({ partSeconds }) => Object.keys(partSeconds)))];
  const each = parts.map((part) => `${part} ${mean(({ partSeconds }) => partSeconds[part] ?? 0)}`);
  return `a round took ${mean(({ seconds }) => seconds)}: ${each.join(', ')}`;
}

function happenings({ happened }: RoundResult): string[] {
  return FAULT_KINDS.filter((kind) => happened[kind] !== undefined).map(
    (kind) => `${kind} ${happened[kind]}`,
  );
}
