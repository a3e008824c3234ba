import { describe, expect, it, vi } from 'vitest';
import { LaggingCounts } from './lagging-counts.js';
import { MemoryRateLimitStore, type StoredCount, type TakenPoints } from './rate-limit-store.js';

/** What several processes share; it answers as a database does, later. */
class SharedStore extends MemoryRateLimitStore {
  readonly stored = new Map<string, StoredCount>();

  override async add(taken: readonly TakenPoints[] = []): Promise<StoredCount[]> {
    await new Promise(setImmediate);
    return taken.map(({ key, points, seconds }) => {
      const before = this.stored.get(key) ?? { points: 0, expires: Date.now() + seconds * 1000 };
      const now = { key, points: before.points + points, expires: before.expires };
      this.stored.set(key, now);
      return now;
    });
  }
}

const processes = (count: number, store = new SharedStore()) =>
  Array.from(
    { length: count },
    () =>
      new LaggingCounts(
        store,
        (name, key) => `${name}:${key}`,
        () => undefined,
      ),
  );
const allowance = { points: 120, seconds: 60 };
const isLetThrough = (counts: LaggingCounts, name = 'lookup', key = '192.0.2.1') =>
  counts.take(name, key, allowance) === undefined;

describe('counts that lag', () => {
  it('let no more than the allowance through one process', () => {
    const [one] = processes(1) as [LaggingCounts];
    const through = Array.from({ length: 500 }, () => isLetThrough(one)).filter(Boolean);
    expect(through).toHaveLength(120);
  });

  it('let a stream over several processes through but once, and a twentieth for each on top', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    try {
      const all = processes(4);
      let through = 0;
      // A request every five milliseconds, at each in turn.
      for (let request = 0; request < 1_000; request += 1) {
        if (isLetThrough(all[request % 4] as LaggingCounts)) through += 1;
        await vi.advanceTimersByTimeAsync(5);
        await new Promise(setImmediate);
      }
      expect(through).toBeGreaterThanOrEqual(120);
      expect(through).toBeLessThanOrEqual(120 + 4 * 7);
    } finally {
      vi.useRealTimers();
    }
  });

  it('remember who is refused, and other names, in a crowd of addresses', () => {
    const [one] = processes(1) as [LaggingCounts];
    const refused = ['192.0.2.1', '192.0.2.2'];
    for (const key of refused) while (isLetThrough(one, 'lookup', key));
    while (isLetThrough(one, 'join-form', 'join'));
    for (let n = 0; n < 250_000; n += 1) one.take('lookup', `crowd-${n}`, allowance);
    for (const key of refused) expect(isLetThrough(one, 'lookup', key)).toBe(false);
    expect(isLetThrough(one, 'join-form', 'join')).toBe(false);
    // Of the crowd itself the first are forgotten.
    expect(isLetThrough(one, 'lookup', 'crowd-0')).toBe(true);
  });
});
