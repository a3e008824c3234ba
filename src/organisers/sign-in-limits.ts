import { Injectable } from '@nestjs/common';
import { Configuration } from '../platform/config/configuration.js';
import { networkMatcher } from '../platform/http/client-address.js';
import { RateLimiter } from '../platform/http/rate-limiter.js';

/** An account may be tried this many times as often as an address: its owner may sit anywhere. */
const ACCOUNT_FACTOR = 5;
const ACCOUNT_SECONDS = 15 * 60;
const LOOPBACK = ['127.0.0.0/8', '::1'];

/**
 * How often an account may be tried, from all addresses together: many addresses guessing at one
 * account are no faster than one. Tries count whether they succeed or not, and for accounts that do
 * not exist alike.
 */
@Injectable()
export class SignInLimits {
  private readonly isExempt: (address: string) => boolean;
  private readonly points: number;

  constructor(
    private readonly rateLimiter: RateLimiter,
    configuration: Configuration,
  ) {
    const { RATE_LIMIT_EXEMPT, RATE_LIMIT_SIGN_IN_PER_ADDRESS, NODE_ENV } =
      configuration.environment;
    this.points = RATE_LIMIT_SIGN_IN_PER_ADDRESS * ACCOUNT_FACTOR;
    this.isExempt = networkMatcher([
      ...RATE_LIMIT_EXEMPT,
      ...(NODE_ENV === 'development' ? LOOPBACK : []),
    ]);
  }

  /**
   * Counts one try at an account.
   *
   * @throws Problem 429 with `Retry-After`.
   */
  async countTry(email: string, address: string): Promise<void> {
    if (this.isExempt(address)) return;
    await this.rateLimiter.consume('sign-in-account', email, {
      points: this.points,
      seconds: ACCOUNT_SECONDS,
    });
  }
}
