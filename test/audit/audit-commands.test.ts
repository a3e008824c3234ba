import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectRoot } from '../../src/platform/project-root.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const verify = (...options: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(
      process.execPath,
      [join(projectRoot, 'dist/src/cli.js'), 'audit', 'verify', ...options],
      { env: { ...process.env, DATABASE_OWNER_URL: database.ownerUrl, DATABASE_URL: '' } },
      (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });

it('tells the end of the chain, takes it back as a mark, and fails where it does not hold', async () => {
  expect(await verify()).toMatchObject({ code: 0, out: expect.stringContaining('0 events') });
  await database.sql(
    `INSERT INTO audit_event (id, actor_kind, action, subject_kind)
     SELECT uuid_v7(), 'system', 'x.y', 'x' FROM generate_series(1, 3)`,
  );
  expect((await verify()).out).toMatch(/wait to be sealed: 3, the oldest since 20\d\d-/);
  await database.sql('SELECT seal_audit_events(10)');
  const { code, out } = await verify();
  expect(code).toBe(0);
  expect(out).toContain('The chain holds: 3 events.');
  const [, mark = ''] = /Its end: (3:[0-9a-f]{64})/.exec(out) ?? [];
  expect((await verify('--mark', mark)).code).toBe(0);

  const other = await verify(
    '--mark',
    mark.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
  );
  expect(other).toMatchObject({ code: 1, err: expect.stringContaining('not on the chain') });
  expect((await verify('--mark', 'nonsense')).code).toBe(1);
});
