import {
  ORGANISER_OF_ALL_ROLE,
  ORGANISER_ROLE,
} from '../../src/platform/database/connection-options.js';
import { Client } from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES } from '../../src/organisers/permissions.js';
import { daysAgo, makeOfficer } from '../factories/intake.js';
import { joinPost } from '../factories/join-post.js';
import { startApplication, TEST_PASSWORD, type TestApplication } from '../support/application.js';

let app: TestApplication;
beforeAll(async () => {
  app = await startApplication({ worker: false });
  // Rows in every table that tells about people, those of a pair to review included.
  const known = { givenName: 'Kim', email: 'kim@example.org' };
  for (const post of [joinPost(known), joinPost({ ...known, givenName: 'Alex' })]) {
    await request(app.url).post('/v1/join').send(post).expect(201);
  }
  await request(app.url)
    .post('/v1/admin/sessions')
    .send({ email: 'wales@example.org', password: TEST_PASSWORD })
    .expect(201);
  const officer = await makeOfficer(app, 'cardiff');
  const batch = await officer.post('/join-submission-batches', {
    name: 'Stall',
    channel: 'stall_card',
    conversationOn: daysAgo(1),
  });
  await officer.take({ batchId: (batch.body as { id: string }).id });
  await app.database.sql(
    `INSERT INTO follow_up_event (id, follow_up_id, action, actor_kind, unit_id)
     SELECT gen_random_uuid(), id, 'opened', 'duty_link', unit_id FROM follow_up LIMIT 1`,
  );
  await app.database.sql(
    `INSERT INTO organiser_invitation (id, email, name, role, unit_id, invited_by, expires_at)
     SELECT gen_random_uuid(), 'new@example.org', '', 'reader', u.id, o.id, clock_now()
       FROM unit u, organiser o WHERE u.kind = 'national' AND o.email = 'national@example.org'`,
  );
  await app.database.sql(
    `INSERT INTO post_cover (id, post_id, organiser_id, valid_from, valid_until)
     SELECT gen_random_uuid(), id, holder_id, clock_now(), clock_now() + interval '1 day'
       FROM post WHERE holder_id IS NOT NULL LIMIT 1`,
  );
  await app.database.sql(
    `WITH account AS (SELECT id FROM organiser LIMIT 1
     ), factor AS (
       INSERT INTO organiser_second_factor (organiser_id) SELECT id FROM account
     ), code AS (
       INSERT INTO organiser_recovery_code (organiser_id, code_hash) SELECT id, '' FROM account
     ), identity AS (
       INSERT INTO organiser_openid_identity (issuer, subject, organiser_id)
       SELECT '', '', id FROM account
     )
     INSERT INTO openid_sign_in (attempt, code_hash, challenge, organiser_id, second_factor,
                                 expires_at, forget_at)
     SELECT '', '', '', id, false, clock_now(), clock_now() FROM account`,
  );
  await app.database.sql(
    `INSERT INTO api_key (id, name, prefix, secret_hash, scopes, unit_id, expires_at)
     SELECT gen_random_uuid(), 'A key', 'blk_', '\\x00', '{people.read}', id, 'infinity'
       FROM unit WHERE kind = 'national'`,
  );
  await app.database.sql(
    `INSERT INTO form (id, slug, name, unit_id)
     SELECT gen_random_uuid(), 'a-form', 'A form', id FROM unit WHERE kind = 'national'`,
  );
  await app.database.sql(
    `WITH run AS (
       INSERT INTO allocation_run (id, kind, basis, directory_version, dataset_version)
       VALUES (gen_random_uuid(), 'dry_run', '', 1, '') RETURNING id
     ), moved AS (
       SELECT run.id AS run, p.id AS person, p.unit_id, u.parent_id
         FROM run, person p JOIN unit u ON u.id = p.unit_id WHERE u.parent_id IS NOT NULL LIMIT 1
     ), pair AS (
       INSERT INTO allocation_run_move (run_id, from_unit_id, to_unit_id, people)
       SELECT run, unit_id, parent_id, 1 FROM moved
     )
     INSERT INTO allocation_run_person (run_id, person_id, from_unit_id, to_unit_id, explanation)
     SELECT run, person, unit_id, parent_id, '' FROM moved`,
  );
});
afterAll(() => app.close());

