import { Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfiguration } from '../../src/platform/config/configuration.js';
import { poolOptions } from '../../src/platform/database/connection-options.js';
import { isDatabaseUnavailable } from '../../src/platform/database/database-unavailable.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  const configuration = loadConfiguration(
    {},
    {
      NODE_ENV: 'test',
      PUBLIC_URL: 'http://localhost:3000',
      DATABASE_URL: database.url,
      SMTP_URL: 'smtp://127.0.0.1:9',
      LINK_SECRET: 'a secret for tests only, 32 characters',
    },
  );
  pool = new Pool({ connectionString: database.url, ...poolOptions(configuration) });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

it('a server that stands still is not waited for longer than for a statement', async () => {
  const client = await pool.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const pid = rows[0]?.pid ?? 0;
  process.kill(pid, 'SIGSTOP');
  try {
    const error: unknown = await client.query('SELECT 1').catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(Error);
    expect(isDatabaseUnavailable(error)).toBe(true);
  } finally {
    process.kill(pid, 'SIGCONT');
    client.release(true);
  }
}, 30_000);
