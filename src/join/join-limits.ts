import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { apiKeyTokenOf } from '../organisers/api-key-token.js';
import { Configuration } from '../platform/config/configuration.js';
import { clientAddressOf, networkOf } from '../platform/http/client-address.js';
import { Problem } from '../platform/http/problem.js';
import { RateLimiter } from '../platform/http/rate-limiter.js';
import type { RateLimitRule } from '../platform/http/route-config.js';

const MINUTE = 60;
const perAddress = ({ environment }: Configuration) => environment.RATE_LIMIT_JOIN_PER_ADDRESS;

/**
 * Joins of one address. A server that posts for its visitors is not counted here: by its key each of
 * them is counted for themselves.
 */
export const JOIN_LIMIT: RateLimitRule = {
  name: 'join',
  per: 'address',
  points: perAddress,
  seconds: MINUTE,
  except: ({ headers }) => apiKeyTokenOf(headers.authorization) !== undefined,
};

/** How often is posted with keys: by each visitor, or by the key where it tells of none. */
@Injectable()
export class JoinLimits {
  constructor(
    private readonly rateLimiter: RateLimiter,
    private readonly configuration: Configuration,
  ) {}

  /**
   * The address is what the server says, not where anything came from: none is exempt by it.
   *
   * @throws Problem 429.
   */
  async countVisitor(keyId: string, address: string | null): Promise<void> {
    if (address === null) {
      const points = this.configuration.environment.RATE_LIMIT_JOIN_PER_KEY;
      await this.rateLimiter.consume('join-key', keyId, { points, seconds: MINUTE });
    } else {
      await this.rateLimiter.consume(JOIN_LIMIT.name, networkOf(address), this.ofAddress);
    }
  }

  /** What looked like a key and was none counts as a post of whoever sent it. @throws Problem 429. */
  async countRefusedKey(request: FastifyRequest, refusal: unknown): Promise<void> {
    const { headers } = request;
    // Anything else but a key was counted before.
    if (!(refusal instanceof Problem) || apiKeyTokenOf(headers.authorization) === undefined) return;
    const address = clientAddressOf(request);
    await this.rateLimiter.consumeForAddress(JOIN_LIMIT.name, address, this.ofAddress);
  }

  private get ofAddress() {
    return { points: perAddress(this.configuration), seconds: MINUTE };
  }
}
