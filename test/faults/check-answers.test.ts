import { describe, expect, it } from 'vitest';
import type { Life, Outage, PostedJoin, Try } from './book.js';
import { changing, faultsOf, type Forgery, verdictOf } from './forged-round.fixture.js';
import { answer, answeredTry, honestRound, life, posted, tried } from './honest-round.fixture.js';

/** Tries of the last join, before the one that was answered. */
const afterTries = (...tries: Try[]): Forgery['joins'] =>
  changing<PostedJoin>('Qaaaac', { tries: [...tries, answeredTry('Qaaaac')] });

const askingAgain = (...tries: Try[]): Forgery => ({
  joins: changing<PostedJoin>('Qaaaab', { tries: [answeredTry('Qaaaab'), ...tries] }),
});

// api-0 was killed at 5,000 and answered again at 6,000.
const cut = (begunAt: number, endedAt: number, api = 'api-0'): Try =>
  tried('cut', { begunAt, endedAt, api });

const OUTAGES: readonly Outage[] = [
  { kind: 'restart-fast', from: 30_000, to: 31_000 },
  { kind: 'restart-by-kill', from: 40_000, to: 41_000 },
];
const unavailableAt = (at: number): Try => tried('unavailable', { begunAt: at, endedAt: at + 20 });

const inProgressAt = (at: number): Try =>
  tried('in_progress', { begunAt: at, endedAt: at + 20, api: 'api-1' });

/** Tries of the join that has a key, before those that were answered. */
const keyed = (...tries: Try[]): Forgery['joins'] =>
  changing<PostedJoin>('Qaaaab', {
    tries: [...tries, answeredTry('Qaaaab'), answeredTry('Qaaaab', true)],
  });

