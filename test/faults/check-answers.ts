import { isDeepStrictEqual } from 'node:util';
import {
  answersTo,
  type Book,
  isWitness,
  type PostedJoin,
  RECOVERY_MILLISECONDS,
  type Span,
  type Try,
  wasAway,
} from './book.js';

type Complain = (fault: string) => void;

/** So long after its sockets the end of a process that killed itself may be noticed. */
const NOTICED_MILLISECONDS = 1_000;

/**
 * How long the statement of a try that was cut may go on in PostgreSQL, which does not look whether
 * anybody waits for it, in milliseconds at pace 1. It holds the key as long.
 */
const RUNNING_ON_MILLISECONDS = 3_000;

/**
 * A try that is cut wants the API that it went to dead; each restart of PostgreSQL that an API lives
 * through is answered, with 503, and nothing else is: an API that comes up takes no posts before it
 * has its database, and one that is killed says nothing more. 409 is for a key that an earlier try
 * holds. A post that comes again gets the first answer.
 */
export function checkAnswers(book: Book, complain: Complain): void {
  const absences = absencesByApi(book);
  for (const join of book.joins) {
    checkCuts(join, absences, complain);
    checkUnavailable(join, book, complain);
    checkInProgress(join, book, complain);
    checkRepeatedAnswers(join, complain);
  }
  checkOutages(book, complain);
}

function checkCuts(
  { email, tries }: PostedJoin,
  absences: ReadonlyMap<string, readonly Span[]>,
  complain: Complain,
): void {
  for (const { api, outcome, begunAt, endedAt } of tries) {
    if (outcome !== 'cut') continue;
    const wasDead = absences.get(api)?.some(({ from, to }) => begunAt <= to && endedAt >= from);
    if (wasDead === true) continue;
    complain(`${email}: a post was cut after ${endedAt - begunAt} ms, and ${api} was there`);
  }
}

/** A 503 that nothing was the matter with is a join refused, whoever posts it again. */
function checkUnavailable(
  { email, tries }: PostedJoin,
  { outages, pace }: Book,
  complain: Complain,
): void {
  const refused = tries.filter(
    ({ outcome, begunAt, endedAt }) =>
      outcome === 'unavailable' &&
      !wasAway(outages, { from: begunAt, to: endedAt }, RECOVERY_MILLISECONDS * pace),
  );
  const [first] = refused;
  if (first === undefined) return;
  const times = refused.length === 1 ? '' : `${refused.length} times, first `;
  complain(`${email} was answered 503 ${times}by ${first.api}, and PostgreSQL was there`);
}

function checkInProgress(
  { email, idempotencyKey, tries }: PostedJoin,
  { pace }: Book,
  complain: Complain,
): void {
  for (const [index, { api, outcome, begunAt }] of tries.entries()) {
    if (outcome !== 'in_progress') continue;
    const mayHold = (earlier: Try): boolean =>
      (earlier.outcome === 'cut' || earlier.outcome === 'unavailable') &&
      begunAt - earlier.endedAt <= RUNNING_ON_MILLISECONDS * pace;
    // One without a key waits for the first instead.
    if (idempotencyKey !== undefined && tries.slice(0, index).some(mayHold)) continue;
    complain(`${email} was answered 409 by ${api}, and nobody held its key`);
  }
}

/** How long after the end of an outage a post was still begun that was answered 503. */
export function longestRecovery({ joins, outages }: Book): number {
  const after = joins.flatMap(({ tries }) =>
    tries
      .filter(({ outcome }) => outcome === 'unavailable')
      .flatMap(({ begunAt }) => {
        const last = outages.findLast(({ from }) => from <= begunAt);
        return last === undefined ? [] : [begunAt - last.to];
      }),
  );
  return Math.max(0, ...after);
}

function checkRepeatedAnswers(join: PostedJoin, complain: Complain): void {
  const { email, tries, asksAgain } = join;
  const [first, second] = answersTo(join);
  if (first === undefined) return;
  if (first.replayed && tries[0]?.answer === first) {
    complain(`${email}: its first try was answered as if there had been another`);
  }
  if (!asksAgain) return;
  if (second === undefined) complain(`${email} asked again and was not answered`);
  else if (!second.replayed) complain(`${email} asked again and heard no Idempotent-Replayed`);
  if (second !== undefined && !isDeepStrictEqual(first.body, second.body)) {
    complain(`${email} asked again and was answered differently`);
  }
}

function checkOutages({ joins, outages, lives }: Book, complain: Complain): void {
  const unavailable = joins
    .flatMap(({ tries }) => tries)
    .filter(({ outcome }) => outcome === 'unavailable');
  for (const outage of outages.filter((one) => lives.some((life) => isWitness(life, one)))) {
    const { kind, from, to } = outage;
    if (unavailable.some(({ begunAt, endedAt }) => begunAt <= to && endedAt >= from)) continue;
    complain(`PostgreSQL was away for ${to - from} ms (${kind}), and no post was answered 503`);
  }
}

/** When an API was not there: from the end of a life until the next one answers. */
function absencesByApi({ lives }: Book): Map<string, Span[]> {
  const absences = new Map<string, Span[]>();
  for (const { process, endedAt, killed } of lives) {
    if (endedAt === undefined) continue;
    const back = lives.find(
      (life) => life.process === process && (life.answeringAt ?? -Infinity) > endedAt,
    );
    const from = killed ? endedAt : endedAt - NOTICED_MILLISECONDS;
    const absence = { from, to: back?.answeringAt ?? Infinity };
    absences.set(process, [...(absences.get(process) ?? []), absence]);
  }
  return absences;
}
