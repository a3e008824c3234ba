import { expect, it } from 'vitest';
import { GuardedPool } from '../../src/platform/database/guarded-pool.js';
import { createTestDatabase } from '../support/test-database.js';

it('a connection that is cut while somebody holds it and asks nothing ends no process', async () => {
  const database = await createTestDatabase();
  const pool = new GuardedPool({ connectionString: database.ownerUrl });
  try {
    const held = await pool.connect();
    const { rows } = await held.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    // Not once() of node:events: it listens for errors, too, and the test could not fail.
    const ended = new Promise((resolve) => held.once('end', resolve));
    await pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
    await ended;
    await expect(held.query('SELECT 1')).rejects.toThrow(/not queryable|connection|terminat/i);
    held.release();
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  } finally {
    await pool.end();
    await database.drop();
  }
});
