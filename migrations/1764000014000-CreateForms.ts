import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Join forms as rows, each of a unit, with questions of their own; and proof of work, whose
 * challenges are spent in the one statement of a join.
 */
export class CreateForms1764000014000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE form (
        id uuid NOT NULL,
        slug text NOT NULL,
        name text NOT NULL,
        unit_id uuid NOT NULL,
        origins text[] NOT NULL DEFAULT '{}',
        thank_you_url text,
        sequence text,
        source_defaults jsonb NOT NULL DEFAULT '{}',
        questions jsonb NOT NULL DEFAULT '[]',
        challenge boolean NOT NULL DEFAULT false,
        version integer NOT NULL DEFAULT 1,
        closed_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT clock_now(),
        updated_at timestamptz NOT NULL DEFAULT clock_now(),
        CONSTRAINT form_pk PRIMARY KEY (id),
        CONSTRAINT form_slug_key UNIQUE (slug),
        CONSTRAINT form_unit_fk FOREIGN KEY (unit_id) REFERENCES unit (id) ON DELETE RESTRICT,
        CONSTRAINT form_slug_plain CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 100),
        CONSTRAINT form_questions_listed CHECK (jsonb_typeof(questions) = 'array'),
        CONSTRAINT form_source_named CHECK (jsonb_typeof(source_defaults) = 'object')
      );
      COMMENT ON TABLE form IS
        'A join form: who may post it, what it asks besides, and where it ends. Never deleted: submissions name it.';
      COMMENT ON COLUMN form.slug IS 'Its public id: formId of a post, and its address under /join/.';
      CREATE INDEX form_unit ON form (unit_id);

      -- As directory_version: one number by which a process knows that what it remembers is stale.
      CREATE TABLE form_directory_version (
        singleton boolean NOT NULL DEFAULT true,
        version bigint NOT NULL,
        CONSTRAINT form_directory_version_pk PRIMARY KEY (singleton),
        CONSTRAINT form_directory_version_single CHECK (singleton)
      );
      INSERT INTO form_directory_version (version) VALUES (1);
      CREATE FUNCTION move_form_directory_version_on() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
        BEGIN
          UPDATE form_directory_version SET version = version + 1;
          PERFORM pg_notify('branchline_forms', '');
          RETURN NULL;
        END
        $$;
      CREATE TRIGGER form_moves_directory_version AFTER INSERT OR UPDATE OR DELETE ON form
        FOR EACH ROW EXECUTE FUNCTION move_form_directory_version_on();

      CREATE TABLE spent_challenge (
        hash bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT spent_challenge_pk PRIMARY KEY (hash)
      );
      COMMENT ON TABLE spent_challenge IS
        'Challenges whose solution a join has used, until they expire: each is worth one join.';
      CREATE INDEX spent_challenge_expiry ON spent_challenge (expires_at);

      ALTER TABLE join_submission
        ADD COLUMN challenge text,
        ADD CONSTRAINT join_submission_challenge_known
          CHECK (challenge IN ('solved', 'missing', 'wrong', 'expired', 'spent'));
      COMMENT ON COLUMN join_submission.challenge IS
        'What came of the proof of work; null where the form asks for none.';

      GRANT SELECT ON form, form_directory_version TO branchline_app;
      GRANT SELECT, INSERT, DELETE ON spent_challenge TO branchline_app;
      GRANT SELECT,
            INSERT (id, slug, name, unit_id, origins, thank_you_url, sequence, source_defaults,
                    questions, challenge),
            UPDATE (name, origins, thank_you_url, sequence, source_defaults, questions, challenge,
                    closed_at, version, updated_at)
        ON form TO branchline_organiser;
      ALTER TABLE form ENABLE ROW LEVEL SECURITY;
      ALTER TABLE form FORCE ROW LEVEL SECURITY;
      CREATE POLICY application ON form FOR SELECT TO branchline_app USING (true);
      CREATE POLICY organiser_reads ON form FOR SELECT TO branchline_organiser
        USING (unit_id = ANY ((SELECT my_units())::uuid[]));
      -- From where a form may be posted, and what it asks, is for a region or the country to say.
      CREATE POLICY organiser_adds ON form FOR INSERT TO branchline_organiser
        WITH CHECK (unit_id = ANY (
          (SELECT my_units_as('{national_administrator,regional_organiser}'))::uuid[]));
      CREATE POLICY organiser_changes ON form FOR UPDATE TO branchline_organiser
        USING (unit_id = ANY (
          (SELECT my_units_as('{national_administrator,regional_organiser}'))::uuid[]))
        WITH CHECK (unit_id = ANY (
          (SELECT my_units_as('{national_administrator,regional_organiser}'))::uuid[]));

      -- As before, and one step more: a challenge is spent once. Whoever comes second waits for the
      -- first to commit, and then hears that it is spent.
      CREATE OR REPLACE FUNCTION begin_join(request jsonb, person jsonb) RETURNS begun_join
        LANGUAGE plpgsql VOLATILE
        AS $$
        DECLARE
          begun begun_request;
          matched matched_person;
          recent bigint;
        BEGIN
          begun := begin_request(
            request->>'scope', decode(request->>'key_hash', 'hex'),
            decode(request->>'input_hash', 'hex'), (request->>'may_wait')::boolean);
          IF begun.outcome <> 'new' THEN
            RETURN ROW(begun.outcome, begun.response, NULL, NULL, NULL, NULL)::begun_join;
          END IF;
          IF (SELECT version FROM directory_version) <> (request->>'directory_version')::bigint THEN
            RETURN ROW('stale_directory', NULL, NULL, NULL, NULL, NULL)::begun_join;
          END IF;
          IF request->>'challenge_hash' IS NOT NULL THEN
            INSERT INTO spent_challenge (hash, expires_at)
            VALUES (decode(request->>'challenge_hash', 'hex'),
                    (request->>'challenge_expires_at')::timestamptz)
            ON CONFLICT ON CONSTRAINT spent_challenge_pk DO NOTHING;
            IF NOT FOUND THEN
              RETURN ROW('challenge_spent', NULL, NULL, NULL, NULL, NULL)::begun_join;
            END IF;
          END IF;
          IF (request->>'suspected_bot')::boolean THEN
            RETURN ROW('new', NULL, NULL, NULL, '{}'::uuid[], false)::begun_join;
          END IF;
          matched := match_person(
            NULL, person->>'email', person->>'phone', person->>'given_name', person->>'family_name');
          SELECT count(*) INTO recent FROM message m
           WHERE m.recipient_hash = decode(request->>'recipient_hash', 'hex')
             AND m.created_at > clock_now() - interval '1 day'
             AND m.state <> 'capped';
          RETURN ROW('new', NULL, matched.person_id, matched.matched_by, matched.candidates,
            recent < (request->>'acknowledgement_cap')::integer)::begun_join;
        END
        $$;
    `);
  }

  /** Submissions through forms of their own stay; the forms that they name are gone. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION begin_join(request jsonb, person jsonb) RETURNS begun_join
        LANGUAGE plpgsql VOLATILE
        AS $$
        DECLARE
          begun begun_request;
          matched matched_person;
          recent bigint;
        BEGIN
          begun := begin_request(
            request->>'scope', decode(request->>'key_hash', 'hex'),
            decode(request->>'input_hash', 'hex'), (request->>'may_wait')::boolean);
          IF begun.outcome <> 'new' THEN
            RETURN ROW(begun.outcome, begun.response, NULL, NULL, NULL, NULL)::begun_join;
          END IF;
          IF (SELECT version FROM directory_version) <> (request->>'directory_version')::bigint THEN
            RETURN ROW('stale_directory', NULL, NULL, NULL, NULL, NULL)::begun_join;
          END IF;
          IF (request->>'suspected_bot')::boolean THEN
            RETURN ROW('new', NULL, NULL, NULL, '{}'::uuid[], false)::begun_join;
          END IF;
          matched := match_person(
            NULL, person->>'email', person->>'phone', person->>'given_name', person->>'family_name');
          SELECT count(*) INTO recent FROM message m
           WHERE m.recipient_hash = decode(request->>'recipient_hash', 'hex')
             AND m.created_at > clock_now() - interval '1 day'
             AND m.state <> 'capped';
          RETURN ROW('new', NULL, matched.person_id, matched.matched_by, matched.candidates,
            recent < (request->>'acknowledgement_cap')::integer)::begun_join;
        END
        $$;
      ALTER TABLE join_submission
        DROP CONSTRAINT join_submission_challenge_known, DROP COLUMN challenge;
      DROP TABLE spent_challenge;
      DROP TABLE form;
      DROP FUNCTION move_form_directory_version_on();
      DROP TABLE form_directory_version;
    `);
  }
}
