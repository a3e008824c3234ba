import { describe, expect, it } from 'vitest';
import type { ArrivedMail, Book, Life, MessageChange } from './book.js';
import type { Excuse } from './check-repeats.js';
import { verdictOf } from './forged-round.fixture.js';
import { acknowledgement, honestRound, life, MAILED_AT } from './honest-round.fixture.js';

const MESSAGE = '<a-Qaaaab>';
/** When the second copy came. */
const AGAIN_AT = MAILED_AT + 6_000;

interface Case {
  /** The first copy; arrived at `MAILED_AT`, answered 20 ms later. */
  readonly first?: Partial<ArrivedMail>;
  readonly second?: Partial<ArrivedMail>;
  /** When `worker-0` died, which sent the first copy; undefined: not at all. */
  readonly diedAt?: number;
  /** When it stood still. */
  readonly frozen?: Life['frozen'];
  /** States that were recorded between the two copies, after the first was claimed. */
  readonly between?: readonly Omit<MessageChange, 'messageId' | 'begunAt'>[];
  readonly outage?: { readonly from: number; readonly to: number };
  readonly repeats?: number;
  readonly pace?: number;
}

const TAKEN_OVER = { state: 'sending', at: AGAIN_AT - 10 };
/** The record of this message, or else of all, comes so much later. */
const sentLate = (milliseconds: number, which?: string) => (change: MessageChange) =>
  change.state === 'sent' && (which ?? change.messageId) === change.messageId
    ? { ...change, at: change.at + milliseconds }
    : change;

/** An honest round in which one acknowledgement came twice. */
function cameAgain(
  {
    first,
    second,
    diedAt,
    frozen = [],
    between = [TAKEN_OVER],
    outage,
    repeats = 1,
    pace = 1,
  }: Case,
  others: (change: MessageChange) => MessageChange = (change) => change,
) {
  const { lives, outages } = honestRound().book;
  const { changes } = honestRound().evidence;
  const died: Partial<Life> = { endedAt: diedAt, killed: diedAt !== undefined, frozen };
  return verdictOf({
    book: {
      pace,
      lives: [...lives.slice(0, 2), life('worker-0.1', died), life('worker-1.1')],
      outages: outage === undefined ? outages : [{ kind: 'restart-fast', ...outage }],
    },
    joins: (all) =>
      all.map((join) => {
        const [try1] = join.tries;
        const heard = outage !== undefined && try1 !== undefined;
        const unavailable = { api: 'api-0', outcome: 'unavailable' as const };
        const tries = heard
          ? [{ ...unavailable, begunAt: outage.from, endedAt: outage.to }, ...join.tries]
          : join.tries;
        return { ...join, tries };
      }),
    mails: (all) => [
      // All others were sent by the worker that lives on.
      ...all
        .filter(({ messageId }) => messageId !== MESSAGE)
        .map((mail) => ({ ...mail, sender: 'worker-1.1' })),
      { ...acknowledgement('Qaaaab'), ...first },
      {
        ...acknowledgement('Qaaaab'),
        sender: 'worker-1.1',
        arrivedAt: AGAIN_AT,
        answeredAt: AGAIN_AT + 20,
        ...second,
      },
    ],
    stored: (all) =>
      all.map((one) => ({
        ...one,
        messages: one.messages.map((message) =>
          message.messageId === MESSAGE ? { ...message, repeats } : message,
        ),
      })),
    evidence: {
      changes: [
        ...changes.filter(({ messageId }) => messageId !== MESSAGE).map(others),
        ...[
          { state: 'sending', at: MAILED_AT - 10 },
          ...between,
          { state: 'sent', at: AGAIN_AT + 30 },
        ].map((change) => ({ messageId: MESSAGE, begunAt: change.at - 2, ...change })),
      ],
    },
  });
}

const passesBy = (excuse: Excuse) => ({ faults: [], repeatsInFlight: { [excuse]: 1 } });
const cut = (cutAt: number) => ({ answeredAt: undefined, cutAt });

