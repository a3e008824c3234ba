import { Pool } from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PostgresRateLimitStore } from '../../src/platform/http/rate-limit-store.js';
import { Problem } from '../../src/platform/http/problem.js';
import { type Allowance, RateLimiter } from '../../src/platform/http/rate-limiter.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testConfiguration } from './support.js';

/** Limiters of several processes on one store. */
const limiters = (pool: Pool, count: number) =>
  Array.from(
    { length: count },
    () =>
      new RateLimiter(
        testConfiguration(),
        pino({ level: 'silent' }),
        new PostgresRateLimitStore(pool),
      ),
  );

/** Whether one more request of an address is let through. */
async function isLetThrough(
  limiter: RateLimiter,
  allowance: Allowance,
  name = 'join',
): Promise<boolean> {
  try {
    await limiter.consumeForAddress(name, '192.0.2.1', allowance);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.status === 429) return false;
    throw error;
  }
}

describe('counting in PostgreSQL', () => {
  let database: TestDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await createTestDatabase();
    pool = new Pool({ connectionString: database.url, max: 4 });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  it('counts across processes, as the application’s login, without the address', async () => {
    const [one, other] = limiters(pool, 2) as [RateLimiter, RateLimiter];
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        isLetThrough(index % 2 === 0 ? one : other, { points: 5, seconds: 60 }),
      ),
    );
    expect(answers.filter(Boolean)).toHaveLength(5);
    const rows = await database.sql<{ key: string; points: number }>('SELECT * FROM rate_limit');
    expect(rows).toHaveLength(1);
    expect(rows[0]?.key).toMatch(/^join:[A-Za-z0-9_-]{43}$/);
  });

  it('counts exactly at any size where a secret could be guessed', async () => {
    const all = limiters(pool, 3);
    const allowance = { points: 50, seconds: 60, exact: true };
    const answers = await Promise.all(
      Array.from({ length: 90 }, (_, index) =>
        isLetThrough(all[index % 3] as RateLimiter, allowance, 'guesses'),
      ),
    );
    expect(answers.filter(Boolean)).toHaveLength(50);
  });

  it('tells other processes a moment later where much is allowed, and lets no more through then', async () => {
    await database.sql('DELETE FROM rate_limit');
    const allowance = { points: 100, seconds: 60 };
    const [one, other, third] = limiters(pool, 3) as [RateLimiter, RateLimiter, RateLimiter];
    for (const limiter of [one, other]) {
      for (let count = 0; count < 60; count += 1) {
        expect(await isLetThrough(limiter, allowance)).toBe(true);
      }
    }
    await vi.waitFor(async () => {
      const rows = await database.sql<{ key: string; points: number }>('SELECT * FROM rate_limit');
      expect(rows).toEqual([
        expect.objectContaining({
          key: expect.stringMatching(/^join:[A-Za-z0-9_-]{43}$/),
          points: 120,
        }),
      ]);
    });
    // Each has heard of the others by now, or hears of them with its next request.
    await vi.waitFor(async () => {
      for (const limiter of [one, other, third]) {
        expect(await isLetThrough(limiter, allowance)).toBe(false);
      }
    });
  });

  it('keeps a few requests of many addresses to itself, until they are a twentieth', async () => {
    await database.sql('DELETE FROM rate_limit');
    const [one] = limiters(pool, 1) as [RateLimiter];
    const allowance = { points: 100, seconds: 60 };
    for (let count = 0; count < 4; count += 1) await isLetThrough(one, allowance, 'few');
    for (let count = 0; count < 5; count += 1) await isLetThrough(one, allowance, 'more');
    const stored = await vi.waitFor(async () => {
      const rows = await database.sql<{ key: string; points: number }>('SELECT * FROM rate_limit');
      expect(rows).not.toEqual([]);
      return rows;
    });
    expect(stored.map(({ key, points }) => [key.split(':')[0], points])).toEqual([['more', 5]]);
  });

  it('begins anew when the window is over', async () => {
    const allowance = { points: 100, seconds: 1 };
    const [one] = limiters(pool, 1) as [RateLimiter];
    for (let count = 0; count < 100; count += 1) {
      expect(await isLetThrough(one, allowance, 'anew')).toBe(true);
    }
    expect(await isLetThrough(one, allowance, 'anew')).toBe(false);
    await vi.waitFor(
      async () => expect(await isLetThrough(one, allowance, 'anew')).toBe(true),
      5_000,
    );
  });

  it('goes on by itself while the store is away, and tells it afterwards', async () => {
    const allowance = { points: 100, seconds: 60 };
    const [one] = limiters(pool, 1) as [RateLimiter];
    await database.sql('ALTER TABLE rate_limit RENAME TO rate_limit_away');
    for (let count = 0; count < 100; count += 1) {
      expect(await isLetThrough(one, allowance, 'away')).toBe(true);
    }
    expect(await isLetThrough(one, allowance, 'away')).toBe(false);
    await database.sql('ALTER TABLE rate_limit_away RENAME TO rate_limit');
    await vi.waitFor(
      async () =>
        expect(await database.sql(`SELECT points FROM rate_limit WHERE key LIKE 'away:%'`)).toEqual(
          [{ points: 100 }],
        ),
      10_000,
    );
  });
});
