import { Injectable } from '@nestjs/common';
import { Configuration } from '../platform/config/configuration.js';
import { networkOf } from '../platform/http/client-address.js';
import { RateLimiter } from '../platform/http/rate-limiter.js';
import { tooManyRequests } from '../platform/http/standard-problems.js';

/** Strangers together may try an account this many times as often as one network. */
const STRANGERS_FACTOR = 5;
const WINDOW_SECONDS = 15 * 60;
/** A network is no stranger to an account for three weeks after signing in to it. */
const KNOWN_SECONDS = 21 * 24 * 60 * 60;
const DAY_SECONDS = 24 * 60 * 60;

/** So many failures in a row cost no time: a slip, and caps lock. */
const FREE_FAILURES = 2;
const LONGEST_WAIT_SECONDS = 15 * 60;
/** Failures of one network at one account, until it signs in. */
const FAILURES = { name: 'sign-in-failures', seconds: DAY_SECONDS };
const WAIT = 'sign-in-wait';

/**
 * Codes that strangers may try at one account in a day, who know its password: each hits with three
 * in a million. It binds exempt networks as well.
 */
const STRANGERS_CODES = { points: 10, seconds: DAY_SECONDS, exact: true };
/** Proofs (password, code) that the sessions of one account may try. */
const PROOFS = { points: 10, seconds: WINDOW_SECONDS, exact: true };
/** Of one account, or of all that do not exist, that are written to the trail in an hour. */
const WRITTEN_REFUSALS = { seconds: 60 * 60, exact: true };
const WRITTEN_OF_ACCOUNT = 20;
const WRITTEN_OF_NOBODY = 200;
/** After so many failures of strangers in a day the owner is told. */
const TOLD_FROM = 20;

/** Who tries which account, and from where. */
export interface SignInTry {
  /** In lower case. */
  readonly email: string;
  readonly address: string;
}

/**
 * How often an account may be tried, whoever tries it from wherever: many addresses guessing at one
 * account are hardly faster than one. Tries count whether they succeed or not, and for accounts
 * that do not exist alike.
 *
 * What strangers use up must not keep the account's owner out. So each network has tries of its own,
 * and one that has signed in to the account before does not draw on what all others share.
 *
 * Besides, a network that fails at an account waits longer each time. A try is counted as a failure
 * before the password is looked at, and success takes that back: of many at once all are counted.
 */
@Injectable()
export class SignInLimits {
  private readonly points: number;

  constructor(
    private readonly rateLimiter: RateLimiter,
    configuration: Configuration,
  ) {
    this.points = configuration.environment.RATE_LIMIT_SIGN_IN_PER_ADDRESS;
  }

  /**
   * Counts one try at an account.
   *
   * @throws Problem 429 with `Retry-After`.
   */
  async countTry(email: string, address: string): Promise<void> {
    if (this.rateLimiter.isExempt(address)) return;
    const pair = pairOf(email, address);
    await this.rateLimiter.consume('sign-in-pair', pair, {
      points: this.points,
      seconds: WINDOW_SECONDS,
      exact: true,
    });
    await this.backOff(pair);
    if (await this.rateLimiter.remembers('sign-in-known', pair)) return;
    await this.rateLimiter.consume('sign-in-account', email, {
      points: this.points * STRANGERS_FACTOR,
      seconds: WINDOW_SECONDS,
      exact: true,
    });
  }

  /** Takes a try back that was no failure and no success: the password was right, the code is yet to come. */
  async noteHalf({ email, address }: SignInTry): Promise<void> {
    if (this.rateLimiter.isExempt(address)) return;
    await this.rateLimiter.untally(FAILURES.name, pairOf(email, address), FAILURES.seconds);
  }

  /** Notes that the account's owner signs in from this network: its failures are forgotten. */
  async noteSuccess(email: string, address: string): Promise<void> {
    if (this.rateLimiter.isExempt(address)) return;
    const pair = pairOf(email, address);
    await this.rateLimiter.forget(FAILURES, WAIT, pair);
    await this.rateLimiter.remember('sign-in-known', pair, KNOWN_SECONDS);
  }

  /**
   * Counts one code that is shown with the right password.
   *
   * @throws Problem 429 with `Retry-After`.
   */
  async countCode({ email, address }: SignInTry): Promise<void> {
    if (await this.rateLimiter.remembers('sign-in-known', pairOf(email, address))) return;
    await this.rateLimiter.consume('sign-in-code', email, STRANGERS_CODES);
  }

  /** Notes that a code was right: the network draws no more on what strangers have. */
  async noteCode({ email, address }: SignInTry): Promise<void> {
    await this.rateLimiter.remember('sign-in-known', pairOf(email, address), KNOWN_SECONDS);
  }

  /**
   * Counts a proof that somebody who is signed in gives once more.
   *
   * @throws Problem 429 with `Retry-After`.
   */
  async countProof(organiserId: string): Promise<void> {
    await this.rateLimiter.consume('sign-in-proof', organiserId, PROOFS);
  }

  /** Whether a refusal may still be written down: a flood is not to fill the trail. */
  mayWrite(organiserId: string | undefined): Promise<boolean> {
    const points = organiserId === undefined ? WRITTEN_OF_NOBODY : WRITTEN_OF_ACCOUNT;
    const key = organiserId ?? '';
    return this.rateLimiter.allows('sign-in-written', key, { ...WRITTEN_REFUSALS, points });
  }

  /** Counts a failure. @returns whether strangers have now failed so often that the owner should hear of it. */
  async countFailure({ email, address }: SignInTry): Promise<boolean> {
    if (this.rateLimiter.isExempt(address)) return false;
    if (await this.rateLimiter.remembers('sign-in-known', pairOf(email, address))) return false;
    return (await this.rateLimiter.tally('sign-in-strangers', email, DAY_SECONDS)) === TOLD_FROM;
  }

  private async backOff(pair: string): Promise<void> {
    const failures = await this.rateLimiter.tally(FAILURES.name, pair, FAILURES.seconds);
    const seconds = waitAfter(failures);
    if (seconds === 0) return;
    const held = await this.rateLimiter.pause(WAIT, pair, seconds);
    if (held === 0) return;
    await this.rateLimiter.untally(FAILURES.name, pair, FAILURES.seconds);
    throw tooManyRequests(held);
  }
}

/** In seconds, after so many failures in a row: 0, 0, 1, 2, 4 … to a quarter of an hour. */
export function waitAfter(failures: number): number {
  if (failures <= FREE_FAILURES) return 0;
  return Math.min(2 ** (failures - FREE_FAILURES - 1), LONGEST_WAIT_SECONDS);
}

function pairOf(email: string, address: string): string {
  return `${email}\0${networkOf(address)}`;
}
