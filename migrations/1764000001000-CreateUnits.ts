import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The organisation: national office, regions and branches, their coverage rules, and the accounts
 * and posts of those who answer for them.
 */
export class CreateUnits1764000001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE unit (
        id uuid NOT NULL,
        kind text NOT NULL,
        parent_id uuid,
        slug text NOT NULL,
        name text NOT NULL,
        phone text,
        email text,
        town text,
        meets text,
        venue text,
        latitude double precision,
        longitude double precision,
        publishes_position boolean NOT NULL DEFAULT false,
        publishes_venue boolean NOT NULL DEFAULT false,
        demo boolean NOT NULL DEFAULT false,
        closed_at timestamptz,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT clock_now(),
        updated_at timestamptz NOT NULL DEFAULT clock_now(),
        CONSTRAINT unit_pk PRIMARY KEY (id),
        CONSTRAINT unit_parent_fk FOREIGN KEY (parent_id) REFERENCES unit (id) ON DELETE RESTRICT,
        CONSTRAINT unit_kind_known CHECK (kind IN ('national', 'region', 'branch')),
        CONSTRAINT unit_root_has_no_parent CHECK ((kind = 'national') = (parent_id IS NULL)),
        CONSTRAINT unit_position_whole CHECK ((latitude IS NULL) = (longitude IS NULL)),
        CONSTRAINT unit_latitude_real CHECK (latitude BETWEEN -90 AND 90),
        CONSTRAINT unit_longitude_real CHECK (longitude BETWEEN -180 AND 180),
        CONSTRAINT unit_slug_key UNIQUE (kind, slug)
      );
      CREATE UNIQUE INDEX unit_one_national ON unit (kind) WHERE kind = 'national';
      CREATE INDEX unit_parent ON unit (parent_id);

      CREATE TABLE coverage_rule (
        id uuid NOT NULL,
        prefix text NOT NULL,
        unit_id uuid NOT NULL,
        unit_kind text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_now(),
        CONSTRAINT coverage_rule_pk PRIMARY KEY (id),
        CONSTRAINT coverage_rule_unit_fk FOREIGN KEY (unit_id) REFERENCES unit (id) ON DELETE CASCADE,
        CONSTRAINT coverage_rule_kind_known CHECK (unit_kind IN ('region', 'branch')),
        CONSTRAINT coverage_rule_prefix_key UNIQUE (prefix, unit_kind)
      );
      COMMENT ON TABLE coverage_rule IS
        'A postcode prefix (area, district, sector or unit) that belongs to a region or a branch. One rule of each kind a prefix.';
      CREATE INDEX coverage_rule_unit ON coverage_rule (unit_id);

      -- The version of everything the locator keeps in memory. Whoever changes a unit or a rule moves
      -- it on, whatever program they used; the processes hear of it after the commit. By row, so that a
      -- statement that changes none leaves the version, and what others have cached by it, alone.
      CREATE TABLE directory_version (
        singleton boolean NOT NULL DEFAULT true,
        version bigint NOT NULL,
        CONSTRAINT directory_version_pk PRIMARY KEY (singleton),
        CONSTRAINT directory_version_single CHECK (singleton)
      );
      INSERT INTO directory_version (version) VALUES (1);

      CREATE FUNCTION move_directory_version_on() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
        BEGIN
          UPDATE directory_version SET version = version + 1;
          PERFORM pg_notify('branchline_directory', '');
          RETURN NULL;
        END
        $$;
      CREATE TRIGGER unit_moves_directory_version AFTER INSERT OR UPDATE OR DELETE ON unit
        FOR EACH ROW EXECUTE FUNCTION move_directory_version_on();
      CREATE TRIGGER coverage_rule_moves_directory_version
        AFTER INSERT OR UPDATE OR DELETE ON coverage_rule
        FOR EACH ROW EXECUTE FUNCTION move_directory_version_on();

      CREATE TABLE organiser (
        id uuid NOT NULL,
        email text NOT NULL,
        name text NOT NULL,
        password_hash text NOT NULL,
        disabled_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT clock_now(),
        CONSTRAINT organiser_pk PRIMARY KEY (id),
        CONSTRAINT organiser_email_folded CHECK (email = lower(email)),
        CONSTRAINT organiser_email_key UNIQUE (email)
      );

      CREATE TABLE organiser_session (
        id uuid NOT NULL,
        organiser_id uuid NOT NULL,
        token_hash bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_now(),
        last_used_at timestamptz,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        CONSTRAINT organiser_session_pk PRIMARY KEY (id),
        CONSTRAINT organiser_session_organiser_fk
          FOREIGN KEY (organiser_id) REFERENCES organiser (id) ON DELETE CASCADE,
        CONSTRAINT organiser_session_token_key UNIQUE (token_hash)
      );
      CREATE INDEX organiser_session_organiser ON organiser_session (organiser_id);

      CREATE TABLE organiser_grant (
        id uuid NOT NULL,
        organiser_id uuid NOT NULL,
        role text NOT NULL,
        unit_id uuid NOT NULL,
        valid_from timestamptz NOT NULL DEFAULT clock_now(),
        valid_until timestamptz,
        CONSTRAINT organiser_grant_pk PRIMARY KEY (id),
        CONSTRAINT organiser_grant_organiser_fk
          FOREIGN KEY (organiser_id) REFERENCES organiser (id) ON DELETE CASCADE,
        CONSTRAINT organiser_grant_unit_fk FOREIGN KEY (unit_id) REFERENCES unit (id) ON DELETE CASCADE,
        CONSTRAINT organiser_grant_role_known CHECK (role IN (
          'national_administrator', 'regional_organiser', 'branch_secretary', 'treasurer',
          'campaign_lead', 'data_protection_officer', 'reader')),
        CONSTRAINT organiser_grant_span CHECK (valid_until > valid_from)
      );
      CREATE INDEX organiser_grant_organiser ON organiser_grant (organiser_id);
      CREATE INDEX organiser_grant_unit ON organiser_grant (unit_id);

      CREATE TABLE post (
        id uuid NOT NULL,
        unit_id uuid NOT NULL,
        office text NOT NULL,
        holder_id uuid,
        stand_in_id uuid,
        CONSTRAINT post_pk PRIMARY KEY (id),
        CONSTRAINT post_unit_fk FOREIGN KEY (unit_id) REFERENCES unit (id) ON DELETE CASCADE,
        CONSTRAINT post_holder_fk FOREIGN KEY (holder_id) REFERENCES organiser (id) ON DELETE SET NULL,
        CONSTRAINT post_stand_in_fk
          FOREIGN KEY (stand_in_id) REFERENCES organiser (id) ON DELETE SET NULL,
        CONSTRAINT post_office_known CHECK (office IN (
          'national_office', 'regional_organiser', 'branch_secretary', 'treasurer',
          'data_protection_officer', 'safeguarding_officer')),
        CONSTRAINT post_office_key UNIQUE (unit_id, office)
      );
      COMMENT ON TABLE post IS 'An office to be held: it may be vacant, or covered by a stand-in.';
      CREATE INDEX post_holder ON post (holder_id);
      CREATE INDEX post_stand_in ON post (stand_in_id);
      CREATE TRIGGER post_moves_directory_version AFTER INSERT OR UPDATE OR DELETE ON post
        FOR EACH ROW EXECUTE FUNCTION move_directory_version_on();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE post;
      DROP TABLE organiser_grant;
      DROP TABLE organiser_session;
      DROP TABLE organiser;
      DROP TABLE coverage_rule;
      DROP TABLE unit;
      DROP FUNCTION move_directory_version_on();
      DROP TABLE directory_version;
    `);
  }
}
