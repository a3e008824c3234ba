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
