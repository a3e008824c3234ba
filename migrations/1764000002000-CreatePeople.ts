import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People, how to reach them, what they agreed to, and why they belong to a branch. */
export class CreatePeople1764000002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE person (
        id uuid NOT NULL,
        external_id text,
        given_name text NOT NULL,
        family_name text,
        folded_given_name text NOT NULL GENERATED ALWAYS AS (folded_name(given_name)) STORED,
        folded_name text NOT NULL
          GENERATED ALWAYS AS (folded_name(given_name || ' ' || coalesce(family_name, ''))) STORED,
        status text NOT NULL DEFAULT 'enquirer',
        date_of_birth date,
        country text NOT NULL,
        postcode text,
        address_line1 text,
        address_line2 text,
        town text,
        unit_id uuid NOT NULL,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT clock_now(),
        updated_at timestamptz NOT NULL DEFAULT clock_now(),
        CONSTRAINT person_pk PRIMARY KEY (id),
        CONSTRAINT person_unit_fk FOREIGN KEY (unit_id) REFERENCES unit (id) ON DELETE RESTRICT,
        CONSTRAINT person_status_known CHECK (status IN ('enquirer', 'supporter', 'member'))
      );
      COMMENT ON COLUMN person.unit_id IS
        'The unit whose officers may see this person: the branch, region or national office they belong to; for somebody under eighteen the national office.';
      CREATE UNIQUE INDEX person_external_id_key ON person (external_id)
        WHERE external_id IS NOT NULL;
      CREATE INDEX person_unit ON person (unit_id, id);

      CREATE TABLE contact_point (
        id uuid NOT NULL,
        person_id uuid NOT NULL,
        kind text NOT NULL,
        value text NOT NULL,
        verified_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT clock_now(),
        CONSTRAINT contact_point_pk PRIMARY KEY (id),
        CONSTRAINT contact_point_person_fk
          FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE,
        CONSTRAINT contact_point_kind_known CHECK (kind IN ('email', 'phone')),
        CONSTRAINT contact_point_once UNIQUE (person_id, kind, value)
      );
      COMMENT ON COLUMN contact_point.value IS 'Email lower-cased, phone in E.164.';
      CREATE INDEX contact_point_value ON contact_point (value, kind);

      CREATE TABLE allocation (
        id uuid NOT NULL,
        person_id uuid NOT NULL,
        method text NOT NULL,
        unit_id uuid NOT NULL,
        branch_id uuid,
        region_id uuid,
        rule_prefix text,
        precision text NOT NULL,
        distance_km double precision,
        explanation text NOT NULL,
        directory_version bigint NOT NULL,
        dataset_version text NOT NULL,
        valid_from timestamptz NOT NULL DEFAULT clock_now(),
        valid_until timestamptz,
        CONSTRAINT allocation_pk PRIMARY KEY (id),
        CONSTRAINT allocation_person_fk FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE,
        CONSTRAINT allocation_unit_fk FOREIGN KEY (unit_id) REFERENCES unit (id) ON DELETE RESTRICT,
        CONSTRAINT allocation_branch_fk FOREIGN KEY (branch_id) REFERENCES unit (id) ON DELETE RESTRICT,
        CONSTRAINT allocation_region_fk FOREIGN KEY (region_id) REFERENCES unit (id) ON DELETE RESTRICT,
        CONSTRAINT allocation_method_known
          CHECK (method IN ('coverage_rule', 'nearest_branch', 'region_only', 'national'))
      );
      CREATE UNIQUE INDEX allocation_one_current ON allocation (person_id) WHERE valid_until IS NULL;
      CREATE INDEX allocation_person ON allocation (person_id, valid_from);

      CREATE TABLE consent_event (
        id uuid NOT NULL,
        person_id uuid NOT NULL,
        submission_id uuid,
        channel text NOT NULL,
        purpose text NOT NULL,
        decision text NOT NULL,
        occurred_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT clock_now(),
        source text NOT NULL,
        privacy_notice_version text NOT NULL,
        wording_version text NOT NULL,
        actor_kind text NOT NULL,
        address inet,
        user_agent text,
        CONSTRAINT consent_event_pk PRIMARY KEY (id),
        CONSTRAINT consent_event_person_fk
          FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE,
        CONSTRAINT consent_event_channel_known CHECK (channel IN ('email', 'sms', 'phone', 'post')),
        CONSTRAINT consent_event_decision_known
          CHECK (decision IN ('granted', 'refused', 'withdrawn'))
      );
      COMMENT ON TABLE consent_event IS
        'Append-only. The newest event by its own time wins, so that a late arrival resubscribes nobody.';
      CREATE INDEX consent_event_person
        ON consent_event (person_id, channel, purpose, occurred_at DESC);
      CREATE TRIGGER consent_event_append_only BEFORE UPDATE ON consent_event
        FOR EACH ROW EXECUTE FUNCTION refuse_change();

      CREATE TABLE duplicate_candidate (
        id uuid NOT NULL,
        person_id uuid NOT NULL,
        other_person_id uuid NOT NULL,
        reason text NOT NULL,
        state text NOT NULL DEFAULT 'open',
        created_at timestamptz NOT NULL DEFAULT clock_now(),
        CONSTRAINT duplicate_candidate_pk PRIMARY KEY (id),
        CONSTRAINT duplicate_candidate_person_fk
          FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE,
        CONSTRAINT duplicate_candidate_other_fk
          FOREIGN KEY (other_person_id) REFERENCES person (id) ON DELETE CASCADE,
        CONSTRAINT duplicate_candidate_two CHECK (person_id <> other_person_id),
        CONSTRAINT duplicate_candidate_state_known
          CHECK (state IN ('open', 'dismissed', 'merged')),
        CONSTRAINT duplicate_candidate_pair_key UNIQUE (person_id, other_person_id)
      );
      CREATE INDEX duplicate_candidate_other ON duplicate_candidate (other_person_id);

      CREATE TYPE matched_person AS (person_id uuid, matched_by text, candidates uuid[]);

      -- Whom a set of details belongs to. Locks the contact points first (sorted, so that two posts
      -- never wait for each other crosswise), because two simultaneous posts of one new person would
      -- otherwise make two. Order: external id; verified email with the same given name; the same
      -- email or phone with the same whole name. Anything less certain is no match: whoever shares a
      -- contact point comes back as a candidate for review.
      CREATE FUNCTION match_person(
        wanted_external_id text, wanted_email text, wanted_phone text,
        wanted_given_name text, wanted_family_name text
      ) RETURNS matched_person
        LANGUAGE plpgsql VOLATILE
        AS $$
        DECLARE
          given text := folded_name(wanted_given_name);
          whole text := folded_name(wanted_given_name || ' ' || coalesce(wanted_family_name, ''));
          found uuid[];
          sharing uuid[];
          result matched_person;
        BEGIN
          PERFORM pg_advisory_xact_lock(lock_id) FROM (
            SELECT DISTINCT hashtextextended('contact:' || value, 0) AS lock_id
              FROM unnest(ARRAY[wanted_external_id, wanted_email, wanted_phone]) AS value
             WHERE value IS NOT NULL
             ORDER BY 1
          ) sorted;

          SELECT array_agg(id) INTO found FROM person WHERE external_id = wanted_external_id;
          IF cardinality(found) = 1 THEN
            result := ROW(found[1], 'external_id', '{}'::uuid[])::matched_person;
            RETURN result;
          END IF;

          SELECT coalesce(array_agg(DISTINCT person_id), '{}') INTO sharing FROM contact_point
           WHERE (kind = 'email' AND value = wanted_email) OR (kind = 'phone' AND value = wanted_phone);
          IF sharing = '{}' THEN
            RETURN ROW(NULL, NULL, '{}'::uuid[])::matched_person;
          END IF;

          SELECT array_agg(DISTINCT p.id) INTO found
            FROM contact_point c JOIN person p ON p.id = c.person_id
           WHERE c.kind = 'email' AND c.value = wanted_email AND c.verified_at IS NOT NULL
             AND p.folded_given_name = given
             AND (wanted_family_name IS NULL OR p.family_name IS NULL OR p.folded_name = whole);
          IF cardinality(found) = 1 THEN
            RETURN ROW(found[1], 'verified_email', '{}'::uuid[])::matched_person;
          END IF;

          SELECT array_agg(id) INTO found FROM person
           WHERE id = ANY (sharing) AND person.folded_name = whole;
          IF cardinality(found) = 1 THEN
            RETURN ROW(found[1], 'contact_and_name', '{}'::uuid[])::matched_person;
          END IF;
          RETURN ROW(NULL, NULL, sharing)::matched_person;
        END
        $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION match_person(text, text, text, text, text);
      DROP TYPE matched_person;
      DROP TABLE duplicate_candidate;
      DROP TABLE consent_event;
      DROP TABLE allocation;
      DROP TABLE contact_point;
      DROP TABLE person;
    `);
  }
}