describe('a mail that came again', () => {
  it.each<[string, Excuse, Case]>([
    [
      'its worker died before the answer',
      'death',
      { first: cut(MAILED_AT + 6), diedAt: MAILED_AT + 5 },
    ],
    [
      'its worker was dead before the mail was there whole',
      'death',
      { first: cut(MAILED_AT + 1), diedAt: MAILED_AT - 5 },
    ],
    [
      'its worker died before it can have recorded the answer',
      'death',
      { diedAt: MAILED_AT + 900 },
    ],
    [
      'PostgreSQL was away when the answer came',
      'outage',
      { outage: { from: MAILED_AT + 10, to: MAILED_AT + 900 } },
    ],
    [
      'PostgreSQL went away right after the answer',
      'outage',
      { outage: { from: MAILED_AT + 900, to: MAILED_AT + 1_900 } },
    ],
    [
      'PostgreSQL was away until the worker gave recording up',
      'outage',
      {
        outage: { from: MAILED_AT + 10, to: MAILED_AT + 900 },
        between: [{ state: 'queued', at: MAILED_AT + 5_000 }, TAKEN_OVER],
      },
    ],
    [
      'its worker had to give up before there was an answer',
      'deadline',
      {
        first: cut(MAILED_AT + 2_985),
        between: [{ state: 'queued', at: MAILED_AT + 2_990 }, TAKEN_OVER],
      },
    ],
    [
      'its worker had to give up when there was an answer that it may not have heard yet',
      'deadline',
      {
        first: { answeredAt: MAILED_AT + 2_000 },
        between: [{ state: 'queued', at: MAILED_AT + 2_990 }, TAKEN_OVER],
      },
    ],
    [
      'it was taken over from a worker that may not have heard the answer yet',
      'deadline',
      { first: { answeredAt: AGAIN_AT - 900 } },
    ],
  ])('passes where %s', (_why, excuse, given) => {
    expect(cameAgain(given)).toMatchObject(passesBy(excuse));
  });

  it.each<[string, Case, RegExp]>([
    ['nobody died', {}, /<a-Qaaaab> to qaaaab@example\.org came again although worker-0\.1 lives/],
    [
      'its worker died long after',
      { diedAt: MAILED_AT + 1_100 },
      /came again although worker-0\.1 lived for 1080 ms after its answer and PostgreSQL was there/,
    ],
    [
      'another worker died',
      { first: { sender: 'worker-1.1' }, second: { sender: 'worker-1.1' }, diedAt: MAILED_AT + 5 },
      /came again although worker-1\.1 lives/,
    ],
    [
      'the same worker sent it twice, and died then',
      { second: { sender: 'worker-0.1', arrivedAt: MAILED_AT + 30 }, diedAt: MAILED_AT + 500 },
      /came again although worker-0\.1 lived for 480 ms/,
    ],
    [
      'PostgreSQL went away when there was plenty of time',
      { outage: { from: MAILED_AT + 1_100, to: MAILED_AT + 2_000 } },
      /came again although worker-0\.1 lives/,
    ],
    [
      'its worker said that it failed',
      { between: [{ state: 'queued', at: MAILED_AT + 30 }, TAKEN_OVER], diedAt: MAILED_AT + 40 },
      /came again after worker-0\.1 recorded it as queued, although it was taken/,
    ],
    [
      'its worker gave up before its deadline',
      {
        first: cut(MAILED_AT + 2_890),
        between: [{ state: 'queued', at: MAILED_AT + 2_900 }, TAKEN_OVER],
      },
      /came again after worker-0\.1 recorded it as queued/,
    ],
    [
      'its worker cut the connection, recorded nothing, and died long after',
      { first: cut(MAILED_AT + 10), diedAt: MAILED_AT + 3_000 },
      /came again although worker-0\.1 lived for 2990 ms after its answer/,
    ],
    [
      'its worker gave up at its deadline, long after the answer',
      { between: [{ state: 'queued', at: MAILED_AT + 2_990 }, TAKEN_OVER] },
      /came again after worker-0\.1 recorded it as queued/,
    ],
    [
      'it was recorded, and its worker died then',
      { between: [{ state: 'sent', at: MAILED_AT + 30 }, TAKEN_OVER], diedAt: MAILED_AT + 40 },
      /came again after it was recorded as sent/,
    ],
    [
      'it came by a connection of nobody’s',
      { first: { sender: 'stranger' }, diedAt: MAILED_AT + 5 },
      /came again by a connection of nobody's: stranger/,
    ],
    [
      'the application has no repeat on record',
      { diedAt: MAILED_AT + 5, repeats: 0 },
      /<a-Qaaaab> arrived 2 times, and 0 repeats are on record/,
    ],
  ])('is complained of where %s', (_why, given, complaint) => {
    expect(cameAgain(given).faults.join('\n')).toMatch(complaint);
  });

  it('has longer to be recorded on a slower machine', () => {
    const diedAt = MAILED_AT + 2_900;
    expect(cameAgain({ diedAt, pace: 3 })).toMatchObject(passesBy('death'));
    expect(cameAgain({ diedAt, pace: 2 }).faults).toHaveLength(1);
  });

  it('has as long to be recorded as others took in the same round', () => {
    expect(cameAgain({ diedAt: MAILED_AT + 2_000 }, sentLate(2_500))).toMatchObject(
      passesBy('death'),
    );
    expect(cameAgain({ diedAt: MAILED_AT + 3_000 }, sentLate(2_500)).faults).toHaveLength(1);
  });

  it('has no longer because one mail that has nothing to do with it was recorded very late', () => {
    const late = sentLate(20_000, '<n-Qaaaac>');
    expect(cameAgain({ diedAt: MAILED_AT + 2_900 }, late).repeatsInFlight.death).toBe(1);
    const { faults, patienceMilliseconds } = cameAgain({ diedAt: MAILED_AT + 5_000 }, late);
    expect(patienceMilliseconds).toBe(3_000);
    expect(faults).toEqual([
      expect.stringMatching(/^<n-Qaaaac> was recorded 20010 ms after its answer/),
      expect.stringMatching(/^<a-Qaaaab> to .* came again although worker-0\.1 lived for 4980 ms/),
    ]);
  });

  it('has as much longer as its worker stood still', () => {
    const given = {
      first: { answeredAt: MAILED_AT + 1_000 },
      between: [{ state: 'queued', at: MAILED_AT + 4_500 }, TAKEN_OVER],
    };
    expect(cameAgain(given).faults).toHaveLength(1);
    const frozen = [{ from: MAILED_AT + 1_200, to: MAILED_AT + 4_000 }];
    expect(cameAgain({ ...given, frozen })).toMatchObject(passesBy('deadline'));
  });
});

