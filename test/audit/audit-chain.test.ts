import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { v7 as uuidV7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChainMark, verifyAudit } from '../../src/audit/verify-audit.js';
import { ownerDataSource } from '../../src/platform/database/owner-data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let owner: DataSource;
let app: Client;
beforeEach(async () => {
  database = await createTestDatabase();
  owner = await ownerDataSource(database.ownerUrl);
  app = new Client({ connectionString: database.url });
  await app.connect();
});
afterEach(async () => {
  await app.end();
  await owner.destroy();
  await database.drop();
});

const write = (count: number) =>
  app.query(
    `INSERT INTO audit_event (id, actor_kind, actor_id, action, subject_kind, subject_id, request_id, address)
     SELECT uuid_v7(), CASE n % 2 WHEN 0 THEN 'organiser' ELSE 'system' END,
            CASE n % 2 WHEN 0 THEN $2::uuid END, 'person.read', 'person', gen_random_uuid(),
            CASE n % 3 WHEN 0 THEN 'caller-1/"x\\y" é 🙂' || chr(7) END, CASE n % 2 WHEN 0 THEN inet '192.0.2.7' END
       FROM generate_series(1, $1::integer) n`,
    [count, uuidV7()],
  );
const seal = async (most = 1000): Promise<number> =>
  (await app.query<{ sealed: number }>('SELECT seal_audit_events($1) AS sealed', [most])).rows[0]
    ?.sealed ?? Number.NaN;
const verify = (mark?: ChainMark) => verifyAudit(owner.manager, mark);

/** As a superuser who does not mind triggers. */
const tamper = async (statement: string): Promise<void> => {
  await database.sql(`SET session_replication_role = replica`);
  await database.sql(statement);
  await database.sql(`SET session_replication_role = origin`);
};

