import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The roles that carry `people.read`, `join_submissions.read` and `follow_ups.read`. */
const READ_PEOPLE =
  '{national_administrator,regional_organiser,branch_secretary,campaign_lead,data_protection_officer,reader}';
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

      -- Those units and all below them. In PL/pgSQL, whose plans are kept for the session, and level by
      -- level: a policy asks for it once for each table of a statement, and planning a recursive query
      -- each time took longer than many a page. PARALLEL SAFE, or no search of everybody's names would
      -- be shared out among workers.
      CREATE FUNCTION units_below(tops uuid[]) RETURNS uuid[]
        LANGUAGE plpgsql STABLE PARALLEL SAFE
        AS $$
        DECLARE
          found uuid[] := tops;
          level uuid[] := tops;
        BEGIN
          IF EXISTS (SELECT FROM public.unit u WHERE u.id = ANY (tops) AND u.parent_id IS NULL) THEN
            RETURN ARRAY(SELECT u.id FROM public.unit u);
          END IF;
          WHILE level <> '{}' LOOP
            level := ARRAY(SELECT u.id FROM public.unit u
                            WHERE u.parent_id = ANY (level) AND u.id <> ALL (found));
            found := found || level;
          END LOOP;
          RETURN found;
        END
        $$;
      REVOKE ALL ON FUNCTION units_below(uuid[]) FROM PUBLIC;

      CREATE OR REPLACE FUNCTION my_units() RETURNS uuid[]
        LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
        BEGIN
          RETURN units_below(ARRAY(SELECT h.unit_id FROM my_holdings() h));
        END
        $$;
      CREATE OR REPLACE FUNCTION my_units_as(wanted text[]) RETURNS uuid[]
        LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
        BEGIN
          RETURN units_below(ARRAY(
            SELECT h.unit_id FROM my_holdings() h WHERE h.role = ANY (wanted)));
        END
        $$;

      ALTER POLICY organiser ON person
        USING (${unitsOf('unit_id', READ_PEOPLE)}) WITH CHECK (${unitsOf('unit_id', READ_PEOPLE)});
      ALTER POLICY organiser ON join_submission_handling
        USING (${unitsOf('unit_id', READ_PEOPLE)})
        WITH CHECK (${unitsOf('unit_id', WORK_WITH_PEOPLE)});
      ALTER POLICY organiser ON follow_up
        USING (${unitsOf('unit_id', READ_PEOPLE)})
        WITH CHECK (${unitsOf('unit_id', WORK_WITH_PEOPLE)});
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
      CREATE OR REPLACE FUNCTION my_units() RETURNS uuid[]
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          WITH RECURSIVE held AS (
            SELECT unit_id AS id FROM my_holdings()
            UNION
            SELECT u.id FROM unit u JOIN held ON u.parent_id = held.id
          )
          SELECT coalesce(array_agg(id), '{}') FROM held
        $$;
      CREATE OR REPLACE FUNCTION my_units_as(wanted text[]) RETURNS uuid[]
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          WITH RECURSIVE held AS (
            SELECT unit_id AS id FROM my_holdings() WHERE role = ANY (wanted)
            UNION
            SELECT u.id FROM unit u JOIN held ON u.parent_id = held.id
          )
          SELECT coalesce(array_agg(id), '{}') FROM held
        $$;
      DROP FUNCTION units_below(uuid[]);
      DROP FUNCTION rights_stand(uuid, jsonb);
    `);
  }
}

/** The rows of units that the organiser holds one of these roles on. */
function unitsOf(column: string, roles: string): string {
  return `${column} = ANY ((SELECT my_units_as('${roles}'))::uuid[])`;
}
