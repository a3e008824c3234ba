import {
  answersTo,
  type ArrivedMail,
  type Book,
  type Evidence,
  type PostedJoin,
  type Try,
  wasAway,
} from './book.js';
import { checkAnswers, longestRecovery } from './check-answers.js';
import { checkRepeats, type Repeats } from './check-repeats.js';
import { checkMessages, checkStored } from './check-stored.js';
import { groupBy } from './group-by.js';
import { sortMails } from './sort-mails.js';

/** What a round came to. Without faults it has proved what it set out to. */
export interface Verdict {
  readonly faults: readonly string[];
  readonly posted: number;
  readonly answered: number;
  /** Answered only after an earlier try had been cut or refused. */
  readonly retried: number;
  /** Joins that were answered with a stored answer: after a try that was cut, or asked for again. */
  readonly replayed: number;
  /** Answers 503. */
  readonly unavailable: number;
  /** How long after an outage the last of them was posted, in milliseconds. */
  readonly recoveryMilliseconds: number;
  /** Answers 409: an earlier try was still running. */
  readonly inProgress: number;
  readonly stored: number;
  readonly acknowledged: number;
  readonly noticed: number;
  readonly reminded: number;
  readonly mails: number;
  /** Repeats of mails in flight, under the same Message-ID, by what they were in flight at. */
  readonly repeatsInFlight: Repeats;
  /** How long a worker was given to record what it was answered. */
  readonly patienceMilliseconds: number;
}

type Complain = (fault: string) => void;

/**
 * Compares what was answered with what is there. Mails are counted by what they say and to whom they
 * went, not by what the database believes it has sent.
 */
export function checkBook(book: Book, evidence: Evidence): Verdict {
  const faults: string[] = [...book.failures, ...book.wrongAnswers];
  const complain: Complain = (fault) => void faults.push(fault);
  checkEnds(book, complain);
  const mails = sortMails(book, evidence.mails, complain);
  const storedByEmail = groupBy(evidence.stored, ({ email }) => email ?? '');
  const known = new Set(book.joins.map(({ email }) => email));

  for (const stored of evidence.stored) {
    if (!known.has(stored.email ?? '')) complain(`${stored.id} was stored, and nobody posted it`);
    checkMessages(stored, book.reminded.has(stored.id), complain);
  }
  const arrived = { acknowledged: 0, noticed: 0, reminded: 0 };
  for (const join of book.joins) {
    const { email, givenName, unit } = join;
    const stored = storedByEmail.get(email) ?? [];
    checkStored(join, stored, evidence.keys, complain);
    const once = stored.length === 0 ? 0 : 1;
    const reminders = stored.some(({ id }) => book.reminded.has(id)) ? 1 : 0;
    const check = (what: string, found: readonly ArrivedMail[] = [], wanted: Wanted) =>
      checkMails(`${email}: ${what}`, found, wanted, complain);
    arrived.acknowledged += check('acknowledgements', mails.acknowledgements.get(email), {
      count: once,
      to: email,
    });
    arrived.noticed += check('notices to the unit', mails.notices.get(givenName), {
      count: once,
      to: unit.email,
    });
    arrived.reminded += check('reminders', mails.reminders.get(givenName), {
      count: reminders,
      to: unit.email,
    });
  }
  const repeats = checkRepeats(book, evidence, complain);
  checkLooseEnds(evidence, complain);
  checkAnswers(book, complain);
  checkProbes(book, complain);
  checkPlan(book, complain);
  return {
    faults,
    ...countJoins(book.joins),
    ...countRows(evidence),
    recoveryMilliseconds: longestRecovery(book),
    ...arrived,
    ...repeats,
  };
}

/**
 * A process that finds no PostgreSQL as it comes up may leave it to its supervisor to try again. Its
 * end is seen when it is over, which on a busy machine may be after PostgreSQL is back.
 */
function checkEnds({ lives, outages }: Book, complain: Complain): void {
  for (const { name, begunAt, endedWith, endedAt = 0, answeringAt } of lives) {
    if (endedWith === undefined) continue;
    const mayEnd = wasAway(outages, { from: begunAt, to: endedAt });
    if (answeringAt === undefined && mayEnd) continue;
    complain(`${name} ended by itself (${endedWith})`);
  }
}

function countJoins(joins: readonly PostedJoin[]) {
  const answered = joins.filter((join) => answersTo(join).length > 0);
  const tries = joins.flatMap((join) => join.tries);
  const heard = (wanted: Try['outcome']): number =>
    tries.filter(({ outcome }) => outcome === wanted).length;
  return {
    posted: joins.length,
    answered: answered.length,
    retried: answered.filter(({ tries: [first] }) => first?.outcome !== 'answered').length,
    replayed: answered.filter((join) => answersTo(join).some(({ replayed }) => replayed)).length,
    unavailable: heard('unavailable'),
    inProgress: heard('in_progress'),
  };
}

function countRows({ stored, mails }: Evidence) {
  return { stored: stored.length, mails: mails.length };
}

/** How many there have to be of a mail, and in which mailbox. */
interface Wanted {
  readonly count: number;
  readonly to: string;
}

/**
 * One thing is said once, to whom it is meant for: a second mail of another Message-ID is a second
 * thing to its reader.
 *
 * @returns 1 where it was said at all.
 */
function checkMails(
  what: string,
  mails: readonly ArrivedMail[],
  wanted: Wanted,
  complain: Complain,
): number {
  const different = new Set(mails.map(({ messageId }) => messageId)).size;
  if (different !== wanted.count) complain(`${what}: ${different} instead of ${wanted.count}`);
  for (const { to } of mails) {
    if (to.join() !== wanted.to) complain(`${what}: to ${to.join(', ')}, not ${wanted.to}`);
  }
  return Math.min(1, different);
}

function checkLooseEnds(evidence: Evidence, complain: Complain): void {
  const { orphans, dead, unfinished } = evidence;
  if (orphans > 0) complain(`${orphans} rows have no submission behind them`);
  if (dead.length > 0) complain(`dead in the outbox: ${counted(dead)}`);
  if (unfinished.length > 0) complain(`still in the outbox: ${counted(unfinished)}`);
}

/** Each worker hears of what each API writes; that others hear of it helps nobody. */
function checkProbes({ probes, plannedProbes }: Book, complain: Complain): void {
  if (probes.length !== plannedProbes) {
    complain(`a fault of the harness: ${plannedProbes} probes were planned, ${probes.length} done`);
  }
  for (const { api, worker, joins, rowsByNotification } of probes) {
    if (rowsByNotification > 0) continue;
    complain(`${worker} was told of none of ${joins} joins through ${api}: notifications are lost`);
  }
}

/** A round in which a fault never came has proved nothing about it, and must not look as if. */
function checkPlan({ planned, happened }: Book, complain: Complain): void {
  for (const [kind, wanted] of groupBy(planned, (one) => one)) {
    const times = happened[wanted[0]!] ?? 0;
    if (times === wanted.length) continue;
    complain(`a fault of the harness: ${kind} was planned ${wanted.length} times, came ${times}`);
  }
}

/** `messaging.send ×12` */
function counted(jobs: readonly string[]): string {
  const groups = groupBy(jobs, (job) => job);
  return [...groups].map(([job, rows]) => `${job} ×${rows.length}`).join(', ');
}
