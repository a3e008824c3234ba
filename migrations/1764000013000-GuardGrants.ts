import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Organisers give and take roles within what they hold themselves, a role that ends leaves its
 * holder reading for a while, and a post may be covered from one date to another.
 */
export class GuardGrants1764000013000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await this.widenGrants(runner);
    await this.guardGrants(runner);
    await this.addCover(runner);
    await this.tellOfficers(runner);
  }

  private async widenGrants(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SET LOCAL lock_timeout = '10s';
      ALTER TABLE organiser_grant
        ADD COLUMN ended_at timestamptz,
        ADD COLUMN end_reason text,
        ADD COLUMN version integer NOT NULL DEFAULT 1,
        ADD COLUMN updated_at timestamptz NOT NULL DEFAULT clock_now(),
        -- A grant that is ended before it began has held at no time.
        DROP CONSTRAINT organiser_grant_span,
        ADD CONSTRAINT organiser_grant_span CHECK (valid_until >= valid_from),
        ADD CONSTRAINT organiser_grant_ended CHECK (
          ended_at IS NULL OR (valid_until IS NOT NULL AND read_only_until IS NULL)),
        ADD CONSTRAINT organiser_grant_end_reason
          CHECK (end_reason IS NULL OR (ended_at IS NOT NULL AND length(end_reason) <= 500));
      COMMENT ON COLUMN organiser_grant.ended_at IS
        'When somebody ended it, or called off the cover that it was for; null where it ends by itself.';
      CREATE INDEX organiser_grant_end ON organiser_grant (valid_until)
        WHERE valid_until IS NOT NULL AND ended_at IS NULL;
      CREATE INDEX organiser_grant_cover ON organiser_grant (cover_id) WHERE cover_id IS NOT NULL;

      -- The usual time of reading; from now on the worker keeps it as GRANT_GRACE_DAYS says. What has
      -- ended already stays closed.
      UPDATE organiser_grant SET read_only_until = valid_until + interval '60 days'
       WHERE valid_until > clock_now() AND read_only_until IS NULL;
      GRANT UPDATE (read_only_until) ON organiser_grant TO branchline_app;
    `);
  }

  private async guardGrants(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Whether somebody besides this organiser administers the whole organisation at this moment.
      CREATE FUNCTION administered_without(wanted uuid) RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT EXISTS (
            SELECT FROM organiser_grant g
              JOIN organiser o ON o.id = g.organiser_id AND o.disabled_at IS NULL
              JOIN unit u ON u.id = g.unit_id AND u.kind = 'national'
             WHERE g.role = 'national_administrator' AND g.organiser_id <> wanted
               AND g.valid_from <= clock_now()
               AND (g.valid_until IS NULL OR g.valid_until > clock_now()))
        $$;

      -- Whether the organiser of this transaction is the one who administers it, and nobody else is:
      -- only then is there nobody who could give to them, or confirm what they have.
      CREATE FUNCTION administers_alone() RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT EXISTS (
            SELECT FROM my_holdings() h JOIN unit u ON u.id = h.unit_id AND u.kind = 'national'
             WHERE h.role = 'national_administrator')
             AND NOT administered_without(my_organiser_id())
        $$;
      REVOKE ALL ON FUNCTION administered_without(uuid), administers_alone() FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION administered_without(uuid), administers_alone()
        TO branchline_organiser;

      -- What a policy cannot say, because it sees either the row before or the one after. Not SECURITY
      -- DEFINER: it is for organisers, and has to know that it is one who changes the row.
      CREATE FUNCTION guard_grant() RETURNS trigger
        LANGUAGE plpgsql SET search_path = public, pg_temp
        AS $$
        DECLARE
          lengthened boolean := NEW.valid_from < OLD.valid_from
            OR coalesce(NEW.valid_until, 'infinity') > coalesce(OLD.valid_until, 'infinity')
            OR coalesce(NEW.read_only_until, NEW.valid_until, 'infinity')
               > coalesce(OLD.read_only_until, OLD.valid_until, 'infinity');
          shortened boolean :=
            coalesce(NEW.valid_until, 'infinity') < coalesce(OLD.valid_until, 'infinity');
        BEGIN
          -- The grace alone is the worker's to keep: whoever read the grant before it was kept may go
          -- on changing it.
          IF (NEW.valid_from, NEW.valid_until, NEW.ended_at, NEW.end_reason)
             IS DISTINCT FROM (OLD.valid_from, OLD.valid_until, OLD.ended_at, OLD.end_reason) THEN
            NEW.version := OLD.version + 1;
            NEW.updated_at := clock_now();
          END IF;
          IF current_user IN ('branchline_organiser', 'branchline_organiser_of_all') THEN
            IF lengthened AND OLD.organiser_id = my_organiser_id() AND NOT administers_alone() THEN
              RAISE EXCEPTION 'nobody lengthens a grant of their own'
                USING ERRCODE = 'insufficient_privilege';
            END IF;
            IF shortened AND OLD.role = 'national_administrator'
               AND NOT administered_without(OLD.organiser_id) THEN
              RAISE EXCEPTION 'the last national administrator stays'
                USING ERRCODE = 'insufficient_privilege';
            END IF;
          END IF;
          RETURN NEW;
        END
        $$;
      CREATE TRIGGER organiser_grant_guarded BEFORE UPDATE ON organiser_grant
        FOR EACH ROW EXECUTE FUNCTION guard_grant();

      -- An organiser sees their own grants, those of the units they organise and, as treasurer, those
      -- of treasurers; gives and changes what may_grant() says; and what was ended stays ended.
      DROP POLICY organiser ON organiser_grant;
      GRANT INSERT (id, organiser_id, role, unit_id, valid_from, valid_until, read_only_until, cover_id),
            UPDATE (valid_from, valid_until, read_only_until, ended_at, end_reason)
        ON organiser_grant TO branchline_organiser;
      CREATE POLICY organiser_own ON organiser_grant FOR SELECT TO branchline_organiser
        USING (organiser_id = (SELECT my_organiser_id()));
      CREATE POLICY organiser_reads ON organiser_grant FOR SELECT TO branchline_organiser
        USING (unit_id = ANY (
                 (SELECT my_units_as('{national_administrator,regional_organiser}'))::uuid[])
               OR (role = 'treasurer'
                   AND unit_id = ANY ((SELECT my_units_as('{treasurer}'))::uuid[])));
      CREATE POLICY organiser_gives ON organiser_grant FOR INSERT TO branchline_organiser
        WITH CHECK (ended_at IS NULL AND may_grant(role, unit_id)
          AND (organiser_id <> (SELECT my_organiser_id()) OR (SELECT administers_alone())));
      CREATE POLICY organiser_changes ON organiser_grant FOR UPDATE TO branchline_organiser
        USING (ended_at IS NULL AND may_grant(role, unit_id))
        WITH CHECK (may_grant(role, unit_id));

      -- Whoever sees a grant sees whose it is; the national office sees every account.
      GRANT SELECT (disabled_at) ON organiser TO branchline_organiser;
      CREATE POLICY organiser_of_grants ON organiser FOR SELECT TO branchline_organiser
        USING ((SELECT may_grant('national_administrator', u.id) FROM unit u WHERE u.kind = 'national')
               OR (SELECT true FROM organiser_grant g WHERE g.organiser_id = organiser.id LIMIT 1));
    `);
  }

  private async addCover(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE post_cover (
        id uuid NOT NULL,
        post_id uuid NOT NULL,
        organiser_id uuid NOT NULL,
        valid_from timestamptz NOT NULL,
        valid_until timestamptz NOT NULL,
        arranged_by uuid,
        created_at timestamptz NOT NULL DEFAULT clock_now(),
        CONSTRAINT post_cover_pk PRIMARY KEY (id),
        CONSTRAINT post_cover_post_fk FOREIGN KEY (post_id) REFERENCES post (id) ON DELETE CASCADE,
        CONSTRAINT post_cover_organiser_fk
          FOREIGN KEY (organiser_id) REFERENCES organiser (id) ON DELETE CASCADE,
        CONSTRAINT post_cover_arranged_by_fk
          FOREIGN KEY (arranged_by) REFERENCES organiser (id) ON DELETE SET NULL,
        CONSTRAINT post_cover_span CHECK (valid_until >= valid_from)
      );
      COMMENT ON TABLE post_cover IS
        'Who does the duties of a post from one date to another. One that was called off ends then; before it began, as it would have begun.';
      CREATE INDEX post_cover_post ON post_cover (post_id, valid_until);
      CREATE INDEX post_cover_organiser ON post_cover (organiser_id, valid_until);
      CREATE TRIGGER post_cover_moves_directory_version
        AFTER INSERT OR UPDATE OR DELETE ON post_cover
        FOR EACH ROW EXECUTE FUNCTION move_directory_version_on();

      -- The grant comes first, since nobody covers without one; the cover follows in the transaction.
      ALTER TABLE organiser_grant ADD CONSTRAINT organiser_grant_cover_fk
        FOREIGN KEY (cover_id) REFERENCES post_cover (id) ON DELETE CASCADE
        DEFERRABLE INITIALLY DEFERRED;

      -- Whether the organiser of this transaction may say who covers a post: whoever may change it,
      -- and its holder.
      CREATE FUNCTION may_arrange_cover(wanted uuid) RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT EXISTS (
            SELECT FROM post p
             WHERE p.id = wanted
               AND (p.unit_id = ANY (my_units_to_change())
                    OR (p.holder_id = my_organiser_id() AND p.unit_id = ANY (my_units()))))
        $$;

      -- Whether somebody's account is open and a grant of theirs, in one of these roles (null: in any),
      -- reaches a unit of mine for a whole time.
      CREATE FUNCTION holds_throughout(
        candidate uuid, roles text[], wanted_unit uuid, since timestamptz, until timestamptz)
        RETURNS boolean
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
               AND (roles IS NULL OR g.role = ANY (roles))
               AND g.valid_from <= since AND (g.valid_until IS NULL OR g.valid_until >= until))
        $$;

      -- Whoever is called back from covering has the right no longer that they had for it.
      CREATE FUNCTION end_grant_of_cover() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
        BEGIN
          UPDATE organiser_grant
             SET valid_until = greatest(valid_from, NEW.valid_until), ended_at = clock_now()
           WHERE cover_id = NEW.id AND ended_at IS NULL;
          RETURN NULL;
        END
        $$;
      CREATE TRIGGER post_cover_ends_grant AFTER UPDATE OF valid_until ON post_cover
        FOR EACH ROW EXECUTE FUNCTION end_grant_of_cover();
      REVOKE ALL ON FUNCTION may_arrange_cover(uuid),
        holds_throughout(uuid, text[], uuid, timestamptz, timestamptz), end_grant_of_cover()
        FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION may_arrange_cover(uuid),
        holds_throughout(uuid, text[], uuid, timestamptz, timestamptz) TO branchline_organiser;

      ALTER TABLE post_cover ENABLE ROW LEVEL SECURITY;
      ALTER TABLE post_cover FORCE ROW LEVEL SECURITY;
      GRANT SELECT ON post_cover TO branchline_app;
      GRANT SELECT, INSERT (id, post_id, organiser_id, valid_from, valid_until, arranged_by),
            UPDATE (valid_until) ON post_cover TO branchline_organiser;
      CREATE POLICY application ON post_cover FOR SELECT TO branchline_app USING (true);
      CREATE POLICY owner ON post_cover TO branchline_owner USING (true) WITH CHECK (true);
      CREATE POLICY organiser_reads ON post_cover FOR SELECT TO branchline_organiser
        USING ((SELECT true FROM post p WHERE p.id = post_id));
      CREATE POLICY organiser_arranges ON post_cover FOR INSERT TO branchline_organiser
        WITH CHECK (may_arrange_cover(post_id) AND arranged_by = (SELECT my_organiser_id())
          -- The duties of most offices show people: whoever covers one has a role that may see them.
          AND holds_throughout(organiser_id,
                               (SELECT CASE WHEN p.office NOT IN ('treasurer', 'data_protection_officer')
                                  THEN '{national_administrator,regional_organiser,branch_secretary,campaign_lead,data_protection_officer,reader}'::text[]
                                END FROM post p WHERE p.id = post_id),
                               (SELECT p.unit_id FROM post p WHERE p.id = post_id),
                               valid_from, valid_until));
      CREATE POLICY organiser_calls_off ON post_cover FOR UPDATE TO branchline_organiser
        USING (valid_until > clock_now() AND may_arrange_cover(post_id))
        WITH CHECK (may_arrange_cover(post_id));
      -- To call off is to shorten.
      CREATE FUNCTION keep_cover_from_growing() RETURNS trigger
        LANGUAGE plpgsql
        AS $$
        BEGIN
          IF NEW.valid_until > OLD.valid_until THEN
            RAISE EXCEPTION 'a cover does not grow: arrange another'
              USING ERRCODE = 'insufficient_privilege';
          END IF;
          RETURN NEW;
        END
        $$;
      CREATE TRIGGER post_cover_never_grows BEFORE UPDATE ON post_cover
        FOR EACH ROW EXECUTE FUNCTION keep_cover_from_growing();
    `);
  }

  private async tellOfficers(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Who answers for the posts of these units at this moment. An officer counts while their account
      -- is open and a grant of theirs reaches the unit, in its grace too; null where nobody does. A
      -- branch stands below a region and that below the national office: three grants may reach a post.
      CREATE FUNCTION officers_of(units uuid[])
        RETURNS TABLE (post_id uuid, unit_id uuid, office text,
                       holder_id uuid, cover_id uuid, stand_in_id uuid)
        LANGUAGE sql STABLE SET search_path = public, pg_temp
        AS $$
          WITH asked AS MATERIALIZED (
            SELECT p.id, p.unit_id, p.office, p.holder_id, p.stand_in_id,
                   c.organiser_id AS cover_id, u.parent_id AS above_id, above.parent_id AS top_id
              FROM unnest(units) AS wanted (id)
              JOIN post p ON p.unit_id = wanted.id
              JOIN unit u ON u.id = p.unit_id
              LEFT JOIN unit above ON above.id = u.parent_id
              LEFT JOIN post_cover c ON c.post_id = p.id
                AND c.valid_from <= clock_now() AND c.valid_until > clock_now()
          ), named AS (
            SELECT id, unit_id, above_id, top_id, holder_id AS organiser_id FROM asked
            UNION
            SELECT id, unit_id, above_id, top_id, cover_id FROM asked
            UNION
            SELECT id, unit_id, above_id, top_id, stand_in_id FROM asked
          ), able AS MATERIALIZED (
            SELECT DISTINCT n.id, n.organiser_id
              FROM named n
              JOIN organiser o ON o.id = n.organiser_id AND o.disabled_at IS NULL
              JOIN organiser_grant g ON g.organiser_id = n.organiser_id
               AND g.unit_id IN (n.unit_id, n.above_id, n.top_id)
               AND g.valid_from <= clock_now()
               AND (g.valid_until IS NULL
                    OR coalesce(g.read_only_until, g.valid_until) > clock_now())
          )
          SELECT a.id, a.unit_id, a.office, h.organiser_id, c.organiser_id, s.organiser_id
            FROM asked a
            LEFT JOIN able h ON h.id = a.id AND h.organiser_id = a.holder_id
            LEFT JOIN able c ON c.id = a.id AND c.organiser_id = a.cover_id
            LEFT JOIN able s ON s.id = a.id AND s.organiser_id = a.stand_in_id
        $$;

      -- The same for the units of the organiser of this transaction, who may read no accounts.
      CREATE FUNCTION my_officers()
        RETURNS TABLE (post_id uuid, unit_id uuid, office text,
                       holder_id uuid, cover_id uuid, stand_in_id uuid)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$ SELECT * FROM officers_of(my_units()) $$;

      -- The posts among mine that are left once a grant is ended: its holder is named for them, and no
      -- other grant of theirs reaches them.
      CREATE FUNCTION posts_left_without(ended uuid) RETURNS SETOF uuid
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT p.id
            FROM organiser_grant e
            JOIN post p ON p.holder_id = e.organiser_id AND p.unit_id = ANY (my_units())
            JOIN unit u ON u.id = p.unit_id AND u.closed_at IS NULL
            LEFT JOIN unit above ON above.id = u.parent_id
           WHERE e.id = ended
             AND NOT EXISTS (
               SELECT FROM organiser_grant g
                WHERE g.organiser_id = e.organiser_id AND g.id <> e.id
                  AND g.unit_id IN (u.id, above.id, above.parent_id)
                  AND g.valid_from <= clock_now()
                  AND (g.valid_until IS NULL
                       OR coalesce(g.read_only_until, g.valid_until) > clock_now()))
        $$;

      CREATE OR REPLACE FUNCTION officer_name(wanted uuid) RETURNS text
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT o.name FROM organiser o
           WHERE o.id = wanted
             AND (EXISTS (SELECT FROM post p WHERE wanted IN (p.holder_id, p.stand_in_id)
                             AND p.unit_id = ANY ((SELECT my_units())::uuid[]))
                  OR EXISTS (SELECT FROM post_cover c JOIN post p ON p.id = c.post_id
                              WHERE c.organiser_id = wanted
                                AND p.unit_id = ANY ((SELECT my_units())::uuid[])))
        $$;
      REVOKE ALL ON FUNCTION officers_of(uuid[]), my_officers(), posts_left_without(uuid) FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION officers_of(uuid[]) TO branchline_app;
      GRANT EXECUTE ON FUNCTION my_officers(), posts_left_without(uuid) TO branchline_organiser;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM outbox WHERE job = 'grants.watch';
      CREATE OR REPLACE FUNCTION officer_name(wanted uuid) RETURNS text
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT o.name FROM organiser o
           WHERE o.id = wanted
             AND EXISTS (SELECT FROM post p WHERE wanted IN (p.holder_id, p.stand_in_id)
                            AND p.unit_id = ANY ((SELECT my_units())::uuid[]))
        $$;
      DROP FUNCTION posts_left_without(uuid);
      DROP FUNCTION my_officers();
      DROP FUNCTION officers_of(uuid[]);
      DROP POLICY organiser_of_grants ON organiser;
      REVOKE SELECT (disabled_at) ON organiser FROM branchline_organiser;
      DROP POLICY organiser_changes ON organiser_grant;
      DROP POLICY organiser_gives ON organiser_grant;
      DROP POLICY organiser_reads ON organiser_grant;
      DROP POLICY organiser_own ON organiser_grant;
      DROP TRIGGER organiser_grant_guarded ON organiser_grant;
      -- What was given for a cover, or held at no time, has no meaning without it.
      DELETE FROM organiser_grant WHERE cover_id IS NOT NULL OR valid_until = valid_from;
      ALTER TABLE organiser_grant DROP CONSTRAINT organiser_grant_cover_fk;
      DROP TABLE post_cover;
      DROP FUNCTION keep_cover_from_growing();
      DROP FUNCTION end_grant_of_cover();
      DROP FUNCTION holds_throughout(uuid, text[], uuid, timestamptz, timestamptz);
      DROP FUNCTION may_arrange_cover(uuid);
      DROP FUNCTION guard_grant();
      DROP FUNCTION administers_alone();
      DROP FUNCTION administered_without(uuid);
      DROP INDEX organiser_grant_cover;
      DROP INDEX organiser_grant_end;
      REVOKE ALL ON organiser_grant FROM branchline_organiser;
      REVOKE UPDATE (read_only_until) ON organiser_grant FROM branchline_app;
      GRANT SELECT ON organiser_grant TO branchline_organiser;
      CREATE POLICY organiser ON organiser_grant TO branchline_organiser
        USING (organiser_id = (SELECT my_organiser_id()))
        WITH CHECK (organiser_id = (SELECT my_organiser_id()));
      ALTER TABLE organiser_grant
        DROP CONSTRAINT organiser_grant_end_reason,
        DROP CONSTRAINT organiser_grant_ended,
        DROP CONSTRAINT organiser_grant_span,
        ADD CONSTRAINT organiser_grant_span CHECK (valid_until > valid_from),
        DROP COLUMN updated_at, DROP COLUMN version,
        DROP COLUMN end_reason, DROP COLUMN ended_at;
    `);
  }
}
