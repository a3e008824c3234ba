import type { ArrivedMail, Book, Evidence, MessageChange } from './book.js';
import { groupBy } from './group-by.js';

/**
 * How long a worker may take to record what it was answered, in milliseconds at pace 1, at least.
 * Where one took longer in the same round, with nothing in its way, so may the others.
 */
const RECORDING_MILLISECONDS = 1_000;

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

/**
 * An email may come again only under its stored Message-ID, only with the repeat on record, and only
 * where the copy before it was open when somebody died: taken, and its result not recorded.
 */
export function checkRepeats(
  book: Book,
  { mails, stored, changes }: Evidence,
  complain: (fault: string) => void,
): Repeats {
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
  const patience = slowestRecording(book, histories);
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
  return repeats;
}

type Judged = { readonly excuse: Excuse } | { readonly excuse: 'none'; readonly fault: string };

/** Whether a copy may have been followed by the next one. */
function judgeRepeat(
  book: Book,
  { changes }: History,
  { copy, next, patience }: { copy: ArrivedMail; next: ArrivedMail; patience: number },
): Judged {
  const { arrivedAt, sender } = copy;
  const life = book.lives.find(({ name }) => name === sender);
  if (life === undefined) return unexcused(`by a connection of nobody's: ${sender}`);
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
  if (wasAway(book, arrivedAt, openUntil)) return { excuse: 'outage' };
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

/** From an answer to its record, where nothing came between: the longest of this round. */
function slowestRecording(book: Book, histories: readonly History[]): number {
  const taken = histories.map(({ copies, changes }) => {
    const { arrivedAt, answeredAt } = copies.at(-1)!;
    const sent = changes.find(({ state, at }) => state === 'sent' && at >= arrivedAt);
    if (answeredAt === undefined || sent === undefined) return 0;
    return wasAway(book, arrivedAt, sent.at) ? 0 : sent.at - answeredAt;
  });
  return Math.max(RECORDING_MILLISECONDS * book.pace, ...taken);
}

function wasAway({ outages }: Book, from: number, to: number): boolean {
  return outages.some((outage) => outage.from <= to && outage.to >= from);
}