/** Tables that row-level security leaves alone, each with the reason why it may. */
const NOT_ABOUT_PEOPLE: Readonly<Record<string, string>> = {
  outbox: 'holds job names and ids; no role but the application’s may read it',
  rate_limit: 'holds counters under keyed hashes; no role but the application’s may read it',
  directory_version: 'one number',
  form_directory_version: 'one number',
  spent_challenge: 'hashes of challenges; no role but the application’s may read it',
  audit_seal: 'ids and hashes; no role that signs in may read it',
  audit_unsealed: 'ids; no role that signs in may read it',
  postcode_dataset: 'public figures about places',
  postcode_dataset_chunk: 'public figures about places',
  current_postcode_dataset: 'public figures about places',
  migrations: 'names of migrations',
  typeorm_metadata: 'the generated columns of our tables',
};

/** Tables whose policy shows every organiser all rows: the directory, which is public. */
const PUBLIC = ['coverage_rule', 'unit'];

/** What the application's login may do, beside its policies; nothing may be here by accident. */
const APPLICATION_COMMANDS: Readonly<Record<string, string>> = {
  allocation: 'INSERT SELECT UPDATE',
  allocation_run: 'DELETE INSERT SELECT UPDATE',
  allocation_run_move: 'DELETE INSERT SELECT UPDATE',
  allocation_run_person: 'DELETE INSERT SELECT UPDATE',
  api_key: 'SELECT',
  audit_event: 'INSERT',
  consent_event: 'INSERT SELECT',
  contact_point: 'INSERT SELECT UPDATE',
  coverage_rule: 'SELECT',
  current_postcode_dataset: 'SELECT',
  directory_version: 'SELECT',
  duplicate_candidate: 'INSERT SELECT',
  follow_up: 'INSERT SELECT UPDATE',
  follow_up_event: 'INSERT SELECT',
  form: 'SELECT',
  form_directory_version: 'SELECT',
  idempotency_key: 'DELETE INSERT SELECT UPDATE',
  join_batch: 'SELECT',
  join_intake: 'INSERT SELECT',
  join_submission: 'INSERT SELECT',
  join_submission_handling: 'INSERT SELECT UPDATE',
  message: 'DELETE INSERT SELECT UPDATE',
  migrations: 'SELECT',
  openid_sign_in: 'DELETE INSERT SELECT UPDATE',
  organiser: 'SELECT',
  organiser_grant: 'SELECT',
  organiser_invitation: 'DELETE SELECT',
  organiser_openid_identity: 'INSERT SELECT',
  organiser_recovery_code: 'DELETE INSERT SELECT UPDATE',
  organiser_second_factor: 'DELETE INSERT SELECT UPDATE',
  organiser_session: 'INSERT SELECT UPDATE',
  outbox: 'DELETE INSERT SELECT UPDATE',
  person: 'INSERT SELECT UPDATE',
  post: 'SELECT',
  post_cover: 'SELECT',
  postcode_dataset: 'SELECT',
  postcode_dataset_chunk: 'SELECT',
  rate_limit: 'DELETE INSERT SELECT UPDATE',
  spent_challenge: 'DELETE INSERT SELECT',
  typeorm_metadata: 'SELECT',
  unit: 'SELECT',
};

const NO_ID = '018f0000-0000-7000-8000-000000000000';
const ALL_RIGHTS = {
  'branchline.roles': ROLES.join(','),
  'branchline.reading': 'on',
  'branchline.scope': 'people.read',
};
/** Settings by which a transaction names nobody: no organiser and no key, or one that is none. */
const NOBODY: readonly Readonly<Record<string, string>>[] = [
  {},
  ALL_RIGHTS,
  { ...ALL_RIGHTS, 'branchline.organiser_id': '', 'branchline.api_key_id': '' },
  { ...ALL_RIGHTS, 'branchline.organiser_id': NO_ID },
  { ...ALL_RIGHTS, 'branchline.api_key_id': NO_ID },
];

