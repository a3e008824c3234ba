import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, createTestDatabase } from '../support/test-database.js';
import { faultsIn, prepareChecks } from './check-world.js';
import { READ_TABLES, UNREAD_TABLES } from './model.js';
import { type World, worlds } from './world.js';

/** A fixed seed, so that two runs ask the same; `npm run soak -- rights` takes others, and more. */
const SEED = 20261125;
const WORLDS = 60;

let database: TestDatabase;
let connection: Client;
beforeAll(async () => {
  database = await createTestDatabase();
  connection = new Client({ connectionString: database.ownerUrl });
  await connection.connect();
  await prepareChecks(connection);
});
afterAll(async () => {
  await connection.end();
  await database.drop();
});

const agrees = async (world: World) => {
  expect((await faultsIn(connection, world)).faults).toEqual([]);
};

describe('what PostgreSQL lets an organiser see and change', () => {
  it(`is what the model says, in ${WORLDS} random worlds`, { timeout: 120_000 }, async () => {
    await fc.assert(fc.asyncProperty(worlds, agrees), { seed: SEED, numRuns: WORLDS });
  });

  it('is asked of every table under row-level security', async () => {
    const guarded = await database.sql<{ name: string; read: boolean }>(
      `SELECT relname AS name, has_any_column_privilege('branchline_organiser', oid, 'SELECT') AS read
         FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relrowsecurity
        ORDER BY relname`,
    );
    const named = (read: boolean) =>
      guarded.filter((table) => table.read === read).map(({ name }) => name);
    expect(named(true)).toEqual([...READ_TABLES].sort());
    expect(named(false)).toEqual(Object.keys(UNREAD_TABLES).sort());
  });
});

describe('the model', () => {
  const unitsOf = (column: string) => `${column} = ANY ((SELECT my_units())::uuid[])`;
  const inHoldings = (words: string, others: string) =>
    `UPDATE pg_proc SET prosrc = replace(prosrc, '${words}', '${others}')
      WHERE proname = 'my_holdings'`;
  const SABOTAGES = {
    'a policy that shows everything': 'ALTER POLICY organiser ON person USING (true)',
    'a policy that shows people to a treasurer': `ALTER POLICY organiser ON person USING (${unitsOf('unit_id')})`,
    'a policy that shows a pair to whoever sees one of them': `ALTER POLICY organiser ON duplicate_candidate
       USING ((SELECT true FROM person p WHERE p.id = person_id))`,
    'a policy that takes any grant for the country': `ALTER POLICY organiser_of_all ON person
       USING ((SELECT cardinality(my_units()) > 0))`,
    'a policy that shows too little': 'ALTER POLICY organiser ON follow_up_event USING (false)',
    'a role that may change what it only reads': `ALTER POLICY organiser ON follow_up WITH CHECK (${unitsOf('unit_id')})`,
    'accounts that are never closed': inHoldings('AND o.disabled_at IS NULL', ''),
    'grants that never end': inHoldings('g.valid_until IS NULL OR', 'true OR'),
    'grants that hold before they begin': inHoldings('AND g.valid_from <= clock_now()', ''),
    'a grace that lets its holder write': inHoldings(
      "current_setting(''branchline.reading'', true) = ''on''",
      'true',
    ),
    'keys that never end': inHoldings(
      'AND k.revoked_at IS NULL AND k.expires_at > clock_now()',
      '',
    ),
    'keys that serve for what they were not made': inHoldings(
      "AND current_setting(''branchline.scope'', true) = ANY (k.scopes)",
      '',
    ),
    'keys for units that tell of people': inHoldings(
      "WHEN ''units.read'' THEN ''api_key''",
      "WHEN ''units.read'' THEN ''api_key_of_people''",
    ),
    'a policy that shows grants above one’s own':
      'ALTER POLICY organiser_reads ON organiser_grant USING (true)',
    'a policy that shows the invitations of others':
      'ALTER POLICY organiser ON organiser_invitation USING (true)',
    'a policy that shows keys to whoever reads units': `ALTER POLICY organiser_reads ON api_key USING (${unitsOf('unit_id')})`,
    'a role that may change a form that it only reads': `ALTER POLICY organiser_changes ON form USING (${unitsOf('unit_id')}) WITH CHECK (true)`,
  };

  /** What is found in a database whose lock has been tampered with. */
  async function searched(sabotage: string, endOnFailure: boolean) {
    const scratch = await createTestDatabase();
    const owner = new Client({ connectionString: scratch.ownerUrl });
    await owner.connect();
    try {
      const changed = await owner.query(sabotage);
      expect(changed.rowCount ?? 1, 'the sabotage finds what it is to change').toBe(1);
      await prepareChecks(owner);
      const noFaults = fc.asyncProperty(
        worlds,
        async (world) => (await faultsIn(owner, world)).faults.length === 0,
      );
      return await fc.check(noFaults, { seed: SEED, numRuns: 10 * WORLDS, endOnFailure });
    } finally {
      await owner.end();
      await scratch.drop();
    }
  }

  it.each(Object.entries(SABOTAGES))('notices %s', { timeout: 90_000 }, async (_what, sabotage) => {
    expect((await searched(sabotage, true)).failed).toBe(true);
  });

  it('tells of a world that somebody can read', { timeout: 120_000 }, async () => {
    const { counterexample } = await searched(SABOTAGES['a policy that shows everything'], false);
    const [world] = counterexample ?? [];
    expect(world).toMatchObject({ organisers: [{}], grants: [], people: [{}], submissions: [] });
  });
});
