import type { ArrivedMail, Book, Evidence, PostedJoin, StoredJoin } from './book.js';

/** What a round came to. Without faults it has proved what it set out to. */
export interface Verdict {
  readonly faults: readonly string[];
  readonly posted: number;
  readonly answered: number;
  /** Answered only after an earlier try had been cut. */
  readonly retried: number;
  /** Of those, answered with the stored answer of the try that was cut. */
  readonly replayed: number;
  readonly stored: number;
  readonly acknowledged: number;
  readonly noticed: number;
  /** Mails in flight at a kill that came a second time, under the same Message-ID. */
  readonly repeatedInFlight: number;
}

/**
 * Compares what was answered with what is there. Mails are counted by what they say and to whom they
 * went, not by what the database believes it has sent.
 */
export function checkBook(book: Book, evidence: Evidence): Verdict {
  const faults: string[] = [...book.unexpectedExits, ...book.wrongAnswers];
  const complain = (fault: string): void => void faults.push(fault);
  const mails = sortMails(book, evidence.mails, complain);
  const storedByEmail = groupBy(evidence.stored, ({ email }) => email ?? '');
  const known = new Set(book.joins.map(({ email }) => email));

  for (const stored of evidence.stored) {
    if (!known.has(stored.email ?? '')) complain(`${stored.id} was stored, and nobody posted it`);
    checkWhole(stored, complain);
  }
  let acknowledged = 0;
  let noticed = 0;
  for (const join of book.joins) {
    const stored = storedByEmail.get(join.email) ?? [];
    checkStored(join, stored, complain);
    const acknowledgements = mails.acknowledgements.get(join.email) ?? [];
    const notices = mails.notices.get(join.givenName) ?? [];
    const wanted = stored.length === 0 ? 0 : 1;
    checkMails(`${join.email}: acknowledgements`, acknowledgements, wanted, complain);
    checkMails(`${join.email}: notices to the unit`, notices, wanted, complain);
    acknowledged += Math.min(1, acknowledgements.length);
    noticed += Math.min(1, notices.length);
  }
  const repeatedInFlight = checkRepeats(book, evidence, complain);
  if (evidence.orphans > 0) complain(`${evidence.orphans} rows have no submission behind them`);
  if (evidence.dead.length > 0) complain(`dead in the outbox: ${evidence.dead.join(', ')}`);
  if (evidence.unfinished.length > 0) {
    complain(`still in the outbox: ${evidence.unfinished.join(', ')}`);
  }
  const answered = book.joins.filter(({ answeredId }) => answeredId !== undefined);
  const retried = answered.filter(({ failures }) => failures > 0);
  return {
    faults,
    posted: book.joins.length,
    answered: answered.length,
    retried: retried.length,
    replayed: retried.filter(({ replayed }) => replayed).length,
    stored: evidence.stored.length,
    acknowledged,
    noticed,
    repeatedInFlight,
  };
}

type Complain = (fault: string) => void;

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
function checkWhole(stored: StoredJoin, complain: Complain): void {
  const expected = { handlings: 1, people: 1, contactPoints: 1, allocations: 1, followUps: 1 };
  for (const [name, count] of Object.entries(expected)) {
    const found = stored[name as keyof typeof expected];
    if (found !== count) complain(`${stored.id} has ${found} ${name} instead of ${count}`);
  }
  if (stored.consents < 1) complain(`${stored.id} has no consent on record`);
  const kinds = stored.messages.map(({ kind }) => kind).sort();
  if (kinds.join() !== 'follow_up_notice,join_acknowledgement') {
    complain(`${stored.id} has the messages ${kinds.join(', ') || 'none'}`);
  }
  for (const { kind, state } of stored.messages) {
    if (state !== 'sent') complain(`${stored.id}: its ${kind} is ${state}`);
  }
}

/** One thing is said once: a second mail of another Message-ID is a second thing to its reader. */
function checkMails(
  what: string,
  mails: readonly ArrivedMail[],
  wanted: number,
  complain: Complain,
): void {
  const different = new Set(mails.map(({ messageId }) => messageId)).size;
  if (different !== wanted) complain(`${what}: ${different} instead of ${wanted}`);
}

/** An email in flight at a kill may come again, but rarely, and the application has to know. */
function checkRepeats(book: Book, { mails, stored }: Evidence, complain: Complain): number {
  const counted = new Map(
    stored.flatMap(({ messages }) => messages.map((one) => [one.messageId, one.repeats] as const)),
  );
  let repeated = 0;
  for (const [messageId, copies] of groupBy(mails, (mail) => mail.messageId)) {
    const again = copies.length - 1;
    repeated += again;
    const known = counted.get(messageId);
    if (known === undefined) complain(`a mail arrived as ${messageId}, which is not stored`);
    else if (again > known) {
      complain(`${messageId} arrived ${copies.length} times, and ${known} repeats are on record`);
    }
  }
  const most = book.workerKills * book.mailsInFlight;
  if (repeated > most) complain(`${repeated} mails came again; at most ${most} can be in flight`);
  return repeated;
}

function sortMails(book: Book, mails: readonly ArrivedMail[], complain: Complain) {
  const people = new Set(book.joins.map(({ email }) => email));
  const names = new Set(book.joins.map(({ givenName }) => givenName));
  const acknowledgements: [string, ArrivedMail][] = [];
  const notices: [string, ArrivedMail][] = [];
  for (const mail of mails) {
    const person = mail.to.find((address) => people.has(address));
    const name = mail.subject.split(/[^A-Za-z]+/).find((word) => names.has(word));
    if (person !== undefined) acknowledgements.push([person, mail]);
    else if (name !== undefined) notices.push([name, mail]);
    else complain(`a mail to ${mail.to.join(', ')} belongs to nobody: ${mail.subject}`);
  }
  return { acknowledgements: collect(acknowledgements), notices: collect(notices) };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  return collect(items.map((item) => [keyOf(item), item]));
}

function collect<T>(pairs: readonly [string, T][]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const [key, item] of pairs) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
