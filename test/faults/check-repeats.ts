import {
  type ArrivedMail,
  type Book,
  type Evidence,
  type Life,
  type MessageChange,
  RECOVERY_MILLISECONDS,
  type Span,
  wasAway,
} from './book.js';
import { groupBy } from './group-by.js';

/**
 * How long a worker may take to record what it was answered, in milliseconds at pace 1, at least.
 * Where one took longer in the same round, with nothing in its way, so may the others.
 */
const RECORDING_MILLISECONDS = 1_000;
/** No recording may take longer, at pace 1: more would excuse what nothing excuses. */
const MOST_RECORDING_MILLISECONDS = 3_000;

/** How much sooner than it should a timer may go off, and a clock be read. */
const TIMER_MILLISECONDS = 20;

/** One message: its mails and what was recorded of it, both in their order. */
interface History {
  readonly messageId: string;
  readonly copies: readonly ArrivedMail[];
  readonly changes: readonly MessageChange[];
}

/** What lets a copy be followed by another: who sent it died, or could not record it, or not wait. */
export type Excuse = 'death' | 'outage' | 'deadline';

/** How many mails came again, by what excuses it. */
export type Repeats = Readonly<Record<Excuse | 'none', number>>;

/** From the answer to a mail to its record, by a worker that lived. */
interface Recording {
  readonly history: History;
  readonly sender: string;
  /** From the arrival of the mail to the record. */
  readonly span: Span;
  /** Without the time in which the worker stood still. */
  readonly milliseconds: number;
}

/**
 * An email may come again only under its stored Message-ID, only with the repeat on record, and only
 * where the copy before it was open when somebody died: taken, and its result not recorded.
 */
export function checkRepeats(
  book: Book,
  { mails, stored, changes }: Evidence,
  complain: (fault: string) => void,
): { readonly repeatsInFlight: Repeats; readonly patienceMilliseconds: number } {
  const onRecord = new Map(
    stored.flatMap(({ messages }) => messages.map((one) => [one.messageId, one.repeats] as const)),
  );
  const changesOf = groupBy(changes, ({ messageId }) => messageId);
  const histories = [...groupBy(mails, ({ messageId }) => messageId)].map(
    ([messageId, copies]): History => ({
      messageId,
      copies: [...copies].sort((one, other) => one.arrivedAt - other.arrivedAt),
      changes: changesOf.get(messageId) ?? [],
    }),
  );
  const recordings = histories.flatMap((history) => recordingOf(book, history) ?? []);
  checkRecordings(book, recordings, complain);
  const patience = patienceOf(book, recordings);
  const repeats = { death: 0, outage: 0, deadline: 0, none: 0 };
  for (const history of histories) {
    const { messageId, copies } = history;
    const again = copies.length - 1;
    const known = onRecord.get(messageId);
    if (known === undefined) complain(`a mail arrived as ${messageId}, which is not stored`);
    else if (again > known) {
      complain(`${messageId} arrived ${copies.length} times, and ${known} repeats are on record`);
    }
    for (const [index, next] of copies.slice(1).entries()) {
      const judged = judgeRepeat(book, history, { copy: copies[index]!, next, patience });
      repeats[judged.excuse] += 1;
      if (judged.excuse !== 'none') continue;
      complain(`${messageId} to ${next.to.join(', ')} came again ${judged.fault}`);
    }
  }
  return { repeatsInFlight: repeats, patienceMilliseconds: Math.round(patience) };
}

type Judged = { readonly excuse: Excuse } | { readonly excuse: 'none'; readonly fault: string };