describe('the answers to joins', () => {
  it.each<[string, Try]>([
    ['that was on its way when the API died', cut(4_900, 5_002)],
    ['that was refused while the API came up again', cut(5_500, 5_501)],
  ])('let a try be cut %s', (_which, tryThen) => {
    expect(verdictOf({ joins: afterTries(tryThen) })).toMatchObject({ faults: [], retried: 1 });
  });

  it('let a try be cut a little before it is noticed that the API killed itself', () => {
    const lives = [
      life('api-0.1', { endedAt: 5_000 }),
      life('api-0.2', { answeringAt: 6_000 }),
      ...honestRound().book.lives.slice(2),
    ];
    expect(faultsOf({ book: { lives }, joins: afterTries(cut(4_000, 4_900)) })).toBe('');
    expect(faultsOf({ book: { lives }, joins: afterTries(cut(3_000, 3_900)) })).toMatch(/was cut/);
  });

  it.each<[string, Try, RegExp]>([
    ['before its API died', cut(4_900, 4_990), /a post was cut after 90 ms, and api-0 was there/],
    ['when its API was there again', cut(6_010, 6_020), /was cut after 10 ms, and api-0 was there/],
    ['at the other API', cut(5_500, 5_501, 'api-1'), /was cut after 1 ms, and api-1 was there/],
  ])('are complained of: a try that was cut %s', (_when, tryThen, complaint) => {
    expect(faultsOf({ joins: afterTries(tryThen) })).toMatch(complaint);
  });

  it('want a 503 in each restart of PostgreSQL', () => {
    const book = { outages: OUTAGES };
    const both = afterTries(unavailableAt(30_500), unavailableAt(40_990));
    expect(verdictOf({ book, joins: both })).toMatchObject({ faults: [], unavailable: 2 });
    expect(faultsOf({ book, joins: afterTries(unavailableAt(30_500)) })).toBe(
      'PostgreSQL was away for 1000 ms (restart-by-kill), and no post was answered 503',
    );
  });

  it('need no 503 in a restart that no API lived through', () => {
    const withApi = (changes: Partial<Life>) => {
      const [dead, , ...workers] = honestRound().book.lives;
      const lives = [dead!, life('api-0.2', { answeringAt: 6_000, ...changes }), ...workers];
      return faultsOf({ book: { lives, outages: OUTAGES.slice(0, 1) } });
    };
    expect(withApi({ endedAt: 30_500 })).toBe('');
    expect(withApi({ answeringAt: 30_500 })).toBe('');
    expect(withApi({ endedAt: 31_500 })).toMatch(/no post was answered 503/);
  });

  it('may be 503 until the pools have found their way back', () => {
    const book = { outages: OUTAGES.slice(0, 1) };
    const heard = [unavailableAt(30_500), unavailableAt(33_900)];
    const verdict = verdictOf({ book, joins: afterTries(...heard) });
    expect(verdict).toMatchObject({ faults: [], unavailable: 2, recoveryMilliseconds: 2_900 });
    const late = afterTries(...heard, unavailableAt(34_100));
    expect(faultsOf({ book, joins: late })).toMatch(/by api-0, and PostgreSQL was there/);
    expect(faultsOf({ book: { ...book, pace: 2 }, joins: late })).toBe('');
  });

  it('are complained of where every join is refused at first and nothing is the matter', () => {
    const refused = Array.from({ length: 30 }, (_, index) => unavailableAt(7_000 + index * 25));
    const joins: Forgery['joins'] = (all) =>
      all.map((join) => ({ ...join, tries: [...refused, ...join.tries] }));
    expect(faultsOf({ joins }).split('\n')).toEqual(
      ['a', 'b', 'c'].map(
        (last) =>
          `qaaaa${last}@example.org was answered 503 30 times, first by api-0, and PostgreSQL was there`,
      ),
    );
  });

  it.each<[string, Try]>([
    ['before PostgreSQL went away', unavailableAt(29_900)],
    // Killed at 5,000, and answering again at 6,000: it takes no posts before it has its database.
    ['when its API had just come up', unavailableAt(6_010)],
    ['when its API was about to be killed', unavailableAt(4_970)],
  ])('are complained of: a 503 %s', (_when, tryThen) => {
    const book = { outages: OUTAGES.slice(0, 1) };
    const joins = afterTries(unavailableAt(30_500), tryThen);
    expect(faultsOf({ book, joins })).toBe(
      'qaaaac@example.org was answered 503 by api-0, and PostgreSQL was there',
    );
  });

  it('may be 409 while the try before them may be running on', () => {
    expect(verdictOf({ joins: keyed(cut(4_900, 5_002), inProgressAt(5_100)) })).toMatchObject({
      faults: [],
      inProgress: 1,
    });
    const book = { outages: OUTAGES.slice(0, 1) };
    const joins = keyed(unavailableAt(30_500), inProgressAt(30_600), inProgressAt(30_700));
    expect(faultsOf({ book, joins })).toBe('');
  });

  it.each<[string, Forgery]>([
    ['at the first try', { joins: keyed(inProgressAt(5_100)) }],
    ['to a post without a key', { joins: afterTries(cut(4_900, 5_002), inProgressAt(5_100)) }],
    [
      'long after the try that was cut',
      { joins: keyed(cut(4_900, 5_002), inProgressAt(5_100), inProgressAt(8_100)) },
    ],
  ])('are complained of: a 409 %s', (_when, forge) => {
    expect(faultsOf(forge)).toMatch(
      /^qaaaa[bc]@example\.org was answered 409 by api-1, and nobody held its key$/,
    );
  });

  it.each<[string, Forgery, RegExp]>([
    [
      'a first try that is answered as a repeat',
      { joins: changing<PostedJoin>('Qaaaac', { tries: [answeredTry('Qaaaac', true)] }) },
      /qaaaac@example\.org: its first try was answered as if there had been another/,
    ],
    ['a repeated post without an answer', askingAgain(), /asked again and was not answered/],
    [
      'a repeated post whose answer does not say that it is one',
      askingAgain(answeredTry('Qaaaab', false)),
      /qaaaab@example\.org asked again and heard no Idempotent-Replayed/,
    ],
    [
      'a repeated post with another answer',
      askingAgain(
        tried('answered', {
          answer: { body: { ...answer('Qaaaab'), next: 'Wait.' }, replayed: true },
        }),
      ),
      /qaaaab@example\.org asked again and was answered differently/,
    ],
  ])('are complained of: %s', (_forgery, forge, complaint) => {
    expect(faultsOf(forge)).toMatch(complaint);
  });

  it('may repeat the answer of a try that was cut', () => {
    const tries = [cut(4_900, 5_002), answeredTry('Qaaaac', true)];
    const joins: Forgery['joins'] = (all) => [...all.slice(0, 2), posted('Qaaaac', { tries })];
    expect(verdictOf({ joins })).toMatchObject({ faults: [], retried: 1, replayed: 2 });
  });
});
