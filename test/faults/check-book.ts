import type { ArrivedMail, Book, Evidence, PostedJoin, StoredJoin } from './book.js';
import { checkRepeats } from './check-repeats.js';
import { API_DEATHS, countOf, RESTARTS } from './faults.js';
import { groupBy } from './group-by.js';
import { sortMails } from './sort-mails.js';

/** What a round came to. Without faults it has proved what it set out to. */
export interface Verdict {
  readonly faults: readonly string[];
  readonly posted: number;
  readonly answered: number;
  /** Answered only after an earlier try had been cut or refused. */
  readonly retried: number;
  /** Of those, answered with the stored answer of the try that was cut. */
  readonly replayed: number;
  /** Answers 503. */
  readonly unavailable: number;
  readonly stored: number;
  readonly acknowledged: number;
  readonly noticed: number;
  readonly reminded: number;
  readonly mails: number;
  /** Mails in flight at a kill or a restart that came again, under the same Message-ID. */
  readonly repeatedInFlight: number;
}

type Complain = (fault: string) => void;

/**
 * Compares what was answered with what is there. Mails are counted by what they say and to whom they
 * went, not by what the database believes it has sent.
 */
export function checkBook(book: Book, evidence: Evidence): Verdict {
  const faults: string[] = [...book.unexpectedExits, ...book.wrongAnswers];
  const complain: Complain = (fault) => void faults.push(fault);
  const mails = sortMails(book, evidence.mails, complain);
  const storedByEmail = groupBy(evidence.stored, ({ email }) => email ?? '');
  const known = new Set(book.joins.map(({ email }) => email));

  for (const stored of evidence.stored) {
    if (!known.has(stored.email ?? '')) complain(`${stored.id} was stored, and nobody posted it`);
    checkWhole(stored, book.reminded.has(stored.id), complain);
  }
  const arrived = { acknowledged: 0, noticed: 0, reminded: 0 };
  for (const join of book.joins) {
    const stored = storedByEmail.get(join.email) ?? [];
    checkStored(join, stored, complain);
    const isReminded = stored.some(({ id }) => book.reminded.has(id));
    const once = stored.length === 0 ? 0 : 1;
    const check = (what: string, group: Map<string, ArrivedMail[]>, key: string, wanted: number) =>
      checkMails(`${join.email}: ${what}`, group.get(key) ?? [], wanted, complain);
    arrived.acknowledged += check('acknowledgements', mails.acknowledgements, join.email, once);
    arrived.noticed += check('notices to the unit', mails.notices, join.givenName, once);
    arrived.reminded += check('reminders', mails.reminders, join.givenName, isReminded ? 1 : 0);
  }
  const repeatedInFlight = checkRepeats(book, evidence, complain);
  checkLooseEnds(evidence, complain);
  checkAnswers(book, complain);
  checkProbes(book, complain);
  const answered = book.joins.filter(({ answeredId }) => answeredId !== undefined);
  const retried = answered.filter(({ tries }) => tries > 1);
  return {
    faults,
    posted: book.joins.length,
    answered: answered.length,
    retried: retried.length,
    replayed: retried.filter(({ replayed }) => replayed).length,
    unavailable: sum(book.joins.map(({ unavailable }) => unavailable)),
    stored: evidence.stored.length,
    ...arrived,
    mails: evidence.mails.length,
    repeatedInFlight,
  };
}

function checkStored(join: PostedJoin, stored: readonly StoredJoin[], complain: Complain): void {
  if (stored.length > 1) complain(`${join.email} was stored ${stored.length} times`);
  const { answeredId } = join;
  if (answeredId === undefined) {
    if (!join.givesUp) complain(`${join.email} was never answered 201`);
    return;
  }
  if (!stored.some(({ id }) => id === answeredId)) {
    complain(`${join.email} was answered 201 with ${answeredId}, which is not stored`);
  }
}

/** Nothing is stored by halves: a submission has all that follows from it. */
function checkWhole(stored: StoredJoin, isReminded: boolean, complain: Complain): void {
  const expected = {
    handlings: 1,
    people: 1,
    contactPoints: 1,
    allocations: 1,
    followUps: 1,
    remindersWaiting: isReminded ? 0 : 1,
  };
  for (const [name, count] of Object.entries(expected)) {
    const found = stored[name as keyof typeof expected];
    if (found !== count) complain(`${stored.id} has ${found} ${name} instead of ${count}`);
  }
  if (stored.consents < 1) complain(`${stored.id} has no consent on record`);
  const wanted = ['follow_up_notice', 'join_acknowledgement'];
  if (isReminded) wanted.splice(1, 0, 'follow_up_reminder');
  const kinds = stored.messages.map(({ kind }) => kind).sort();
  if (kinds.join() !== wanted.join()) {
    complain(`${stored.id} has the messages ${kinds.join(', ') || 'none'}`);
  }
  for (const { kind, state } of stored.messages) {
    if (state !== 'sent') complain(`${stored.id}: its ${kind} is ${state}`);
  }
}

/**
 * One thing is said once: a second mail of another Message-ID is a second thing to its reader.
 *
 * @returns 1 where it was said at all.
 */
function checkMails(
  what: string,
  mails: readonly ArrivedMail[],
  wanted: number,
  complain: Complain,
): number {
  const different = new Set(mails.map(({ messageId }) => messageId)).size;
  if (different !== wanted) complain(`${what}: ${different} instead of ${wanted}`);
  return Math.min(1, different);
}

function checkLooseEnds(evidence: Evidence, complain: Complain): void {
  const { orphans, dead, unfinished } = evidence;
  if (orphans > 0) complain(`${orphans} rows have no submission behind them`);
  if (dead.length > 0) complain(`dead in the outbox: ${counted(dead)}`);
  if (unfinished.length > 0) complain(`still in the outbox: ${counted(unfinished)}`);
}

/** A post that is cut wants a dead API; a restart of PostgreSQL is answered, with 503. */
function checkAnswers({ joins, happened }: Book, complain: Complain): void {
  const cuts = sum(joins.map((join) => join.cuts));
  if (cuts > 0 && countOf(happened, API_DEATHS) === 0) {
    complain(`${cuts} posts were cut, and no API was killed`);
  }
  const restarts = countOf(happened, RESTARTS);
  if (restarts > 0 && joins.every(({ unavailable }) => unavailable === 0)) {
    complain(`PostgreSQL was away ${restarts} times, and no post was answered 503`);
  }
}

function checkProbes({ probes }: Book, complain: Complain): void {
  for (const { api, joins, rowsByNotification } of probes) {
    if (rowsByNotification > 0) continue;
    complain(`no relay was told of any of ${joins} joins through ${api}: notifications are lost`);
  }
}

/** `messaging.send ×12` */
function counted(jobs: readonly string[]): string {
  const groups = groupBy(jobs, (job) => job);
  return [...groups].map(([job, rows]) => `${job} ×${rows.length}`).join(', ');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
