import { isDeepStrictEqual } from 'node:util';
import { answersTo, type Book, isWitness, type PostedJoin } from './book.js';

type Complain = (fault: string) => void;

/** So long after its sockets the end of a process that killed itself may be noticed. */
const NOTICED_MILLISECONDS = 1_000;

/** When an API was not there: from the end of a life until the next one answers. */
interface Absence {
  readonly from: number;
  readonly to: number;
}

/**
 * A try that is cut wants the API that it went to dead; each restart of PostgreSQL that an
 * API lives through is answered, with 503; a post that comes again gets the first answer.
 */
export function checkAnswers(book: Book, complain: Complain): void {
  const absences = absencesByApi(book);
  for (const join of book.joins) {
    checkCuts(join, absences, complain);
    checkRepeatedAnswers(join, complain);
  }
  checkOutages(book, complain);
}

function checkCuts(
  { email, tries }: PostedJoin,
  absences: ReadonlyMap<string, readonly Absence[]>,
  complain: Complain,
): void {
  for (const { api, outcome, begunAt, endedAt } of tries) {
    if (outcome !== 'cut') continue;
    const wasDead = absences.get(api)?.some(({ from, to }) => begunAt <= to && endedAt >= from);
    if (wasDead === true) continue;
    complain(`${email}: a post was cut after ${endedAt - begunAt} ms, and ${api} was there`);
  }
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

function absencesByApi({ lives }: Book): Map<string, Absence[]> {
  const absences = new Map<string, Absence[]>();
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
