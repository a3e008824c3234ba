import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The roles that carry `people.read`, `join_submissions.read` and `follow_ups.read`, and keys for them. */
const READ_PEOPLE =
  '{national_administrator,regional_organiser,branch_secretary,campaign_lead,data_protection_officer,reader,api_key_of_people}';
/** Those that carry `join_submissions.write` and `follow_ups.write`. */
const WORK_WITH_PEOPLE = '{national_administrator,regional_organiser,branch_secretary}';
/** Those that carry `allocation_runs.read`. */
const READ_RUNS = '{national_administrator,regional_organiser}';

/**
 * The policies ask for roles that may read about people, whatever roles the application names: a
 * treasurer's grant shows no person. And what a request writes is committed only while the session,
 * the account and the grants that it began with still stand.
 */
export class HoldRightsUntilCommit1764000016000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SET LOCAL lock_timeout = '10s';

      -- Whether a request may still commit: 'stand', or what was taken from it meanwhile ('session'
      -- or 'grants'). The rows are locked until the commit, so that whoever takes a right away either
      -- is waited for here, or waits until the commit is through. In the order in which accounts are
      -- changed: first the account, then sessions and grants. What this transaction has taken away
      -- itself (somebody signs out) does not hinder it, and whoever has written nothing takes no lock.
      CREATE FUNCTION rights_stand(wanted_session uuid, wanted_grants jsonb) RETURNS text
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
        DECLARE
          own xid := pg_current_xact_id_if_assigned()::xid;
          held bigint;
        BEGIN
          IF own IS NULL THEN
            RETURN 'stand';
          END IF;
          PERFORM FROM organiser o
            WHERE o.id = (SELECT s.organiser_id FROM organiser_session s WHERE s.id = wanted_session)
              AND (o.disabled_at IS NULL OR o.xmin = own)
            FOR SHARE;
          IF NOT FOUND THEN
            RETURN 'session';
          END IF;
          PERFORM FROM organiser_session s
            WHERE s.id = wanted_session AND (s.revoked_at IS NULL OR s.xmin = own)
            FOR SHARE;
          IF NOT FOUND THEN
            RETURN 'session';
          END IF;
          -- A grant that ends by the clock, as it always was to, hinders no request that began before.
          SELECT count(*) INTO held FROM (
            SELECT FROM organiser_grant g
              JOIN jsonb_to_recordset(wanted_grants)
                AS began (id uuid, role text, "unitId" uuid, until timestamptz) ON began.id = g.id
             WHERE g.xmin = own
                OR (g.role = began.role AND g.unit_id = began."unitId"
                    AND (g.valid_until IS NULL OR g.valid_until > clock_now()
                         OR g.valid_until = began.until))
             ORDER BY g.id
               FOR SHARE OF g) standing;
          RETURN CASE WHEN held = jsonb_array_length(wanted_grants) THEN 'stand' ELSE 'grants' END;
        END
        $$;
      REVOKE ALL ON FUNCTION rights_stand(uuid, jsonb) FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION rights_stand(uuid, jsonb)
        TO branchline_app, branchline_organiser;

      -- A policy asks for units once for each table of a statement, and so this has to be cheap: a
      -- function with a role or settings of its own is not merged into the query that calls it. Only
      -- functions of the owner's call it, each of which has them.
      ALTER FUNCTION my_holdings() SECURITY INVOKER;
      ALTER FUNCTION my_holdings() RESET search_path;
      -- Or no search of everybody's names would be shared out among workers.
      ALTER FUNCTION my_units() PARALLEL SAFE;
      ALTER FUNCTION my_units_as(text[]) PARALLEL SAFE;

      -- As before, for the role of who holds the country as well.
      CREATE OR REPLACE FUNCTION stamp_audit_event() RETURNS trigger
        LANGUAGE plpgsql
        AS $$
        BEGIN
          IF current_user IN ('branchline_app', 'branchline_organiser',
                              'branchline_organiser_of_all') THEN
            NEW.at := clock_now();
          END IF;
          RETURN NEW;
        END
        $$;

      -- Whether the organiser of this transaction holds one of these roles on the whole country.
      CREATE FUNCTION my_country_as(wanted text[]) RETURNS boolean
        LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT EXISTS (SELECT FROM my_holdings() h
                           JOIN unit u ON u.id = h.unit_id AND u.kind = 'national'
                          WHERE h.role = ANY (wanted))
        $$;
      REVOKE ALL ON FUNCTION my_country_as(text[]) FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION my_country_as(text[]) TO branchline_organiser;

      -- The role that an organiser's transaction takes. Both show everybody the same rows; that of all
      -- is the faster one for who holds the country, and the slower one for others.
      CREATE FUNCTION my_database_role() RETURNS text
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT CASE WHEN EXISTS (SELECT FROM my_holdings() h
                                     JOIN unit u ON u.id = h.unit_id AND u.kind = 'national')
                 THEN 'branchline_organiser_of_all' ELSE 'branchline_organiser' END
        $$;
      REVOKE ALL ON FUNCTION my_database_role() FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION my_database_role() TO branchline_app;

      ALTER POLICY organiser ON person
        USING (${unitsOf('unit_id', READ_PEOPLE)}) WITH CHECK (${unitsOf('unit_id', READ_PEOPLE)});
      ALTER POLICY organiser ON join_submission_handling
        USING (${unitsOf('unit_id', READ_PEOPLE)})
        WITH CHECK (${unitsOf('unit_id', WORK_WITH_PEOPLE)});
      ALTER POLICY organiser ON follow_up
        USING (${unitsOf('unit_id', READ_PEOPLE)})
        WITH CHECK (${unitsOf('unit_id', WORK_WITH_PEOPLE)});
      ${organiserOfAll('person')}
      ${organiserOfAll('join_submission_handling')}
      ${organiserOfAll('follow_up')}
      ALTER POLICY organiser ON follow_up_event
        WITH CHECK ((SELECT ${unitsOf('f.unit_id', WORK_WITH_PEOPLE)}
                       FROM follow_up f WHERE f.id = follow_up_id));
      ALTER POLICY organiser ON allocation_run
        USING (cardinality((SELECT my_units_as('${READ_RUNS}'))::uuid[]) > 0);
      ALTER POLICY organiser ON allocation_run_move
        USING (${unitsOf('from_unit_id', READ_RUNS)} OR ${unitsOf('to_unit_id', READ_RUNS)});
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    const mine = (column: string) => `${column} = ANY ((SELECT my_units())::uuid[])`;
    const asksFollowUp = '(SELECT true FROM follow_up f WHERE f.id = follow_up_id)';
    await runner.query(`
      ALTER POLICY organiser ON allocation_run_move
        USING (${mine('from_unit_id')} OR ${mine('to_unit_id')});
      ALTER POLICY organiser ON allocation_run
        USING (cardinality((SELECT my_units())::uuid[]) > 0);
      ALTER POLICY organiser ON follow_up_event WITH CHECK (${asksFollowUp});
      ALTER POLICY organiser ON follow_up
        USING (${mine('unit_id')}) WITH CHECK (${mine('unit_id')});
      ALTER POLICY organiser ON join_submission_handling
        USING (${mine('unit_id')}) WITH CHECK (${mine('unit_id')});
      ALTER POLICY organiser ON person USING (${mine('unit_id')}) WITH CHECK (${mine('unit_id')});
      CREATE OR REPLACE FUNCTION stamp_audit_event() RETURNS trigger
        LANGUAGE plpgsql
        AS $$
        BEGIN
          IF current_user IN ('branchline_app', 'branchline_organiser') THEN
            NEW.at := clock_now();
          END IF;
          RETURN NEW;
        END
        $$;
      DROP POLICY organiser_of_all ON follow_up;
      DROP POLICY organiser_of_all ON join_submission_handling;
      DROP POLICY organiser_of_all ON person;
      DROP FUNCTION my_database_role();
      DROP FUNCTION my_country_as(text[]);
      ALTER FUNCTION my_units_as(text[]) PARALLEL UNSAFE;
      ALTER FUNCTION my_units() PARALLEL UNSAFE;
      ALTER FUNCTION my_holdings() SECURITY DEFINER;
      ALTER FUNCTION my_holdings() SET search_path = public, pg_temp;
      DROP FUNCTION rights_stand(uuid, jsonb);
    `);
  }
}

/** The rows of units that the organiser holds one of these roles on. */
function unitsOf(column: string, roles: string): string {
  return `${column} = ANY ((SELECT my_units_as('${roles}'))::uuid[])`;
}

/**
 * Who holds the country sees every row whatever its unit, and to compare each with all units took
 * longer than the search itself. A policy of a role of its own, because this OR beside the units would
 * keep everybody else's queries from the indexes by unit. Adds nothing to what the units show.
 */
function organiserOfAll(table: string): string {
  return `CREATE POLICY organiser_of_all ON ${table} FOR SELECT TO branchline_organiser_of_all
        USING ((SELECT my_country_as('${READ_PEOPLE}')));`;
}