describe('the record of a mail', () => {
  /** A notice was recorded 3,010 ms after its answer, by a worker that lives on. */
  const recordedLate = (book: Partial<Book> = {}, worker: Partial<Life> = {}) =>
    verdictOf({
      book: {
        lives: [...honestRound().book.lives.slice(0, 2), life('worker-0.1', worker)],
        ...book,
      },
      evidence: { changes: honestRound().evidence.changes.map(sentLate(3_000, '<n-Qaaaac>')) },
    });
  const frozen = (from: number, to: number) => ({ frozen: [{ from, to }] });

  it('is complained of where it took too long and nothing was in its way', () => {
    expect(recordedLate().faults).toEqual([
      '<n-Qaaaac> was recorded 3010 ms after its answer, although worker-0.1 lived and PostgreSQL was there',
    ]);
    expect(recordedLate({ pace: 2 })).toMatchObject({ faults: [], patienceMilliseconds: 3_010 });
  });

  it('may take as much longer as its worker stood still', () => {
    const stood = frozen(MAILED_AT + 500, MAILED_AT + 1_500);
    expect(recordedLate({}, stood)).toMatchObject({ faults: [], patienceMilliseconds: 2_010 });
    const before = frozen(MAILED_AT - 1_500, MAILED_AT - 500);
    expect(recordedLate({}, before).faults).toHaveLength(1);
  });

  it.each<[string, number, readonly string[]]>([
    ['until PostgreSQL is back', MAILED_AT + 1_000, []],
    ['until its worker has found its way back to PostgreSQL', MAILED_AT - 3_000, []],
    ['but not for a PostgreSQL that came back long before', MAILED_AT - 5_000, ['<n-Qaaaac>']],
  ])('may wait %s', (_how, from, late) => {
    const outages = [{ kind: 'restart-fast' as const, from, to: from + 1_000 }];
    const { faults } = recordedLate({ outages });
    expect(faults.flatMap((fault) => /^(\S+) was recorded/.exec(fault)?.[1] ?? [])).toEqual(late);
  });
});
