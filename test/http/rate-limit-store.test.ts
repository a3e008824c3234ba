import { Pool } from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  PostgresRateLimitStore,
  type RateLimitStore,
} from '../../src/platform/http/rate-limit-store.js';
import { Problem } from '../../src/platform/http/problem.js';
import { RateLimiter } from '../../src/platform/http/rate-limiter.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testConfiguration } from './support.js';

const ALLOWANCE = { points: 5, seconds: 60 };

/** Two processes' limiters on one store; how many of twelve calls at once they let through. */
async function letThrough(store: () => RateLimitStore): Promise<number> {
  const logger = pino({ level: 'silent' });
  const [one, other] = [store(), store()].map(
    (each) => new RateLimiter(testConfiguration(), logger, each),
  ) as [RateLimiter, RateLimiter];
  const statuses = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      (index % 2 === 0 ? one : other).consumeForAddress('join', '192.0.2.1', ALLOWANCE).then(
        () => 200,
        (error: unknown) => (error instanceof Problem ? error.status : 500),
      ),
    ),
  );
  expect(statuses).not.toContain(500);
  return statuses.filter((status) => status === 200).length;
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
    expect(await letThrough(() => new PostgresRateLimitStore(pool))).toBe(5);
    const rows = await database.sql<{ key: string; points: number }>('SELECT * FROM rate_limit');
    expect(rows).toHaveLength(1);
    expect(rows[0]?.key).toMatch(/^join:[A-Za-z0-9_-]{43}$/);
  });
});