const tables = () =>
  app.database.sql<{ name: string; enabled: boolean; forced: boolean }>(
    `SELECT relname AS name, relrowsecurity AS enabled, relforcerowsecurity AS forced
       FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
      ORDER BY relname`,
  );

/** Runs statements as the organiser role, in a transaction that is undone. */
async function asOrganiserRole<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: app.database.url });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query('SET LOCAL ROLE branchline_organiser');
    return await work(client);
  } finally {
    await client.end();
  }
}

describe('row-level security', () => {
  it('is forced on every table, but for those that tell nothing about people', async () => {
    const open = (await tables()).filter(({ enabled, forced }) => !enabled || !forced);
    expect(open.map(({ name }) => name).sort()).toEqual(Object.keys(NOT_ABOUT_PEOPLE).sort());
  });

  it('has a policy of the application on each of its tables, and none for everybody', async () => {
    const policies = await app.database.sql<{ name: string; roles: string }>(
      `SELECT tablename AS name, array_to_string(roles, ' ') AS roles FROM pg_policies
        WHERE schemaname = 'public'`,
    );
    expect(policies.filter(({ roles }) => /public/.test(roles))).toEqual([]);
    const guarded = (await tables()).filter(({ forced }) => forced).map(({ name }) => name);
    for (const table of guarded) {
      const roles = policies.filter(({ name }) => name === table).map((policy) => policy.roles);
      expect(roles, table).toContain('branchline_app');
    }
  });

  it('shows the organiser role no row of any table while nobody is named', async () => {
    const guarded = (await tables()).filter(({ name, forced }) => forced && !PUBLIC.includes(name));
    const denied: string[] = [];
    for (const { name } of guarded) {
      const [stored] = await app.database.sql<{ n: number }>(
        `SELECT count(*)::integer AS n FROM ${name}`,
      );
      expect(stored?.n, `the test has to put rows into ${name}`).toBeGreaterThan(0);
      for (const settings of NOBODY) {
        const seen = await asOrganiserRole(async (client) => {
          for (const setting of Object.entries(settings)) {
            await client.query('SELECT set_config($1, $2, true)', setting);
          }
          const { rows } = await client.query<{ n: number }>(
            `SELECT count(*)::integer AS n FROM ${name}`,
          );
          return rows[0]?.n;
        }).catch((error: Error) => error.message);
        if (seen !== 0) {
          expect(seen).toMatch(/permission denied/);
          denied.push(name);
        }
      }
    }
    // Those that no organiser's request reads at all.
    expect([...new Set(denied)]).toEqual([
      'openid_sign_in',
      'organiser_openid_identity',
      'organiser_recovery_code',
      'organiser_second_factor',
      'organiser_session',
    ]);
  });

  it('lets an organiser write what is listed here, and nothing else', async () => {
    // Grants of columns are in none of the views of tables.
    const grants = await app.database.sql<{ grant: string }>(
      `SELECT DISTINCT table_name || ' ' || privilege_type AS "grant"
         FROM (SELECT table_name, privilege_type, grantee, table_schema
                 FROM information_schema.role_table_grants
                UNION SELECT table_name, privilege_type, grantee, table_schema
                 FROM information_schema.column_privileges) granted
        WHERE grantee = 'branchline_organiser' AND table_schema = 'public'
          AND privilege_type <> 'SELECT' ORDER BY 1`,
    );
    expect(grants.map(({ grant }) => grant)).toEqual([
      'api_key INSERT',
      'api_key UPDATE',
      'audit_event INSERT',
      'coverage_rule DELETE',
      'coverage_rule INSERT',
      'follow_up UPDATE',
      'follow_up_event INSERT',
      'form INSERT',
      'form UPDATE',
      'idempotency_key INSERT',
      'idempotency_key UPDATE',
      'join_batch INSERT',
      'join_batch UPDATE',
      'join_submission_handling UPDATE',
      'organiser UPDATE',
      'organiser_grant INSERT',
      'organiser_grant UPDATE',
      'organiser_invitation INSERT',
      'organiser_invitation UPDATE',
      'post INSERT',
      'post UPDATE',
      'post_cover INSERT',
      'post_cover UPDATE',
      'unit INSERT',
      'unit UPDATE',
    ]);
  });

  it.each([
    ['the hash of a key', 'SELECT secret_hash FROM api_key'],
    ['the hash of a key before', 'SELECT previous_hash FROM api_key'],
    ['what was typed, hashed', 'SELECT input_hash FROM join_intake'],
    ['a second factor', 'SELECT secret FROM organiser_second_factor'],
    ['a recovery code', 'SELECT code_hash FROM organiser_recovery_code'],
    ['an identity', 'SELECT subject FROM organiser_openid_identity'],
    ['a sign-in on its way', 'SELECT code_hash FROM openid_sign_in'],
  ])('keeps %s out of an organiser’s sight', async (_what, statement) => {
    await expect(asOrganiserRole((client) => client.query(statement))).rejects.toThrow(
      /permission denied/,
    );
  });

  it.each([
    `UPDATE api_key SET secret_hash = '\\x01'`,
    'UPDATE api_key SET previous_until = NULL',
    `UPDATE api_key SET scopes = '{people.read}'`,
    'UPDATE api_key SET unit_id = NULL',
    `UPDATE api_key SET expires_at = 'infinity'`,
    'DELETE FROM api_key',
    'UPDATE form SET unit_id = NULL',
    `UPDATE form SET slug = 'x'`,
    'DELETE FROM form',
    `UPDATE organiser_grant SET role = 'national_administrator'`,
    'UPDATE organiser_grant SET unit_id = NULL',
    'UPDATE organiser_grant SET organiser_id = NULL',
    'UPDATE organiser_grant SET cover_id = NULL',
    'DELETE FROM organiser_grant',
    `UPDATE organiser_invitation SET role = 'national_administrator'`,
    'UPDATE organiser_invitation SET unit_id = NULL',
    `UPDATE organiser_invitation SET email = 'x@example.org'`,
    'UPDATE organiser_invitation SET accepted_at = clock_now()',
    'DELETE FROM organiser_invitation',
    'UPDATE post_cover SET organiser_id = NULL',
    'UPDATE post_cover SET post_id = NULL',
    'DELETE FROM post_cover',
    'UPDATE join_batch SET unit_id = NULL',
    'UPDATE join_batch SET created_by = NULL',
    'DELETE FROM join_batch',
    'UPDATE join_intake SET card = NULL',
    'INSERT INTO join_intake (submission_id) VALUES (NULL)',
    'DELETE FROM organiser_second_factor',
    'UPDATE organiser SET password_hash = NULL',
    'SELECT accept_invitation(NULL, NULL, NULL)',
    'SELECT give_role(NULL, NULL, NULL, NULL, NULL)',
    'SELECT fill_office(NULL, NULL, NULL)',
    'SELECT * FROM my_holdings()',
  ])('lets no organiser: %s', async (statement) => {
    await expect(asOrganiserRole((client) => client.query(statement))).rejects.toThrow(
      /permission denied/,
    );
  });
});

