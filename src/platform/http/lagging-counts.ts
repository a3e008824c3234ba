import type { Allowance } from './rate-limiter.js';
import type { RateLimitStore } from './rate-limit-store.js';

/** So long is waited for more to tell along with the first. */
const LAG_MS = 20;
/** How long the store is left in peace after it could not be told. */
const PAUSE_MS = 5_000;
/**
 * Less than this part of an allowance is kept to itself: most addresses ask once or twice, and to tell
 * of each would cost the database more than their requests do.
 */
const TOLD_FROM = 1 / 20;
/** Of one name. More are not remembered: a crowd of addresses that asks once each costs no more memory. */
const MOST_KEYS = 100_000;

interface Count extends Allowance {
  readonly name: string;
  readonly key: string;
  /** Taken by all processes, as far as this one has heard, and by itself since. */
  taken: number;
  /** Taken here and not told to the others yet. */
  untold: number;
  /** When the window ends, in milliseconds since 1970. */
  expires: number;
}

/**
 * Counts of which a request need not wait for the other processes: it is let through or refused by
 * what this process knows. With every twentieth of an allowance that a key has taken, the processes
 * tell each other, a moment later and of many keys in one statement.
 *
 * Never more than the allowance from one process. From several together a twentieth each on top, and
 * what comes before they have heard: at worst, from a flood that is over within that moment or while
 * the store is away, the allowance from each.
 */
export class LaggingCounts {
  /** By name, and within it by key, the oldest window first. */
  private readonly counts = new Map<string, Map<string, Count>>();
  private readonly untold = new Set<Count>();
  private telling: NodeJS.Timeout | undefined;

  /**
   * @param storedKey how the store is to know a key of a name.
   * @param onFailure is told when the others could not be; the counts are told with the next.
   */
  constructor(
    private readonly store: RateLimitStore,
    private readonly storedKey: (name: string, key: string) => string,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** @returns undefined, or for how many milliseconds there is nothing left. */
  take(name: string, key: string, { points, seconds }: Allowance): number | undefined {
    const now = Date.now();
    let counts = this.counts.get(name);
    if (counts === undefined) this.counts.set(name, (counts = new Map()));
    let count = counts.get(key);
    if (count === undefined || count.expires <= now) {
      if (counts.size >= MOST_KEYS) forget(counts, now);
      count = { name, key, points, seconds, taken: 0, untold: 0, expires: now + seconds * 1000 };
      // Behind those whose windows began before.
      counts.delete(key);
      counts.set(key, count);
    }
    if (count.taken >= points) return count.expires - now;
    count.taken += 1;
    count.untold += 1;
    if (count.untold >= points * TOLD_FROM) {
      this.untold.add(count);
      this.telling ??= setTimeout(() => void this.tell(), LAG_MS).unref();
    }
    return undefined;
  }

  private async tell(): Promise<void> {
    const told = new Map(
      [...this.untold].map((count) => [
        this.storedKey(count.name, count.key),
        { count, points: count.untold },
      ]),
    );
    this.untold.clear();
    const taken = [...told].map(([key, { count, points }]) => {
      count.untold -= points;
      return { key, points, seconds: count.seconds };
    });
    let pause = LAG_MS;
    try {
      for (const { key, points, expires } of await this.store.add(taken)) {
        const count = told.get(key)?.count;
        if (count === undefined) continue;
        // The window is that of whoever came first, whichever process that was.
        count.taken = points + count.untold;
        count.expires = expires;
      }
    } catch (error) {
      for (const { count, points } of told.values()) {
        count.untold += points;
        this.untold.add(count);
      }
      pause = PAUSE_MS;
      this.onFailure(error);
    } finally {
      this.telling =
        this.untold.size === 0 ? undefined : setTimeout(() => void this.tell(), pause).unref();
    }
  }
}

/** Makes room: what is over goes first, then who has hardly asked, then who is not refused, the oldest first. */
function forget(counts: Map<string, Count>, now: number): void {
  const enough = MOST_KEYS * 0.9;
  const isOver: ((count: Count) => boolean)[] = [
    ({ expires }) => expires <= now,
    ({ taken, points }) => taken < points * TOLD_FROM,
    ({ taken, points }) => taken < points,
    () => true,
  ];
  for (const mayGo of isOver) {
    for (const [key, count] of counts) {
      if (counts.size <= enough) return;
      if (mayGo(count)) counts.delete(key);
    }
  }
}
