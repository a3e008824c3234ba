import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../../migrations/migrations.js';
import { verifyAudit } from '../../src/audit/verify-audit.js';
import { migrate, revertLast } from '../../src/platform/database/migrate.js';
import { ownerDataSource } from '../../src/platform/database/owner-data-source.js';
import { migrateQueueSchema } from '../../src/platform/queue/migrate-queue-schema.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('migrations', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('run a second time without doing anything', async () => {
    expect(await migrate({ url: database.ownerUrl, migrateQueue: migrateQueueSchema })).toEqual([]);
  });

  it('go down to nothing and up again to the same tables', async () => {
    const before = await tables();
    for (let step = 0; step < migrations.length; step++) await revertLast(database.ownerUrl);
    expect(await tables()).toEqual(['migrations']);
    await migrate({ url: database.ownerUrl, migrateQueue: migrateQueueSchema });
    expect(await tables()).toEqual(before);
  });

  it('have events sealed that were there before the seal', async () => {
    const seal = migrations.findIndex(({ name }) => name.startsWith('SealAuditTrail'));
    for (let step = migrations.length; step > seal; step--) await revertLast(database.ownerUrl);
    await database.sql(
      `INSERT INTO audit_event (id, actor_kind, action, subject_kind, at)
       SELECT uuid_v7(), 'system', 'x.y', 'person', clock_now() - interval '1 year'
         FROM generate_series(1, 3)`,
    );
    await migrate({ url: database.ownerUrl, migrateQueue: migrateQueueSchema });
    const owner = await ownerDataSource(database.ownerUrl);
    try {
      expect(await verifyAudit(owner.manager)).toMatchObject({ faults: [], waiting: { count: 3 } });
      await database.sql('SELECT seal_audit_events(10)');
      expect(await verifyAudit(owner.manager)).toMatchObject({ faults: [], sealed: 3 });
    } finally {
      await owner.destroy();
    }
  });

  it('give a time of reading to grants that were to end, and none to those that had', async () => {
    const guard = migrations.findIndex(({ name }) => name.startsWith('GuardGrants'));
    for (let step = migrations.length; step > guard; step--) await revertLast(database.ownerUrl);
    await database.sql(`
      INSERT INTO unit (id, kind, slug, name) VALUES (uuid_v7(), 'national', 'national', 'N');
      INSERT INTO organiser (id, email, name, password_hash)
        VALUES (uuid_v7(), 'officer@example.org', 'Officer', '-');
      INSERT INTO organiser_grant (id, organiser_id, role, unit_id, valid_from, valid_until)
        SELECT uuid_v7(), o.id, role, u.id, clock_now() - interval '1 year', clock_now() + ends
          FROM organiser o, unit u,
               (VALUES ('reader', interval '1 day'), ('treasurer', interval '-1 day'),
                       ('campaign_lead', NULL)) AS given (role, ends)`);
    await migrate({ url: database.ownerUrl, migrateQueue: migrateQueueSchema });
    expect(
      await database.sql(
        `SELECT role, extract(days FROM read_only_until - valid_until)::integer AS days, version
           FROM organiser_grant ORDER BY role`,
      ),
    ).toEqual([
      { role: 'campaign_lead', days: null, version: 1 },
      { role: 'reader', days: 60, version: 1 },
      { role: 'treasurer', days: null, version: 1 },
    ]);
    await database.sql('DELETE FROM organiser; DELETE FROM unit');
  });

  it('leave every table and function with the owner role, never with a superuser', async () => {
    const owners = await database.sql<{ owner: string }>(`
      SELECT DISTINCT pg_get_userbyid(relowner) AS owner FROM pg_class
       WHERE relnamespace IN ('public'::regnamespace, 'bullmq'::regnamespace) AND relkind IN ('r', 'v')`);
    expect(owners).toEqual([{ owner: 'branchline_owner' }]);
  });

  const tables = async () =>
    (
      await database.sql<{ name: string }>(
        `SELECT relname AS name FROM pg_class
          WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`,
      )
    ).map(({ name }) => name);
});