describe('the chain of the audit trail', () => {
  it('takes every event once, in its order, and is reckoned alike here and in the database', async () => {
    await write(25);
    expect((await verify()).waiting).toMatchObject({ count: 25, isForgotten: false });
    expect([await seal(10), await seal(10), await seal(10), await seal(10)]).toEqual([
      10, 10, 5, 0,
    ]);
    const found = await verify();
    expect(found).toMatchObject({ faults: [], sealed: 25, waiting: { count: 0, since: null } });
    expect(found.end?.position).toBe('25');
    await write(3);
    await seal();
    expect(await verify(found.end)).toMatchObject({ faults: [], sealed: 28 });
  });

  it('has one end, however many seal at once', async () => {
    await write(300);
    const others = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const client = new Client({ connectionString: database.url });
        await client.connect();
        return client;
      }),
    );
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(others.map((client) => client.query('SELECT seal_audit_events(13)')));
    }
    await Promise.all(others.map((client) => client.end()));
    expect(await verify()).toMatchObject({ faults: [], sealed: 300, waiting: { count: 0 } });
  });

  it('takes an event whose transaction ends late after those that were sealed meanwhile', async () => {
    const late = new Client({ connectionString: database.url });
    await late.connect();
    await late.query('BEGIN');
    await late.query(
      `INSERT INTO audit_event (id, actor_kind, action, subject_kind) VALUES ($1, 'system', 'x.y', 'x')`,
      [uuidV7()],
    );
    await write(2);
    expect(await seal()).toBe(2);
    await late.query('COMMIT');
    await late.end();
    expect(await seal()).toBe(1);
    expect(await verify()).toMatchObject({ faults: [], sealed: 3 });
  });

  it.each([
    ['an event is changed', `UPDATE audit_event SET action = 'person.forgotten' WHERE id = $ID`],
    [
      'its address is taken away',
      `UPDATE audit_event SET address = inet '192.0.2.8' WHERE id = $ID`,
    ],
    [
      'its time is moved',
      `UPDATE audit_event SET at = at + interval '1 microsecond' WHERE id = $ID`,
    ],
    ['an event is deleted', 'DELETE FROM audit_event WHERE id = $ID'],
    ['a link is deleted', 'DELETE FROM audit_seal WHERE event_id = $ID'],
    ['a hash is changed', `UPDATE audit_seal SET hash = sha256('x') WHERE event_id = $ID`],
    [
      'event and link are deleted',
      'WITH link AS (DELETE FROM audit_seal WHERE event_id = $ID) DELETE FROM audit_event WHERE id = $ID',
    ],
  ])('does not hold any more where %s, and says at which link', async (_what, statement) => {
    await write(9);
    await seal();
    const [row] = await database.sql<{ id: string }>(
      'SELECT event_id AS id FROM audit_seal WHERE position = 5',
    );
    await tamper(statement.replaceAll('$ID', `'${row?.id}'`));
    const { faults, sealed } = await verify();
    expect(faults[0]).toMatch(/link 5|Link 5/);
    expect(sealed).toBe(4);
  });

  it('is missed by an event that was slipped in past it, or taken off it at its end', async () => {
    await write(4);
    await seal();
    const end = (await verify()).end;
    const stray = uuidV7();
    await tamper(
      `INSERT INTO audit_event (id, actor_kind, action, subject_kind) VALUES ('${stray}', 'system', 'x.y', 'x')`,
    );
    expect((await verify()).faults).toEqual([expect.stringContaining(`past it: ${stray}`)]);
    await tamper('DELETE FROM audit_seal WHERE position = 4');
    await tamper(`DELETE FROM audit_event e WHERE NOT EXISTS (
      SELECT FROM audit_seal s WHERE s.event_id = e.id)`);
    // A chain that ends sooner holds together; who noted its end knows better.
    expect((await verify()).faults).toEqual([]);
    expect((await verify(end)).faults).toEqual([expect.stringMatching(/not on the chain/)]);
  });

  it('is told to be forgotten where no sealer has come for an hour', async () => {
    await write(2);
    await database.turnClock('59 minutes');
    expect(await verify()).toMatchObject({ faults: [], waiting: { count: 2, isForgotten: false } });
    await database.turnClock('61 minutes');
    expect((await verify()).faults).toEqual([
      expect.stringMatching(/^Events have been waiting for the sealer since/),
    ]);
    await seal();
    expect(await verify()).toMatchObject({ faults: [], waiting: { count: 0, isForgotten: false } });
  });

  it('says of a mark nothing where it does not hold itself', async () => {
    await write(3);
    await seal();
    const { end } = await verify();
    await tamper('UPDATE audit_seal SET hash = hash || hash WHERE position = 2');
    expect((await verify(end)).faults).toEqual([expect.stringMatching(/^Link 2 does not fit/)]);
  });

  it('goes on where a restore lets sealed events wait once more', async () => {
    await write(2);
    await seal();
    await tamper('INSERT INTO audit_unsealed (event_id) SELECT event_id FROM audit_seal');
    await write(1);
    expect(await seal()).toBe(1);
    expect(await verify()).toMatchObject({ faults: [], sealed: 3, waiting: { count: 0 } });
  });

  it('cannot be stopped by an event that could not be sealed, nor by a lock', async () => {
    const insert = (
      by: { query: (text: string) => Promise<unknown> },
      column: string,
      value: string,
    ) =>
      by.query(`INSERT INTO audit_event (id, actor_kind, action, subject_kind, ${column})
        VALUES (gen_random_uuid(), 'system', 'x.y', 'x', ${value})`);
    await expect(insert(app, 'request_id', `repeat('x', 129)`)).rejects.toThrow(
      /audit_event_bounded/,
    );
    await expect(insert(owner, 'at', `'infinity'`)).rejects.toThrow(/audit_event_bounded/);
    await insert(app, 'at', `'infinity'`);
    const [stamped] = await database.sql<{ isNow: boolean }>(
      `SELECT abs(extract(epoch FROM at - clock_now())) < 60 AS "isNow" FROM audit_event`,
    );
    expect(stamped).toEqual({ isNow: true });
    await expect(app.query('BEGIN; LOCK TABLE audit_seal IN ACCESS SHARE MODE')).rejects.toThrow(
      /permission denied/,
    );
  });

  it('is followed in the tables themselves, whatever else the owner has made of their names', async () => {
    await write(3);
    await seal();
    await database.sql(`
      CREATE SCHEMA branchline_owner AUTHORIZATION branchline_owner;
      CREATE TABLE branchline_owner.audit_event AS SELECT * FROM public.audit_event;
      ALTER TABLE branchline_owner.audit_event OWNER TO branchline_owner;`);
    await tamper(
      `UPDATE public.audit_event SET action = 'nothing.happened'
        WHERE id = (SELECT event_id FROM audit_seal WHERE position = 2)`,
    );
    expect((await verify()).faults).toEqual([expect.stringMatching(/^Link 2 does not fit/)]);
  });

  it('is not the application’s to write, nor anybody’s to change', async () => {
    await write(1);
    await seal();
    for (const statement of [
      `INSERT INTO audit_seal VALUES (2, gen_random_uuid(), sha256('x'))`,
      'DELETE FROM audit_unsealed',
      'SELECT * FROM audit_seal',
      'SELECT * FROM audit_event',
      'TRUNCATE audit_event CASCADE',
    ]) {
      await expect(app.query(statement), statement).rejects.toThrow(/permission denied/);
    }
    for (const statement of [
      'UPDATE audit_seal SET position = 2',
      'DELETE FROM audit_seal',
      'TRUNCATE audit_seal',
      'TRUNCATE audit_event CASCADE',
      `UPDATE audit_event SET action = 'x'`,
    ]) {
      await expect(database.sql(statement), statement).rejects.toThrow(/append-only/);
    }
  });
});
