import { Injectable } from '@nestjs/common';
import { Configuration } from '../platform/config/configuration.js';
import { RateLimiter } from '../platform/http/rate-limiter.js';

/** An account may be tried this many times as often as an address: its owner may sit anywhere. */
const ACCOUNT_FACTOR = 5;
const ACCOUNT_SECONDS = 15 * 60;

/**
 * How often an account may be tried, from all addresses together: many addresses guessing at one
 * account are no faster than one. Tries count whether they succeed or not, and for accounts that do
 * not exist alike.
 */
@Injectable()
export class SignInLimits {
  private readonly points: number;

  constructor(
    private readonly rateLimiter: RateLimiter,
    configuration: Configuration,
  ) {
    this.points = configuration.environment.RATE_LIMIT_SIGN_IN_PER_ADDRESS * ACCOUNT_FACTOR;
  }

  /**
   * Counts one try at an account.
   *
   * @throws Problem 429 with `Retry-After`.
   */
  async countTry(email: string, address: string): Promise<void> {
    if (this.rateLimiter.isExempt(address)) return;
    await this.rateLimiter.consume('sign-in-account', email, {
      points: this.points,
      seconds: ACCOUNT_SECONDS,
    });
  }
}
