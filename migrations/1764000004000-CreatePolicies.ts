import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who may touch which row.
 *
 * - branchline_app is the application's login: public intake, workers, sign-in. It is granted the
 *   commands it needs and no more, and has a policy of its own on every table.
 * - branchline_organiser is what an admin request becomes (SET LOCAL ROLE) for the length of its
 *   transaction. It sees rows of the units that the organiser in `branchline.organiser_id` holds a
 *   grant for, downwards. Without that setting it sees nothing.
 * - branchline_owner migrates. Row-level security is forced, so it is bound by policies too.
 */
export class CreatePolicies1764000004000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION my_organiser_id() RETURNS uuid
        LANGUAGE sql STABLE PARALLEL SAFE
        RETURN nullif(current_setting('branchline.organiser_id', true), '')::uuid;

      -- The units the organiser of this transaction may see: those of their grants and all below.
      -- Only grants in the roles of \`branchline.roles\` count, those that carry the permission in
      -- question: otherwise a narrow right over the country would widen a wide one over a branch.
      -- SECURITY DEFINER, because organisers may not read grants; policies wrap it as
      -- (SELECT my_units()) so that it runs once a statement.
      CREATE FUNCTION my_units() RETURNS uuid[]
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          WITH RECURSIVE held AS (
            SELECT g.unit_id AS id
              FROM organiser_grant g
              JOIN organiser o ON o.id = g.organiser_id AND o.disabled_at IS NULL
             WHERE g.organiser_id = my_organiser_id()
               AND g.role = ANY (string_to_array(current_setting('branchline.roles', true), ','))
               AND g.valid_from <= clock_now()
               AND (g.valid_until IS NULL OR g.valid_until > clock_now())
            UNION
            SELECT u.id FROM unit u JOIN held ON u.parent_id = held.id
          )
          SELECT coalesce(array_agg(id), '{}') FROM held
        $$;
      REVOKE ALL ON FUNCTION my_units() FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION my_units() TO branchline_organiser, branchline_app;

      CREATE UNLOGGED TABLE rate_limit (
        key varchar(255) NOT NULL,
        points integer NOT NULL DEFAULT 0,
        expire bigint,
        CONSTRAINT rate_limit_pk PRIMARY KEY (key)
      );
      COMMENT ON TABLE rate_limit IS
        'Counters of the rate limiter, under hashed keys. Unlogged: a crash forgets them.';
      CREATE INDEX rate_limit_expire ON rate_limit (expire);
    `);

    // The commands that the application's login may use on each table, and nothing beyond.
    const application: Record<string, string> = {
      outbox: 'SELECT, INSERT, UPDATE, DELETE',
      idempotency_key: 'SELECT, INSERT, UPDATE, DELETE',
      rate_limit: 'SELECT, INSERT, UPDATE, DELETE',
      audit_event: 'INSERT',
      directory_version: 'SELECT',
      // Kept by the migrations themselves; a running build may compare it with what it expects.
      migrations: 'SELECT',
      typeorm_metadata: 'SELECT',
      unit: 'SELECT',
      coverage_rule: 'SELECT',
      post: 'SELECT',
      organiser: 'SELECT',
      organiser_session: 'SELECT, INSERT, UPDATE',
      organiser_grant: 'SELECT',
      person: 'SELECT, INSERT, UPDATE',
      contact_point: 'SELECT, INSERT, UPDATE',
      allocation: 'SELECT, INSERT, UPDATE',
      consent_event: 'SELECT, INSERT',
      duplicate_candidate: 'SELECT, INSERT',
      join_submission: 'SELECT, INSERT',
      join_submission_handling: 'SELECT, INSERT, UPDATE',
      follow_up: 'SELECT, INSERT, UPDATE',
      follow_up_event: 'SELECT, INSERT',
      message: 'SELECT, INSERT, UPDATE',
    };
    for (const [table, commands] of Object.entries(application)) {
      await runner.query(`GRANT ${commands} ON ${table} TO branchline_app`);
    }

    // What an organiser may do, and which rows their policy lets through.
    // Written as scalar subqueries: an EXISTS would be hashed over the whole table behind it.
    const asksPerson = (column: string) => `(SELECT true FROM person p WHERE p.id = ${column})`;
    const asksFollowUp = '(SELECT true FROM follow_up f WHERE f.id = follow_up_id)';
    const asksSubmission = (column: string) =>
      `(SELECT true FROM join_submission_handling h WHERE h.submission_id = ${column})`;
    const inMyUnits = 'unit_id = ANY ((SELECT my_units())::uuid[])';
    const organiser: Record<string, { commands: string; rows: string }> = {
      person: { commands: 'SELECT', rows: inMyUnits },
      contact_point: { commands: 'SELECT', rows: asksPerson('person_id') },
      allocation: { commands: 'SELECT', rows: asksPerson('person_id') },
      consent_event: { commands: 'SELECT', rows: asksPerson('person_id') },
      duplicate_candidate: {
        commands: 'SELECT',
        rows: `${asksPerson('person_id')} AND ${asksPerson('other_person_id')}`,
      },
      join_submission: {
        commands: 'SELECT',
        rows: asksSubmission('join_submission.id'),
      },
      join_submission_handling: { commands: 'SELECT, UPDATE', rows: inMyUnits },
      follow_up: { commands: 'SELECT, UPDATE', rows: inMyUnits },
      follow_up_event: { commands: 'SELECT, INSERT', rows: asksFollowUp },
      message: {
        commands:
          'SELECT (id, kind, channel, submission_id, follow_up_id, state, created_at, sent_at)',
        rows: `coalesce(${asksSubmission('message.submission_id')}, ${asksFollowUp})`,
      },
      organiser: { commands: 'SELECT (id, email, name)', rows: 'id = (SELECT my_organiser_id())' },
      organiser_grant: { commands: 'SELECT', rows: 'organiser_id = (SELECT my_organiser_id())' },
      audit_event: { commands: 'INSERT', rows: 'actor_id = (SELECT my_organiser_id())' },
    };
    for (const [table, { commands, rows }] of Object.entries(organiser)) {
      await runner.query(`
        GRANT ${commands} ON ${table} TO branchline_organiser;
        CREATE POLICY organiser ON ${table} TO branchline_organiser
          USING (${rows}) WITH CHECK (${rows});
      `);
    }
    await runner.query(
      'GRANT SELECT ON unit, coverage_rule, post, directory_version TO branchline_organiser',
    );

    const aboutPeople = [...Object.keys(organiser), 'organiser_session', 'idempotency_key'];
    for (const table of aboutPeople) {
      await runner.query(`
        ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE ${table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY application ON ${table} TO branchline_app USING (true) WITH CHECK (true);
      `);
    }
    // The owner is bound too: my_units() reads accounts and grants as the owner, and an operator's
    // commands make them. Nothing about members, not even to migrate it, without a policy that says so.
    await runner.query(`
      CREATE POLICY owner ON organiser TO branchline_owner USING (true) WITH CHECK (true);
      CREATE POLICY owner ON organiser_grant TO branchline_owner USING (true) WITH CHECK (true);
      CREATE POLICY owner ON organiser_session TO branchline_owner USING (true) WITH CHECK (true);
      CREATE POLICY owner ON audit_event FOR INSERT TO branchline_owner WITH CHECK (true);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DO $$
      DECLARE item record;
      BEGIN
        FOR item IN SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public' LOOP
          EXECUTE format('DROP POLICY %I ON %I', item.policyname, item.tablename);
        END LOOP;
        FOR item IN SELECT relname FROM pg_class
                     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relrowsecurity LOOP
          EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY', item.relname);
          EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', item.relname);
        END LOOP;
      END
      $$;
      REVOKE ALL ON ALL TABLES IN SCHEMA public FROM branchline_app, branchline_organiser;
      DROP TABLE rate_limit;
      DROP FUNCTION my_units();
      DROP FUNCTION my_organiser_id();
    `);
  }
}
