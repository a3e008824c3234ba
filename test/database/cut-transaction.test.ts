import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Database } from '../../src/platform/database/database.js';
import { isDatabaseUnavailable } from '../../src/platform/database/database-unavailable.js';
import { type AdminStage, startAdminStage } from '../admin/support.js';

let stage: AdminStage;
beforeAll(async () => {
  stage = await startAdminStage();
});
afterAll(() => stage.close());

it('a transaction that is cut between two statements fails as one for which the database is away', async () => {
  const database = stage.app.get(Database, { strict: false });
  const cut = database.transaction(async (manager) => {
    const [row] = await manager.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
    await stage.database.sql('SELECT pg_terminate_backend($1)', [row?.pid]);
    // The first statement may still hear of it from the server; those behind it find nobody.
    const last = await vi.waitFor(async () => {
      const error: unknown = await manager.query('SELECT 1').catch((fault: unknown) => fault);
      expect((error as Error).name).toBe('QueryRunnerProviderAlreadyReleasedError');
      return error;
    });
    throw last;
  });
  const error: unknown = await cut.catch((fault: unknown) => fault);
  expect(error).toBeInstanceOf(Error);
  expect(isDatabaseUnavailable(error)).toBe(true);
});
