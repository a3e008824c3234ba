import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Messages to organisers about their own accounts and grants, and one place that says what the
 * organiser of a transaction holds: everything else about units is made of it.
 */
export class TellOrganisers1764000010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SET LOCAL lock_timeout = '10s';
      ALTER TABLE message
        ADD COLUMN organiser_id uuid,
        ADD COLUMN grant_id uuid,
        ADD CONSTRAINT message_organiser_fk
          FOREIGN KEY (organiser_id) REFERENCES organiser (id) ON DELETE CASCADE,
        ADD CONSTRAINT message_grant_fk
          FOREIGN KEY (grant_id) REFERENCES organiser_grant (id) ON DELETE CASCADE,
        DROP CONSTRAINT message_kind_known,
        ADD CONSTRAINT message_kind_known CHECK (kind IN (
          'join_acknowledgement', 'follow_up_notice', 'follow_up_reminder', 'moved_away',
          'moved_in', 'people_reallocated', 'organiser_invitation', 'organiser_password_reset',
          'organiser_security_notice', 'grant_ending', 'grant_ended'));
      COMMENT ON COLUMN message.organiser_id IS 'The organiser whom it is sent to.';
      COMMENT ON COLUMN message.grant_id IS 'The grant that it tells of.';
      CREATE INDEX message_organiser ON message (organiser_id) WHERE organiser_id IS NOT NULL;
      CREATE INDEX message_grant ON message (grant_id) WHERE grant_id IS NOT NULL;

      ALTER TABLE organiser_grant
        ADD COLUMN read_only_until timestamptz,
        ADD COLUMN cover_id uuid,
        ADD CONSTRAINT organiser_grant_grace
          CHECK (read_only_until IS NULL OR read_only_until >= valid_until);
      COMMENT ON COLUMN organiser_grant.cover_id IS
        'The cover of a post that it was given for: it ends with it, without grace or warning.';
      COMMENT ON COLUMN organiser_grant.read_only_until IS
        'Until when the grant still lets its holder read after its end; null where it does not.';

      -- What the organiser of this transaction holds at this moment, in the roles of
      -- \`branchline.roles\`: those that carry the permission in question. A grant in its grace
      -- counts where \`branchline.reading\` says that nothing will be changed.
      CREATE FUNCTION my_holdings() RETURNS TABLE (role text, unit_id uuid)
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
      REVOKE ALL ON FUNCTION my_holdings() FROM PUBLIC;

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

      -- Whether the organiser of this transaction may give a role on a unit: where a role of theirs
      -- on that unit or one above it holds every right that the given one brings, and the right to
      -- give. Whoever stands in for somebody gives nothing away: it would outlast the cover.
      CREATE FUNCTION may_grant(wanted_role text, wanted_unit uuid) RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          WITH RECURSIVE upward AS (
            SELECT u.id, u.parent_id FROM unit u WHERE u.id = wanted_unit
            UNION
            SELECT u.id, u.parent_id FROM unit u JOIN upward ON u.id = upward.parent_id
          )
          SELECT EXISTS (
            SELECT FROM organiser_grant g
              JOIN organiser o ON o.id = g.organiser_id AND o.disabled_at IS NULL
              JOIN upward ON upward.id = g.unit_id
             WHERE g.organiser_id = my_organiser_id() AND g.cover_id IS NULL
               AND g.role = ANY (string_to_array(current_setting('branchline.roles', true), ','))
               AND g.valid_from <= clock_now()
               AND (g.valid_until IS NULL OR g.valid_until > clock_now()
                    OR (g.read_only_until > clock_now()
                        AND current_setting('branchline.reading', true) = 'on'))
               AND (g.role, wanted_role) IN (
                 ('national_administrator', 'national_administrator'),
                 ('national_administrator', 'regional_organiser'),
                 ('national_administrator', 'branch_secretary'),
                 ('national_administrator', 'treasurer'),
                 ('national_administrator', 'campaign_lead'),
                 ('national_administrator', 'data_protection_officer'),
                 ('national_administrator', 'reader'),
                 ('regional_organiser', 'regional_organiser'),
                 ('regional_organiser', 'branch_secretary'),
                 ('regional_organiser', 'campaign_lead'),
                 ('regional_organiser', 'reader'),
                 ('treasurer', 'treasurer')))
        $$;
      REVOKE ALL ON FUNCTION may_grant(text, uuid) FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION may_grant(text, uuid) TO branchline_organiser;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM message WHERE kind LIKE 'organiser\\_%' OR kind LIKE 'grant\\_%';
      CREATE OR REPLACE FUNCTION my_units() RETURNS uuid[]
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
      CREATE OR REPLACE FUNCTION my_units_as(wanted text[]) RETURNS uuid[]
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
      DROP FUNCTION may_grant(text, uuid);
      DROP FUNCTION my_holdings();
      ALTER TABLE organiser_grant
        DROP CONSTRAINT organiser_grant_grace, DROP COLUMN cover_id, DROP COLUMN read_only_until;
      ALTER TABLE message
        DROP COLUMN grant_id, DROP COLUMN organiser_id,
        DROP CONSTRAINT message_kind_known,
        ADD CONSTRAINT message_kind_known CHECK (kind IN (
          'join_acknowledgement', 'follow_up_notice', 'follow_up_reminder', 'moved_away',
          'moved_in', 'people_reallocated'));
    `);
  }
}