/** Whether a copy may have been followed by the next one. */
function judgeRepeat(
  book: Book,
  { changes }: History,
  given: { copy: ArrivedMail; next: ArrivedMail; patience: number },
): Judged {
  const { copy, next } = given;
  const { arrivedAt, sender } = copy;
  const life = book.lives.find(({ name }) => name === sender);
  if (life === undefined) return unexcused(`by a connection of nobody's: ${sender}`);
  // Who stands still records nothing.
  const patience = given.patience + stoodStill(life, { from: arrivedAt, to: next.arrivedAt });
  const between = changes.filter(({ at }) => at > arrivedAt && at < next.arrivedAt);
  if (between.some(({ state }) => state === 'sent'))
    return unexcused('after it was recorded as sent');

  // Whoever writes down that it failed has lived to do so; otherwise somebody took it over.
  const [first] = between;
  const failed = first === undefined || first.state === 'sending' ? undefined : first;
  const diedOpen =
    failed === undefined &&
    life.endedAt !== undefined &&
    life.endedAt <= (closedAt(copy) ?? Infinity) + patience &&
    next.sender !== sender;
  if (diedOpen) return { excuse: 'death' };
  const openUntil = failed?.at ?? (closedAt(copy) ?? next.arrivedAt) + patience;
  if (wasAway(book.outages, { from: arrivedAt, to: openUntil })) return { excuse: 'outage' };
  const givenUp = (failed ?? first)?.at ?? next.arrivedAt;
  if (mayHaveGivenUp(book, changes, copy, { givenUp, patience })) return { excuse: 'deadline' };
  if (failed !== undefined) {
    return unexcused(`after ${sender} recorded it as ${failed.state}, although it was taken`);
  }
  const longer = (life.endedAt ?? 0) - (closedAt(copy) ?? arrivedAt);
  const lived = life.endedAt === undefined ? 'lives' : `lived for ${longer} ms after its answer`;
  return unexcused(`although ${sender} ${lived} and PostgreSQL was there`);
}

function unexcused(fault: string): Judged {
  return { excuse: 'none', fault };
}

/**
 * Whether a worker had to give up, or be taken over: its deadline had passed, and the answer (or
 * the end of the connection) had not been there for so long that it must have noticed.
 */
function mayHaveGivenUp(
  { deadlineMilliseconds }: Book,
  changes: readonly MessageChange[],
  copy: ArrivedMail,
  { givenUp, patience }: { readonly givenUp: number; readonly patience: number },
): boolean {
  const claim = changes.findLast(({ state, at }) => state === 'sending' && at <= copy.arrivedAt);
  const waited = givenUp - (claim?.begunAt ?? copy.arrivedAt);
  if (waited < deadlineMilliseconds - TIMER_MILLISECONDS) return false;
  return givenUp <= (closedAt(copy) ?? Infinity) + patience;
}

/** When its sender heard how it ended, or will hear no more. */
function closedAt({ answeredAt, cutAt }: ArrivedMail): number | undefined {
  return answeredAt ?? cutAt;
}

/** How the last copy of a mail was recorded; undefined where its worker did not live to do so. */
function recordingOf({ lives }: Book, history: History): Recording | undefined {
  const { arrivedAt, answeredAt, sender } = history.copies.at(-1)!;
  const sent = history.changes.find(({ state, at }) => state === 'sent' && at >= arrivedAt);
  const life = lives.find(({ name }) => name === sender);
  if (answeredAt === undefined || sent === undefined || life === undefined) return undefined;
  if (life.endedAt !== undefined && life.endedAt <= sent.at) return undefined;
  const still = stoodStill(life, { from: answeredAt, to: sent.at });
  const span = { from: arrivedAt, to: sent.at };
  return { history, sender, span, milliseconds: sent.at - answeredAt - still };
}

function checkRecordings(
  { outages, pace }: Book,
  recordings: readonly Recording[],
  complain: (fault: string) => void,
): void {
  for (const { history, sender, span, milliseconds } of recordings) {
    if (milliseconds <= MOST_RECORDING_MILLISECONDS * pace) continue;
    if (wasAway(outages, span, RECOVERY_MILLISECONDS * pace)) continue;
    complain(
      `${history.messageId} was recorded ${Math.round(milliseconds)} ms after its answer, ` +
        `although ${sender} lived and PostgreSQL was there`,
    );
  }
}

/** As long as the slowest record of this round took with nothing in its way, within bounds. */
function patienceOf({ outages, pace }: Book, recordings: readonly Recording[]): number {
  const taken = recordings
    .filter(({ span }) => !wasAway(outages, span))
    .map(({ milliseconds }) => milliseconds);
  const slowest = Math.max(RECORDING_MILLISECONDS * pace, ...taken);
  return Math.min(slowest, MOST_RECORDING_MILLISECONDS * pace);
}

/** For how much of a span a worker stood still. */
function stoodStill({ frozen }: Life, { from, to }: Span): number {
  return frozen.reduce(
    (sum, still) => sum + Math.max(0, Math.min(to, still.to) - Math.max(from, still.from)),
    0,
  );
}