it('every function that asks who changes a row knows each role of an organiser', async () => {
  const asking = await app.database.sql<{ name: string; source: string }>(
    `SELECT proname AS name, prosrc AS source FROM pg_proc
      WHERE pronamespace = 'public'::regnamespace AND prosrc LIKE '%current_user%'`,
  );
  expect(asking.map(({ name }) => name)).toContain('guard_grant');
  for (const { name, source } of asking) {
    for (const role of [ORGANISER_ROLE, ORGANISER_OF_ALL_ROLE]) {
      expect(source, name).toContain(`'${role}'`);
    }
  }
});

describe('the application’s login', () => {
  it('has exactly the commands that it is granted', async () => {
    const grants = await app.database.sql<{ name: string; commands: string }>(
      `SELECT table_name AS name, string_agg(privilege_type, ' ' ORDER BY privilege_type) AS commands
         FROM information_schema.role_table_grants
        WHERE grantee = 'branchline_app' AND table_schema = 'public' GROUP BY 1`,
    );
    expect(Object.fromEntries(grants.map(({ name, commands }) => [name, commands]))).toEqual(
      APPLICATION_COMMANDS,
    );
  });

  it('may change single columns of tables that it does not write, those that are listed here', async () => {
    const columns = await app.database.sql<{ column: string }>(
      `SELECT c.table_name || '.' || c.column_name || ' ' || c.privilege_type AS "column"
         FROM information_schema.column_privileges c
        WHERE c.grantee = 'branchline_app' AND c.table_schema = 'public'
          AND c.privilege_type <> 'SELECT'
          -- A right to a whole table is one to each of its columns, too.
          AND NOT EXISTS (SELECT FROM information_schema.role_table_grants g
                           WHERE g.grantee = c.grantee AND g.table_schema = c.table_schema
                             AND g.table_name = c.table_name AND g.privilege_type = c.privilege_type)
        ORDER BY 1`,
    );
    expect(columns.map(({ column }) => column)).toEqual([
      'api_key.last_used_at UPDATE',
      'organiser.password_hash UPDATE',
      // The worker keeps the time of reading after a grant's end as the setting says.
      'organiser_grant.read_only_until UPDATE',
      // For the lock of what is deleted, which needs a right to change.
      'organiser_invitation.withdrawn_at UPDATE',
    ]);
  });

  it('never shows an organiser the hash of a password, their own neither', async () => {
    const [may] = await app.database.sql(
      `SELECT has_column_privilege('branchline_organiser', 'organiser', 'password_hash', 'SELECT') AS reads,
              has_column_privilege('branchline_organiser', 'organiser', 'name', 'UPDATE') AS renames,
              has_column_privilege('branchline_organiser', 'organiser', 'disabled_at', 'UPDATE') AS closes`,
    );
    expect(may).toEqual({ reads: false, renames: true, closes: false });
  });

  it('deletes no message but requests for a new password that are of yesterday', async () => {
    const client = new Client({ connectionString: app.database.url });
    await client.connect();
    try {
      await client.query('BEGIN');
      await client.query(
        `INSERT INTO message (id, business_key, kind, channel, state, message_id_header, created_at)
         SELECT gen_random_uuid(), kind || age, kind, 'email', 'cancelled', '<x>', clock_now() - age
           FROM unnest(ARRAY['organiser_password_reset', 'organiser_security_notice']) kind,
                unnest(ARRAY[interval '1 hour', interval '2 days']) age`,
      );
      const { rows } = await client.query('DELETE FROM message RETURNING business_key AS key');
      expect(rows).toEqual([{ key: 'organiser_password_reset2 days' }]);
    } finally {
      await client.end();
    }
  });

  it('is bound: no superuser, no way round policies, no schema or table of its own', async () => {
    const [role] = await app.database.sql(
      `SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolinherit,
              has_schema_privilege('branchline_app', 'public', 'CREATE') AS creates,
              pg_has_role('branchline_app', 'branchline_owner', 'MEMBER') AS owns
         FROM pg_roles WHERE rolname = 'branchline_app'`,
    );
    expect(role).toEqual({
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolinherit: false,
      creates: false,
      owns: false,
    });
  });

  it.each([
    'DELETE FROM person',
    'DELETE FROM join_submission',
    `UPDATE join_submission SET email = 'x'`,
    `UPDATE consent_event SET decision = 'granted'`,
    'SELECT * FROM audit_event',
    'DELETE FROM audit_event',
    `UPDATE unit SET name = 'x'`,
    `INSERT INTO organiser_grant (id) VALUES (gen_random_uuid())`,
    `INSERT INTO organiser (id) VALUES (gen_random_uuid())`,
    'UPDATE organiser SET disabled_at = NULL',
    `SELECT give_role(NULL, NULL, NULL, NULL, NULL)`,
    `SELECT fill_office(NULL, NULL, NULL)`,
    `SELECT close_account(NULL, NULL)`,
    `INSERT INTO organiser_invitation (id) VALUES (gen_random_uuid())`,
    'UPDATE organiser_grant SET valid_until = NULL',
    'DELETE FROM organiser_grant',
    `UPDATE organiser_invitation SET role = 'reader'`,
    'UPDATE organiser_openid_identity SET organiser_id = NULL',
    'DELETE FROM organiser_openid_identity',
    `INSERT INTO post_cover (id) VALUES (gen_random_uuid())`,
    'UPDATE post_cover SET valid_until = clock_now()',
    `INSERT INTO form (id) VALUES (gen_random_uuid())`,
    'UPDATE form SET unit_id = NULL',
    `INSERT INTO api_key (id) VALUES (gen_random_uuid())`,
    'UPDATE api_key SET revoked_at = NULL',
    `UPDATE api_key SET scopes = '{people.read}'`,
    'SELECT rotate_api_key(NULL, NULL, NULL, NULL)',
    `INSERT INTO join_batch (id) VALUES (gen_random_uuid())`,
    'UPDATE join_batch SET unit_id = NULL',
    'UPDATE join_intake SET card = NULL',
    'DELETE FROM join_intake',
    'TRUNCATE person',
    'ALTER TABLE person DISABLE ROW LEVEL SECURITY',
    'DROP POLICY application ON person',
    'SET ROLE branchline_owner',
  ])('may not: %s', async (statement) => {
    const client = new Client({ connectionString: app.database.url });
    await client.connect();
    try {
      await expect(client.query(statement)).rejects.toThrow(/permission denied|must be owner/);
    } finally {
      await client.end();
    }
  });

  it('is what the process serves as; with a login that nothing binds it refuses to start', async () => {
    await expect(
      startApplication({
        worker: false,
        settings: { DATABASE_URL: app.database.ownerUrl, DATABASE_PGBOUNCER: 'true' },
      }),
    ).rejects.toThrow(/not bound by row-level security/);
  });
});

