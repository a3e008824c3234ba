import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Keys by which programs come in: each reads for one unit and those below it, as far as its scopes
 * say, until it expires or is revoked.
 */
export class CreateApiKeys1764000014500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE api_key (
        id uuid NOT NULL,
        name text NOT NULL,
        prefix text NOT NULL,
        secret_hash bytea NOT NULL,
        previous_prefix text,
        previous_hash bytea,
        previous_until timestamptz,
        scopes text[] NOT NULL,
        unit_id uuid NOT NULL,
        created_by uuid,
        created_at timestamptz NOT NULL DEFAULT clock_now(),
        updated_at timestamptz NOT NULL DEFAULT clock_now(),
        expires_at timestamptz NOT NULL,
        last_used_at timestamptz,
        revoked_at timestamptz,
        version integer NOT NULL DEFAULT 1,
        CONSTRAINT api_key_pk PRIMARY KEY (id),
        CONSTRAINT api_key_secret_key UNIQUE (secret_hash),
        CONSTRAINT api_key_previous_key UNIQUE (previous_hash),
        CONSTRAINT api_key_unit_fk FOREIGN KEY (unit_id) REFERENCES unit (id) ON DELETE RESTRICT,
        CONSTRAINT api_key_created_by_fk
          FOREIGN KEY (created_by) REFERENCES organiser (id) ON DELETE SET NULL,
        CONSTRAINT api_key_previous_whole CHECK (
          (previous_hash IS NULL) = (previous_until IS NULL)
          AND (previous_hash IS NULL) = (previous_prefix IS NULL)),
        CONSTRAINT api_key_scopes_known CHECK (
          cardinality(scopes) > 0
          AND scopes <@ '{join.post,join_submissions.read,people.read,follow_ups.read,units.read}')
      );
      COMMENT ON TABLE api_key IS
        'A key of a program; kept as its SHA-256 only. It belongs to its unit and not to its maker, and stays when they go.';
      COMMENT ON COLUMN api_key.previous_hash IS
        'The secret before the last rotation, which works until previous_until.';
      CREATE INDEX api_key_unit ON api_key (unit_id);
      CREATE INDEX api_key_created_by ON api_key (created_by);

      ALTER TABLE join_submission
        ADD COLUMN api_key_id uuid,
        ADD CONSTRAINT join_submission_api_key_fk
          FOREIGN KEY (api_key_id) REFERENCES api_key (id) ON DELETE RESTRICT;
      COMMENT ON COLUMN join_submission.api_key_id IS
        'The key of the server that posted it for its visitor; null where nobody vouched.';
      CREATE INDEX join_submission_api_key ON join_submission (api_key_id)
        WHERE api_key_id IS NOT NULL;

      CREATE FUNCTION my_api_key_id() RETURNS uuid
        LANGUAGE sql STABLE PARALLEL SAFE
        RETURN nullif(current_setting('branchline.api_key_id', true), '')::uuid;

      -- As before for organisers. A key holds its unit, in no role of theirs, so that whatever asks
      -- for a role of organisers finds none, and one that is for units alone tells of nobody; and
      -- only where its scopes name the permission in question. Whether its maker's account is open
      -- makes no difference: a site does not stop when a volunteer does.
      CREATE OR REPLACE FUNCTION my_holdings() RETURNS TABLE (role text, unit_id uuid)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT g.role, g.unit_id
            FROM organiser_grant g
            JOIN organiser o ON o.id = g.organiser_id AND o.disabled_at IS NULL
           WHERE g.organiser_id = my_organiser_id()
             AND g.role = ANY (string_to_array(current_setting('branchline.roles', true), ','))
             AND g.valid_from <= clock_now()
             AND (g.valid_until IS NULL OR g.valid_until > clock_now()
                  OR (g.read_only_until > clock_now()
                      AND current_setting('branchline.reading', true) = 'on'))
          UNION ALL
          SELECT CASE current_setting('branchline.scope', true)
                 WHEN 'units.read' THEN 'api_key' WHEN 'join.post' THEN 'api_key'
                 ELSE 'api_key_of_people' END, k.unit_id
            FROM api_key k
           WHERE k.id = my_api_key_id()
             AND current_setting('branchline.scope', true) = ANY (k.scopes)
             AND k.revoked_at IS NULL AND k.expires_at > clock_now()
        $$;

      -- Now the names of keys, too.
      CREATE OR REPLACE FUNCTION actor_name(wanted uuid) RETURNS text
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT o.name FROM organiser o
           WHERE o.id = wanted
             AND (wanted = my_organiser_id() OR (SELECT watches_over_everybody()))
          UNION ALL
          SELECT k.name FROM api_key k
           WHERE k.id = wanted AND (SELECT watches_over_everybody())
        $$;

      -- The name of whoever made a key of my units.
      CREATE FUNCTION api_key_maker(wanted uuid) RETURNS text
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT o.name FROM organiser o
           WHERE o.id = wanted
             AND EXISTS (SELECT FROM api_key k WHERE k.created_by = wanted
                            AND k.unit_id = ANY ((SELECT my_units())::uuid[]))
        $$;

      -- Puts another secret in the place of the present one, which works for some hours more. Here,
      -- because no organiser may read a hash, and so none can move one.
      CREATE FUNCTION rotate_api_key(wanted uuid, new_prefix text, new_hash bytea, hours integer)
        RETURNS boolean
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
        BEGIN
          UPDATE api_key
             SET previous_prefix = CASE WHEN hours > 0 THEN prefix END,
                 previous_hash = CASE WHEN hours > 0 THEN secret_hash END,
                 previous_until = CASE WHEN hours > 0
                   THEN clock_now() + make_interval(hours => hours) END,
                 prefix = new_prefix, secret_hash = new_hash,
                 version = version + 1, updated_at = clock_now()
           WHERE id = wanted
             AND unit_id = ANY (my_units_as('{national_administrator,regional_organiser}'));
          RETURN FOUND;
        END
        $$;
      -- Whether a request by a key may still commit what it has written, as rights_stand() of an
      -- organiser's; whoever revokes the key waits for the commit, or is waited for here.
      CREATE FUNCTION api_key_stands(wanted uuid) RETURNS boolean
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
        BEGIN
          IF pg_current_xact_id_if_assigned() IS NULL THEN
            RETURN true;
          END IF;
          PERFORM FROM api_key k
            WHERE k.id = wanted AND k.revoked_at IS NULL AND k.expires_at > clock_now()
            FOR SHARE;
          RETURN FOUND;
        END
        $$;
      REVOKE ALL ON FUNCTION api_key_maker(uuid), rotate_api_key(uuid, text, bytea, integer),
        api_key_stands(uuid) FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION api_key_stands(uuid) TO branchline_app, branchline_organiser;
      GRANT EXECUTE ON FUNCTION api_key_maker(uuid), rotate_api_key(uuid, text, bytea, integer)
        TO branchline_organiser;

      GRANT SELECT, UPDATE (last_used_at) ON api_key TO branchline_app;
      -- Never the hashes.
      GRANT SELECT (id, name, prefix, previous_prefix, previous_until, scopes, unit_id, created_by,
                    created_at, updated_at, expires_at, last_used_at, revoked_at, version),
            INSERT (id, name, prefix, secret_hash, scopes, unit_id, created_by, expires_at),
            UPDATE (name, revoked_at, version, updated_at)
        ON api_key TO branchline_organiser;
      ALTER TABLE api_key ENABLE ROW LEVEL SECURITY;
      ALTER TABLE api_key FORCE ROW LEVEL SECURITY;
      CREATE POLICY application ON api_key TO branchline_app USING (true) WITH CHECK (true);
      CREATE POLICY owner ON api_key TO branchline_owner USING (true) WITH CHECK (true);
      CREATE POLICY organiser_reads ON api_key FOR SELECT TO branchline_organiser
        USING (unit_id = ANY (
          (SELECT my_units_as('{national_administrator,regional_organiser}'))::uuid[]));
      CREATE POLICY organiser_adds ON api_key FOR INSERT TO branchline_organiser
        WITH CHECK (created_by = (SELECT my_organiser_id()) AND unit_id = ANY (
          (SELECT my_units_as('{national_administrator,regional_organiser}'))::uuid[]));
      CREATE POLICY organiser_changes ON api_key FOR UPDATE TO branchline_organiser
        USING (unit_id = ANY (
          (SELECT my_units_as('{national_administrator,regional_organiser}'))::uuid[]))
        WITH CHECK (unit_id = ANY (
          (SELECT my_units_as('{national_administrator,regional_organiser}'))::uuid[]));

      -- What a key does is in the trail under its own id, and answers are kept for it alone.
      CREATE POLICY api_key ON audit_event FOR INSERT TO branchline_organiser
        WITH CHECK (actor_kind = 'api_key' AND actor_id = (SELECT my_api_key_id()));
      CREATE POLICY api_key ON idempotency_key TO branchline_organiser
        USING (split_part(scope, ':', 1) = 'admin'
               AND split_part(scope, ':', 2) = (SELECT my_api_key_id())::text)
        WITH CHECK (split_part(scope, ':', 1) = 'admin'
                    AND split_part(scope, ':', 2) = (SELECT my_api_key_id())::text);
      COMMENT ON TABLE audit_event IS
        'Who did what to which record, and from where: ids, and addresses of organisers, keys and duty links alone, so that erasing a person leaves it whole.';
      COMMENT ON COLUMN audit_event.address IS
        'The network address from which an organiser, a key or a duty link did it; null for all others.';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      COMMENT ON COLUMN audit_event.address IS
        'The network address from which an organiser or a duty link did it; null for all others.';
      COMMENT ON TABLE audit_event IS
        'Who did what to which record, and from where: ids, and addresses of organisers and duty links alone, so that erasing a person leaves it whole.';
      DROP POLICY api_key ON idempotency_key;
      DROP POLICY api_key ON audit_event;
      CREATE OR REPLACE FUNCTION actor_name(wanted uuid) RETURNS text
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT o.name FROM organiser o
           WHERE o.id = wanted
             AND (wanted = my_organiser_id() OR (SELECT watches_over_everybody()))
        $$;
      CREATE OR REPLACE FUNCTION my_holdings() RETURNS TABLE (role text, unit_id uuid)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT g.role, g.unit_id
            FROM organiser_grant g
            JOIN organiser o ON o.id = g.organiser_id AND o.disabled_at IS NULL
           WHERE g.organiser_id = my_organiser_id()
             AND g.role = ANY (string_to_array(current_setting('branchline.roles', true), ','))
             AND g.valid_from <= clock_now()
             AND (g.valid_until IS NULL OR g.valid_until > clock_now()
                  OR (g.read_only_until > clock_now()
                      AND current_setting('branchline.reading', true) = 'on'))
        $$;
      ALTER TABLE join_submission
        DROP CONSTRAINT join_submission_api_key_fk, DROP COLUMN api_key_id;
      DROP TABLE api_key;
      DROP FUNCTION api_key_stands(uuid);
      DROP FUNCTION rotate_api_key(uuid, text, bytea, integer);
      DROP FUNCTION api_key_maker(uuid);
      DROP FUNCTION my_api_key_id();
    `);
  }
}
