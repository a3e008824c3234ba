import { createHmac } from 'node:crypto';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { Configuration } from '../config/configuration.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { networkMatcher, networkOf } from './client-address.js';
import { LaggingCounts } from './lagging-counts.js';
import { MemoryRateLimitStore, RateLimitStore } from './rate-limit-store.js';
import { tooManyRequests } from './standard-problems.js';

/** How much is allowed: `points` in `seconds`. */
export interface Allowance {
  readonly points: number;
  readonly seconds: number;
  /** Whoever guesses at a secret is counted by all processes together before the answer, at any size. */
  readonly exact?: boolean;
}

/** A store that does not answer within this time is taken to be away. */
const STORE_TIMEOUT_MS = 500;
/** While it is away, this process counts alone and asks again after this time. */
const STORE_PAUSE_MS = 5_000;
/** Loopback is exempt in development, where everybody is one address. */
const LOOPBACK = ['127.0.0.0/8', '::1'];

/**
 * From so many points on, a count may lag behind those of other processes: what is allowed often is
 * asked often, and is not to wait for a statement of the database each time, unless it has to be exact.
 */
const LAGGING_FROM = 20;

/** What is only remembered is never used up. */
const MEMORY: Allowance = { points: Number.MAX_SAFE_INTEGER, seconds: 1 };

/** One, and then nothing until the time that the caller gives is over. */
const PAUSE: Allowance = { points: 1, seconds: 1 };

const tallyFor = (seconds: number): Allowance => ({ ...MEMORY, seconds });

interface Counter {
  readonly shared: RateLimiterAbstract;
  readonly own: RateLimiterAbstract;
}

/**
 * Counts requests against allowances, across processes where a store is given. Never the reason
 * that a request fails: with the store away each process counts for itself until it is back.
 */
@Injectable()
export class RateLimiter {
  private readonly counters = new Map<string, Counter>();
  private readonly memory = new MemoryRateLimitStore();
  private readonly store: RateLimitStore;
  private readonly lagging: LaggingCounts;
  /** Whether a client's address is free of limits. */
  readonly isExempt: (address: string) => boolean;
  private readonly secret: string;
  private pausedUntil = 0;

  constructor(
    @Inject(Configuration) configuration: Configuration,
    @Inject(LOGGER) private readonly logger: Logger,
    @Optional() @Inject(RateLimitStore) store?: RateLimitStore,
  ) {
    const { RATE_LIMIT_EXEMPT, NODE_ENV, LINK_SECRET } = configuration.environment;
    this.isExempt = networkMatcher([
      ...RATE_LIMIT_EXEMPT,
      ...(NODE_ENV === 'development' ? LOOPBACK : []),
    ]);
    this.secret = LINK_SECRET;
    this.store = store ?? this.memory;
    this.lagging = new LaggingCounts(
      this.store,
      (name, key) => `${name}:${this.hashOf(name, key)}`,
      (error) =>
        this.logger.warn({ err: error }, 'rate limits are counted per process: the store is away'),
    );
  }

  /**
   * Takes one point of a client's address (an IPv6 client is its /64); exempt networks are free.
   *
   * @throws Problem 429 with `Retry-After` when none is left.
   */
  consumeForAddress(
    name: string,
    address: string,
    allowance: Allowance,
  ): Promise<void> | undefined {
    if (this.isExempt(address)) return undefined;
    return this.consume(name, networkOf(address), allowance);
  }

  /**
   * Takes one point under a key of the caller's choice: a form, an account. The key is stored as a
   * keyed hash only.
   *
   * @returns undefined where there is nothing to wait for.
   * @throws Problem 429 with `Retry-After` when none is left.
   */
  consume(name: string, key: string, allowance: Allowance): Promise<void> | undefined {
    if (allowance.exact === true || allowance.points < LAGGING_FROM) {
      return this.consumeInStore(name, key, allowance);
    }
    const milliseconds = this.lagging.take(name, key, allowance);
    if (milliseconds !== undefined) throw tooManyRequests(milliseconds / 1000);
    return undefined;
  }

  private async consumeInStore(name: string, key: string, allowance: Allowance): Promise<void> {
    const counter = this.counterOf(name, allowance);
    const hash = this.hashOf(name, key);
    try {
      await this.inStore(counter, (one) => one.consume(hash));
    } catch (error) {
      if (error instanceof RateLimiterRes) throw tooManyRequests(error.msBeforeNext / 1000);
      throw error;
    }
  }