describe('the clock', () => {
  const CLOCKS = String.raw`\m(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(|\m(current_timestamp|current_date|current_time|localtime|localtimestamp)\M|'(now|today|tomorrow|yesterday)'`;

  it('of every function of ours is clock_now() alone', async () => {
    const others = await app.database.sql(
      `SELECT p.proname AS name FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.prokind IN ('f', 'p')
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
          AND regexp_replace(pg_get_functiondef(p.oid), '--[^\n]*', '', 'g') ~* $1`,
      [CLOCKS],
    );
    expect(others).toEqual([{ name: 'clock_now' }]);
  });

  it('of every default, constraint, index and policy of ours is clock_now() alone', async () => {
    const expressions = await app.database.sql<{ whose: string; text: string }>(
      `SELECT adrelid::regclass::text AS whose, pg_get_expr(adbin, adrelid) AS text
         FROM pg_attrdef JOIN pg_class c ON c.oid = adrelid
        WHERE c.relnamespace = 'public'::regnamespace
       UNION ALL
       SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
       UNION ALL
       SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
       UNION ALL
       SELECT policyname, coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies
        WHERE schemaname = 'public'`,
    );
    expect(expressions.filter(({ text }) => text.includes('clock_now()')).length).toBeGreaterThan(
      10,
    );
    const found = await app.database.sql(
      `SELECT text FROM unnest($1::text[]) AS text WHERE text ~* $2`,
      [expressions.map(({ text }) => text), CLOCKS],
    );
    expect(found).toEqual([]);
  });
});

it('every function that runs with its owner’s rights has its search path pinned', async () => {
  const loose = await app.database.sql(
    `SELECT p.proname FROM pg_proc p
      WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
        AND NOT coalesce(p.proconfig::text, '') LIKE '%search_path=public, pg_temp%'`,
  );
  expect(loose).toEqual([]);
});
