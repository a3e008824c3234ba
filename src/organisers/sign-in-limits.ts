import { Injectable } from '@nestjs/common';
import { Configuration } from '../platform/config/configuration.js';
import { networkOf } from '../platform/http/client-address.js';
import { RateLimiter } from '../platform/http/rate-limiter.js';

/** Strangers together may try an account this many times as often as one network. */
const STRANGERS_FACTOR = 5;
const WINDOW_SECONDS = 15 * 60;
/** A network is no stranger to an account for three weeks after signing in to it. */
const KNOWN_SECONDS = 21 * 24 * 60 * 60;

/**
 * How often an account may be tried, whoever tries it from wherever: many addresses guessing at one
 * account are hardly faster than one. Tries count whether they succeed or not, and for accounts
 * that do not exist alike.
 *
 * What strangers use up must not keep the account's owner out. So each network has tries of its own,
 * and one that has signed in to the account before does not draw on what all others share.
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
    if (await this.rateLimiter.remembers('sign-in-known', pair)) return;
    await this.rateLimiter.consume('sign-in-account', email, {
      points: this.points * STRANGERS_FACTOR,
      seconds: WINDOW_SECONDS,
      exact: true,
    });
  }

  /** Notes that the account's owner signs in from this network. */
  async noteSuccess(email: string, address: string): Promise<void> {
    if (this.rateLimiter.isExempt(address)) return;
    await this.rateLimiter.remember('sign-in-known', pairOf(email, address), KNOWN_SECONDS);
  }
}

function pairOf(email: string, address: string): string {
  return `${email}\0${networkOf(address)}`;
}
