import type { MigrationInterface, QueryRunner } from 'typeorm';

const PUBLIC_TABLES = ['unit', 'coverage_rule'];

/**
 * Coverage rules by ward, constituency and local authority; and organisers may change units, rules
 * and posts of their own patch: the national office everything, a regional organiser the branches
 * of the region.
 */
export class WidenCoverageRules1764000006000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- The column of the code keeps its name: while a new build rolls out, the one before goes on
      -- reading it, and no postcode ever looks for an official code. That codes of different kinds
      -- never look alike also lets the key (prefix, unit_kind) stay as it is.
      ALTER TABLE coverage_rule
        ADD COLUMN kind text NOT NULL DEFAULT 'postcode',
        ADD CONSTRAINT coverage_rule_code_of_kind CHECK (CASE kind
          WHEN 'postcode' THEN prefix !~ '^[A-Z][0-9]{8}$'
          WHEN 'ward' THEN prefix ~ '^(E05|W05|S13|N08)[0-9]{6}$'
          WHEN 'constituency' THEN prefix ~ '^(E14|W07|S14|N05|N06)[0-9]{6}$'
          WHEN 'local_authority' THEN prefix ~ '^(E0[6-9]|W06|S12|N09)[0-9]{6}$'
          ELSE false END);
      COMMENT ON COLUMN coverage_rule.prefix IS
        'What the rule covers: a postcode prefix, or the official (GSS) code of an area.';
      COMMENT ON TABLE coverage_rule IS
        'A postcode prefix (area, district, sector or unit), ward, constituency or local authority that belongs to a region or a branch. One rule of each kind of unit a code.';

      -- Whoever changes a post moves its version on, the operator's commands too.
      ALTER TABLE post
        ADD COLUMN version integer NOT NULL DEFAULT 1,
        ADD COLUMN updated_at timestamptz NOT NULL DEFAULT clock_now();
      CREATE FUNCTION move_post_version_on() RETURNS trigger
        LANGUAGE plpgsql
        AS $$
        BEGIN
          NEW.version := OLD.version + 1;
          NEW.updated_at := clock_now();
          RETURN NEW;
        END
        $$;
      CREATE TRIGGER post_moves_version_on BEFORE UPDATE ON post
        FOR EACH ROW EXECUTE FUNCTION move_post_version_on();

      -- Every unit has the office of its kind, vacant until somebody is put into it.
      INSERT INTO post (id, unit_id, office)
      SELECT uuid_v7(), u.id, CASE u.kind WHEN 'national' THEN 'national_office'
               WHEN 'region' THEN 'regional_organiser' ELSE 'branch_secretary' END
        FROM unit u WHERE u.closed_at IS NULL
      ON CONFLICT ON CONSTRAINT post_office_key DO NOTHING;

      -- As my_units(), by grants in some roles only.
      CREATE FUNCTION my_units_as(wanted text[]) RETURNS uuid[]
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          WITH RECURSIVE held AS (
            SELECT g.unit_id AS id
              FROM organiser_grant g
              JOIN organiser o ON o.id = g.organiser_id AND o.disabled_at IS NULL
             WHERE g.organiser_id = my_organiser_id()
               AND g.role = ANY (wanted)
               AND g.role = ANY (string_to_array(current_setting('branchline.roles', true), ','))
               AND g.valid_from <= clock_now()
               AND (g.valid_until IS NULL OR g.valid_until > clock_now())
            UNION
            SELECT u.id FROM unit u JOIN held ON u.parent_id = held.id
          )
          SELECT coalesce(array_agg(id), '{}') FROM held
        $$;

      -- Which units the organiser of this transaction may change, with their rules and posts: a
      -- branch where its region is theirs, a region only where the whole country is. What a region
      -- is and covers is not for its own organiser to say.
      CREATE FUNCTION my_units_to_change() RETURNS uuid[]
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          WITH mine AS MATERIALIZED (
            SELECT my_units_as('{national_administrator}') AS administered,
                   my_units_as('{national_administrator,regional_organiser}') AS organised
          )
          SELECT coalesce(array_agg(u.id), '{}') FROM unit u, mine
           WHERE CASE u.kind WHEN 'branch' THEN u.parent_id = ANY (organised)
                             WHEN 'region' THEN u.parent_id = ANY (administered)
                             ELSE u.id = ANY (administered) END
        $$;

      -- The name of somebody who holds or covers a post of my units. Organisers may not read
      -- accounts; whoever sees a post may know whose it is.
      CREATE FUNCTION officer_name(wanted uuid) RETURNS text
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT o.name FROM organiser o
           WHERE o.id = wanted
             AND EXISTS (SELECT FROM post p WHERE wanted IN (p.holder_id, p.stand_in_id)
                            AND p.unit_id = ANY ((SELECT my_units())::uuid[]))
        $$;

      -- Whether somebody may be put into a post of a unit of mine: an open account with a role on
      -- that unit or one above it, so that they see what the post brings.
      CREATE FUNCTION may_hold_post(candidate uuid, wanted_unit uuid) RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          WITH RECURSIVE upward AS (
            SELECT u.id, u.parent_id FROM unit u
             WHERE u.id = wanted_unit AND u.id = ANY ((SELECT my_units())::uuid[])
            UNION
            SELECT u.id, u.parent_id FROM unit u JOIN upward ON u.id = upward.parent_id
          )
          SELECT EXISTS (
            SELECT FROM organiser_grant g
              JOIN organiser o ON o.id = g.organiser_id AND o.disabled_at IS NULL
             WHERE g.organiser_id = candidate AND g.unit_id IN (SELECT id FROM upward)
               AND g.valid_from <= clock_now()
               AND (g.valid_until IS NULL OR g.valid_until > clock_now()))
        $$;
      REVOKE ALL ON FUNCTION my_units_as(text[]), my_units_to_change(), officer_name(uuid),
        may_hold_post(uuid, uuid) FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION my_units_as(text[]), my_units_to_change(), officer_name(uuid),
        may_hold_post(uuid, uuid) TO branchline_organiser;
    `);
    await this.addPolicies(runner);
  }

  private async addPolicies(runner: QueryRunner): Promise<void> {
    const changeable = (column: string) =>
      `${column} = ANY ((SELECT my_units_to_change())::uuid[])`;
    for (const table of [...PUBLIC_TABLES, 'post']) {
      await runner.query(`
        ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE ${table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY application ON ${table} FOR SELECT TO branchline_app USING (true);
        CREATE POLICY owner ON ${table} TO branchline_owner USING (true) WITH CHECK (true);
      `);
    }
    // The directory is public; what of it is for officers alone, admin queries narrow themselves.
    for (const table of PUBLIC_TABLES) {
      await runner.query(`
        CREATE POLICY organiser_reads ON ${table} FOR SELECT TO branchline_organiser USING (true)`);
    }
    await runner.query(`
      GRANT INSERT (id, kind, parent_id, slug, name, phone, email, town, meets, venue, latitude,
                    longitude, publishes_position, publishes_venue, demo),
            UPDATE (name, phone, email, town, meets, venue, latitude, longitude,
                    publishes_position, publishes_venue, closed_at, version, updated_at)
        ON unit TO branchline_organiser;
      CREATE POLICY organiser_adds ON unit FOR INSERT TO branchline_organiser WITH CHECK (
        CASE kind
          WHEN 'branch' THEN parent_id = ANY (
            (SELECT my_units_as('{national_administrator,regional_organiser}'))::uuid[])
          WHEN 'region' THEN parent_id = ANY ((SELECT my_units_as('{national_administrator}'))::uuid[])
          ELSE false END);
      CREATE POLICY organiser_changes ON unit FOR UPDATE TO branchline_organiser
        USING (${changeable('id')}) WITH CHECK (${changeable('id')});

      GRANT INSERT (id, kind, prefix, unit_id, unit_kind), DELETE
        ON coverage_rule TO branchline_organiser;
      CREATE POLICY organiser_adds ON coverage_rule FOR INSERT TO branchline_organiser
        WITH CHECK (${changeable('unit_id')}
          AND unit_kind = (SELECT u.kind FROM unit u WHERE u.id = unit_id));
      CREATE POLICY organiser_removes ON coverage_rule FOR DELETE TO branchline_organiser
        USING (${changeable('unit_id')});

      GRANT INSERT (id, unit_id, office), UPDATE (holder_id, stand_in_id)
        ON post TO branchline_organiser;
      CREATE POLICY organiser_reads ON post FOR SELECT TO branchline_organiser
        USING (unit_id = ANY ((SELECT my_units())::uuid[]));
      CREATE POLICY organiser_adds ON post FOR INSERT TO branchline_organiser
        WITH CHECK (${changeable('unit_id')});
      CREATE POLICY organiser_changes ON post FOR UPDATE TO branchline_organiser
        USING (${changeable('unit_id')}) WITH CHECK (${changeable('unit_id')});

      -- Answers to an organiser's own requests: the second part of the scope is the organiser.
      GRANT SELECT, INSERT, UPDATE ON idempotency_key TO branchline_organiser;
      CREATE POLICY organiser ON idempotency_key TO branchline_organiser
        USING (split_part(scope, ':', 1) = 'admin'
               AND split_part(scope, ':', 2) = (SELECT my_organiser_id())::text)
        WITH CHECK (split_part(scope, ':', 1) = 'admin'
                    AND split_part(scope, ':', 2) = (SELECT my_organiser_id())::text);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP POLICY organiser ON idempotency_key;
      REVOKE ALL ON idempotency_key FROM branchline_organiser;
      DROP POLICY organiser_changes ON post;
      DROP POLICY organiser_adds ON post;
      DROP POLICY organiser_reads ON post;
      DROP POLICY organiser_removes ON coverage_rule;
      DROP POLICY organiser_adds ON coverage_rule;
      DROP POLICY organiser_reads ON coverage_rule;
      DROP POLICY organiser_changes ON unit;
      DROP POLICY organiser_adds ON unit;
      DROP POLICY organiser_reads ON unit;
    `);
    for (const table of [...PUBLIC_TABLES, 'post']) {
      await runner.query(`
        DROP POLICY owner ON ${table};
        DROP POLICY application ON ${table};
        ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY;
        REVOKE ALL ON ${table} FROM branchline_organiser;
        GRANT SELECT ON ${table} TO branchline_organiser;
      `);
    }
    await runner.query(`
      DROP FUNCTION may_hold_post(uuid, uuid);
      DROP FUNCTION officer_name(uuid);
      DROP FUNCTION my_units_to_change();
      DROP FUNCTION my_units_as(text[]);
      DROP TRIGGER post_moves_version_on ON post;
      DROP FUNCTION move_post_version_on();
      ALTER TABLE post DROP COLUMN updated_at, DROP COLUMN version;
      DELETE FROM coverage_rule WHERE kind <> 'postcode';
      ALTER TABLE coverage_rule DROP CONSTRAINT coverage_rule_code_of_kind, DROP COLUMN kind;
      COMMENT ON COLUMN coverage_rule.prefix IS NULL;
      COMMENT ON TABLE coverage_rule IS
        'A postcode prefix (area, district, sector or unit) that belongs to a region or a branch. One rule of each kind a prefix.';
    `);
  }
}
