import type { Allowance } from './rate-limiter.js';
import type { RateLimitStore } from './rate-limit-store.js';

/** How long counts of this process are kept from the others. */
const LAG_MS = 200;
/** How long it is left in peace after it could not be told. */
const PAUSE_MS = 5_000;
/**
 * Less than this part of an allowance is kept to itself: most addresses ask once or twice, and to tell
 * of each would cost the database more than their requests do.
 */
const TOLD_FROM = 1 / 20;
/** More are not remembered: a crowd of addresses that asks once each costs no more memory. */
const MOST_KEYS = 100_000;

interface Count {
  /** Taken by all processes, as far as this one has heard, and by itself since. */
  taken: number;
  /** Taken here and not told to the others yet. */
  untold: number;
  readonly seconds: number;
  /** When the window ends, in milliseconds since 1970. */
  expires: number;
}

/**
 * Counts of which a request need not wait for the other processes: it is let through or refused by
 * what this process knows, and five times a second the processes tell each other what they let
 * through, in one statement, of every key that has taken a twentieth of its allowance since. Never
 * more than the allowance from one process; from several together as much more as that and as comes
 * within that time.
 */
export class LaggingCounts {
  private readonly counts = new Map<string, Count>();
  private readonly untold = new Set<string>();
  private telling: NodeJS.Timeout | undefined;

  /**
   * @param storedKey how the store is to know a key.
   * @param onFailure is told when the others could not be; the counts are told with the next.
   */
  constructor(
    private readonly store: RateLimitStore,
    private readonly storedKey: (key: string) => string,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** @returns undefined, or for how many milliseconds there is nothing left. */
  take(key: string, { points, seconds }: Allowance): number | undefined {
    const now = Date.now();
    let count = this.counts.get(key);
    if (count === undefined || count.expires <= now) {
      if (this.counts.size >= MOST_KEYS) this.forget(now);
      count = { taken: 0, untold: 0, seconds, expires: now + seconds * 1000 };
      this.counts.set(key, count);
    }
    if (count.taken >= points) return count.expires - now;
    count.taken += 1;
    count.untold += 1;
    if (count.untold >= points * TOLD_FROM) {
      this.untold.add(key);
      this.telling ??= setTimeout(() => void this.tell(), LAG_MS).unref();
    }
    return undefined;
  }

  private async tell(): Promise<void> {
    const told = [...this.untold].flatMap((key) => {
      const count = this.counts.get(key);
      return count === undefined ? [] : [{ key, count, points: count.untold }];
    });
    this.untold.clear();
    const byStoredKey = new Map(told.map((one) => [this.storedKey(one.key), one]));
    const taken = [...byStoredKey].map(([key, { count, points }]) => {
      count.untold -= points;
      return { key, points, seconds: count.seconds };
    });
    let pause = LAG_MS;
    try {
      for (const { key, points, expires } of await this.store.add(taken)) {
        const count = byStoredKey.get(key)?.count;
        if (count === undefined) continue;
        // The window is that of whoever came first, whichever process that was.
        count.taken = points + count.untold;
        count.expires = expires;
      }
    } catch (error) {
      for (const { key, count, points } of told) {
        count.untold += points;
        this.untold.add(key);
      }
      pause = PAUSE_MS;
      this.onFailure(error);
    } finally {
      this.telling =
        this.untold.size === 0 ? undefined : setTimeout(() => void this.tell(), pause).unref();
    }
  }

  private forget(now: number): void {
    for (const [key, { expires }] of this.counts) if (expires <= now) this.counts.delete(key);
    if (this.counts.size >= MOST_KEYS) this.counts.clear();
  }
}