  /** As `consume`, of an exact allowance, for a caller who goes on without. @returns whether one was left. */
  async allows(name: string, key: string, allowance: Allowance): Promise<boolean> {
    const hash = this.hashOf(name, key);
    try {
      await this.inStore(this.counterOf(name, allowance), (one) => one.consume(hash));
      return true;
    } catch (error) {
      if (error instanceof RateLimiterRes) return false;
      throw error;
    }
  }

  /** Counts one under a key that is forgotten `seconds` after the first. @returns how many there are now. */
  async tally(name: string, key: string, seconds: number): Promise<number> {
    const hash = this.hashOf(name, key);
    const counter = this.counterOf(name, tallyFor(seconds));
    return (await this.inStore(counter, (one) => one.penalty(hash))).consumedPoints;
  }

  /** Takes back one that `tally` counted, with the same `seconds`. */
  async untally(name: string, key: string, seconds: number): Promise<void> {
    const hash = this.hashOf(name, key);
    await this.inStore(this.counterOf(name, tallyFor(seconds)), (one) => one.reward(hash));
  }

  /**
   * Lets the first through and holds back those after it for so many seconds.
   *
   * @returns for how many more this one is held back; 0 for the first.
   */
  async pause(name: string, key: string, seconds: number): Promise<number> {
    const hash = this.hashOf(name, key);
    try {
      await this.inStore(this.counterOf(name, PAUSE), (one) =>
        one.consume(hash, 1, { customDuration: seconds }),
      );
      return 0;
    } catch (error) {
      if (error instanceof RateLimiterRes) return Math.max(1, error.msBeforeNext) / 1000;
      throw error;
    }
  }

  /** Forgets what `tally` counted with these `seconds`, and ends what `pause` began under another name. */
  async forget(
    tally: { readonly name: string; readonly seconds: number },
    pause: string,
    key: string,
  ): Promise<void> {
    const { name, seconds } = tally;
    const counted = this.hashOf(name, key);
    const paused = this.hashOf(pause, key);
    await this.inStore(this.counterOf(name, tallyFor(seconds)), (one) => one.delete(counted));
    await this.inStore(this.counterOf(pause, PAUSE), (one) => one.delete(paused));
  }

  /** Remembers a key for a time, as a keyed hash; may be forgotten with the store. */
  async remember(name: string, key: string, seconds: number): Promise<void> {
    const hash = this.hashOf(name, key);
    await this.inStore(this.counterOf(name, MEMORY), (counter) => counter.set(hash, 1, seconds));
  }

  /** Whether a key is remembered under this name. */
  async remembers(name: string, key: string): Promise<boolean> {
    const hash = this.hashOf(name, key);
    const found = await this.inStore(this.counterOf(name, MEMORY), (counter) => counter.get(hash));
    return found !== null;
  }

  /** Works in the shared store; while that is away, in this process. */
  private async inStore<T>(
    { shared, own }: Counter,
    work: (counter: RateLimiterAbstract) => Promise<T>,
  ): Promise<T> {
    if (shared !== own && Date.now() >= this.pausedUntil) {
      try {
        return await withTimeout(work(shared), STORE_TIMEOUT_MS);
      } catch (error) {
        if (error instanceof RateLimiterRes) throw error;
        this.pausedUntil = Date.now() + STORE_PAUSE_MS;
        this.logger.warn({ err: error }, 'rate limits are counted per process: the store is away');
      }
    }
    return work(own);
  }

  private hashOf(name: string, key: string): string {
    return createHmac('sha256', this.secret).update(`${name}\0${key}`).digest('base64url');
  }

  private counterOf(name: string, { points, seconds }: Allowance): Counter {
    const id = `${name}:${points}/${seconds}`;
    let counter = this.counters.get(id);
    if (counter === undefined) {
      const own = this.memory.counter({ name, points, seconds });
      const shared =
        this.store === this.memory ? own : this.store.counter({ name, points, seconds });
      counter = { shared, own };
      this.counters.set(id, counter);
    }
    return counter;
  }
}

async function withTimeout<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${milliseconds} ms`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    // The loser of the race may still fail; nobody is left to hear of it.
    work.catch(() => undefined);
  }
}
