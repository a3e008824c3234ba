import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Submissions that an organiser types: telephone calls and the cards of a stall, with their evidence. */
export class TakeStaffIntake1764000015000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SET LOCAL lock_timeout = '10s';
      CREATE TABLE join_batch (
        id uuid NOT NULL,
        unit_id uuid NOT NULL,
        name text NOT NULL,
        channel text NOT NULL,
        conversation_on date NOT NULL,
        place text,
        campaign text,
        privacy_notice_version text,
        evidence_kind text,
        evidence_wording text,
        created_by uuid NOT NULL,
        closed_at timestamptz,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT clock_now(),
        updated_at timestamptz NOT NULL DEFAULT clock_now(),
        CONSTRAINT join_batch_pk PRIMARY KEY (id),
        CONSTRAINT join_batch_unit_fk FOREIGN KEY (unit_id) REFERENCES unit (id) ON DELETE RESTRICT,
        CONSTRAINT join_batch_created_by_fk
          FOREIGN KEY (created_by) REFERENCES organiser (id) ON DELETE RESTRICT,
        CONSTRAINT join_batch_channel_known CHECK (channel IN ('telephone', 'stall_card'))
      );
      COMMENT ON TABLE join_batch IS
        'A pile of cards or a list of calls that are typed together, and what they have in common. Belongs to a unit, whose officers see it.';
      CREATE INDEX join_batch_unit ON join_batch (unit_id, id);

      CREATE TABLE join_intake (
        submission_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        batch_id uuid,
        card text,
        input_hash bytea NOT NULL,
        conversation_on date NOT NULL,
        conversation_from timestamptz NOT NULL,
        conversation_until timestamptz NOT NULL,
        conversation_with text,
        conversation_note text,
        evidence_kind text,
        evidence_reference text,
        evidence_wording text,
        already_contacted boolean NOT NULL DEFAULT false,
        taken_by uuid NOT NULL,
        CONSTRAINT join_intake_pk PRIMARY KEY (submission_id),
        CONSTRAINT join_intake_submission_fk
          FOREIGN KEY (submission_id) REFERENCES join_submission (id) ON DELETE CASCADE,
        CONSTRAINT join_intake_unit_fk FOREIGN KEY (unit_id) REFERENCES unit (id) ON DELETE RESTRICT,
        CONSTRAINT join_intake_batch_fk
          FOREIGN KEY (batch_id) REFERENCES join_batch (id) ON DELETE RESTRICT,
        CONSTRAINT join_intake_taken_by_fk
          FOREIGN KEY (taken_by) REFERENCES organiser (id) ON DELETE RESTRICT,
        CONSTRAINT join_intake_conversation_span CHECK (conversation_from <= conversation_until)
      );
      COMMENT ON TABLE join_intake IS
        'How a submission came about that an organiser typed: the conversation, the evidence of consent, the card. Never changed.';
      COMMENT ON COLUMN join_intake.unit_id IS
        'The unit that took it: that of the batch, else the highest one the organiser works for. Where it went is the handling''s matter.';
      COMMENT ON COLUMN join_intake.conversation_from IS
        'The earliest moment at which the conversation can have been; what was granted in it counts from here.';
      COMMENT ON COLUMN join_intake.conversation_until IS
        'The latest moment at which it can have been; what was refused in it counts from here.';
      -- A card is taken once: by its number within the batch, or within the unit and the day.
      CREATE UNIQUE INDEX join_intake_card_of_batch ON join_intake (batch_id, lower(card))
        WHERE batch_id IS NOT NULL AND card IS NOT NULL;
      CREATE UNIQUE INDEX join_intake_card_of_day
        ON join_intake (unit_id, conversation_on, lower(card))
        WHERE batch_id IS NULL AND card IS NOT NULL;
      CREATE INDEX join_intake_batch ON join_intake (batch_id, submission_id)
        WHERE batch_id IS NOT NULL;
      -- For lists of calls and cards; most submissions come by the web, and need no entry.
      CREATE INDEX join_submission_taken ON join_submission (channel, id)
        WHERE channel IN ('telephone', 'stall_card');
      CREATE TRIGGER join_intake_unchanging BEFORE UPDATE ON join_intake
        FOR EACH ROW EXECUTE FUNCTION refuse_change();

      ALTER TABLE consent_event
        ADD COLUMN actor_id uuid,
        ADD COLUMN evidence_kind text,
        ADD COLUMN evidence_reference text,
        ADD CONSTRAINT consent_event_actor_fk
          FOREIGN KEY (actor_id) REFERENCES organiser (id) ON DELETE RESTRICT;
      COMMENT ON COLUMN consent_event.actor_id IS 'The organiser who recorded it; null: the person.';
      COMMENT ON COLUMN consent_event.evidence_reference IS
        'Where the evidence is found: the number of the card, of the recording, of the letter.';

      -- Likely matches are asked for by the whole name, and by the home with the given name. Only
      -- equality is leakproof, and so found by index under the policies.
      CREATE INDEX person_folded_name ON person (folded_name, postcode);
      CREATE INDEX person_home ON person (postcode, folded_given_name) WHERE postcode IS NOT NULL;

      -- The highest unit that the organiser of this transaction works for; among equals the eldest.
      CREATE FUNCTION my_first_unit() RETURNS uuid
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT u.id FROM my_holdings() h JOIN unit u ON u.id = h.unit_id
           ORDER BY array_position('{national,region,branch}'::text[], u.kind), u.id LIMIT 1
        $$;
      REVOKE ALL ON FUNCTION my_first_unit() FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION my_first_unit() TO branchline_organiser;

      -- As match_person(), with the same locks and in the same order, among the people of some units
      -- alone: whoever is known elsewhere comes back as a candidate, however sure the match.
      CREATE FUNCTION match_person_within(
        units uuid[], wanted_email text, wanted_phone text,
        wanted_given_name text, wanted_family_name text
      ) RETURNS matched_person
        LANGUAGE plpgsql VOLATILE
        AS $$
        DECLARE
          given text := folded_name(wanted_given_name);
          whole text := folded_name(wanted_given_name || ' ' || coalesce(wanted_family_name, ''));
          found uuid[];
          sharing uuid[];
        BEGIN
          PERFORM pg_advisory_xact_lock(lock_id) FROM (
            SELECT DISTINCT hashtextextended('contact:' || value, 0) AS lock_id
              FROM unnest(ARRAY[wanted_email, wanted_phone]) AS value
             WHERE value IS NOT NULL
             ORDER BY 1
          ) sorted;

          SELECT coalesce(array_agg(DISTINCT person_id), '{}') INTO sharing FROM contact_point
           WHERE (kind = 'email' AND value = wanted_email) OR (kind = 'phone' AND value = wanted_phone);

          SELECT array_agg(DISTINCT p.id) INTO found
            FROM contact_point c JOIN person p ON p.id = c.person_id
           WHERE c.kind = 'email' AND c.value = wanted_email AND c.verified_at IS NOT NULL
             AND p.folded_given_name = given
             AND (wanted_family_name IS NULL OR p.family_name IS NULL OR p.folded_name = whole)
             AND p.unit_id = ANY (units);
          IF cardinality(found) = 1 THEN
            RETURN ROW(found[1], 'verified_email', '{}'::uuid[])::matched_person;
          END IF;

          SELECT array_agg(p.id) INTO found FROM person p
           WHERE p.id = ANY (sharing) AND p.folded_name = whole AND p.unit_id = ANY (units);
          IF cardinality(found) = 1 THEN
            RETURN ROW(found[1], 'contact_and_name', '{}'::uuid[])::matched_person;
          END IF;
          RETURN ROW(NULL, NULL, sharing)::matched_person;
        END
        $$;

      -- As begin_join(), for what an organiser types: the card besides the key, and the people of
      -- their own units alone. Runs as the application within the organiser's transaction.
      CREATE FUNCTION begin_intake(request jsonb, details jsonb) RETURNS begun_join
        LANGUAGE plpgsql VOLATILE
        AS $$
        DECLARE
          mine uuid[] := my_units();
          chosen uuid := (request->>'chosen_person_id')::uuid;
          batch uuid := (request->>'batch_id')::uuid;
          unit uuid := (request->>'intake_unit_id')::uuid;
          spoken_on date := (request->>'conversation_on')::date;
          wanted_card text := lower(request->>'card');
          begun begun_request;
          taken record;
          matched matched_person;
          recent bigint;
        BEGIN
          begun := begin_request(
            request->>'scope', decode(request->>'key_hash', 'hex'),
            decode(request->>'input_hash', 'hex'), (request->>'may_wait')::boolean);
          IF begun.outcome <> 'new' THEN
            RETURN ROW(begun.outcome, begun.response, NULL, NULL, NULL, NULL)::begun_join;
          END IF;
          IF wanted_card IS NOT NULL THEN
            PERFORM pg_advisory_xact_lock(hashtextextended(
              'card:' || coalesce(batch::text, unit || ' ' || spoken_on) || ':' || wanted_card, 0));
            IF batch IS NOT NULL THEN
              SELECT i.input_hash, s.answer INTO taken
                FROM join_intake i JOIN join_submission s ON s.id = i.submission_id
               WHERE i.batch_id = batch AND i.card IS NOT NULL AND lower(i.card) = wanted_card;
            ELSE
              SELECT i.input_hash, s.answer INTO taken
                FROM join_intake i JOIN join_submission s ON s.id = i.submission_id
               WHERE i.unit_id = unit AND i.conversation_on = spoken_on AND i.batch_id IS NULL
                 AND i.card IS NOT NULL AND lower(i.card) = wanted_card;
            END IF;
            IF FOUND THEN
              RETURN ROW(
                CASE WHEN taken.input_hash = decode(request->>'card_hash', 'hex')
                     THEN 'replay' ELSE 'card_taken' END,
                taken.answer, NULL, NULL, NULL, NULL)::begun_join;
            END IF;
          END IF;
          IF (SELECT version FROM directory_version) <> (request->>'directory_version')::bigint THEN
            RETURN ROW('stale_directory', NULL, NULL, NULL, NULL, NULL)::begun_join;
          END IF;
          matched := match_person_within(
            mine, details->>'email', details->>'phone', details->>'given_name',
            details->>'family_name');
          IF chosen IS NOT NULL THEN
            IF NOT EXISTS (SELECT FROM person p WHERE p.id = chosen AND p.unit_id = ANY (mine)) THEN
              RETURN ROW('unknown_person', NULL, NULL, NULL, NULL, NULL)::begun_join;
            END IF;
            matched := ROW(chosen, 'organiser', '{}'::uuid[])::matched_person;
          END IF;
          SELECT count(*) INTO recent FROM message m
           WHERE m.recipient_hash = decode(request->>'recipient_hash', 'hex')
             AND m.created_at > clock_now() - interval '1 day'
             AND m.state <> 'capped';
          RETURN ROW('new', NULL, matched.person_id, matched.matched_by, matched.candidates,
            recent < (request->>'acknowledgement_cap')::integer)::begun_join;
        END
        $$;

      GRANT SELECT ON join_batch TO branchline_app;
      GRANT SELECT, INSERT ON join_intake TO branchline_app;
      GRANT SELECT, INSERT ON join_batch TO branchline_organiser;
      GRANT UPDATE (name, place, conversation_on, campaign, privacy_notice_version, evidence_kind,
                    evidence_wording, closed_at, version, updated_at)
        ON join_batch TO branchline_organiser;
      GRANT SELECT (submission_id, unit_id, batch_id, card, conversation_on, conversation_from,
                    conversation_until, conversation_with, conversation_note, evidence_kind,
                    evidence_reference, evidence_wording, already_contacted, taken_by)
        ON join_intake TO branchline_organiser;
      CREATE POLICY application ON join_batch TO branchline_app USING (true) WITH CHECK (true);
      CREATE POLICY application ON join_intake TO branchline_app USING (true) WITH CHECK (true);
      CREATE POLICY organiser ON join_batch TO branchline_organiser
        USING (unit_id = ANY ((SELECT my_units())::uuid[]))
        WITH CHECK (unit_id = ANY ((SELECT my_units())::uuid[]));
      CREATE POLICY organiser_opens ON join_batch AS RESTRICTIVE FOR INSERT TO branchline_organiser
        WITH CHECK (created_by = (SELECT my_organiser_id()));
      CREATE POLICY organiser ON join_intake FOR SELECT TO branchline_organiser
        USING ((SELECT true FROM join_submission_handling h
                 WHERE h.submission_id = join_intake.submission_id));
    `);
    for (const table of ['join_batch', 'join_intake']) {
      await runner.query(`
        ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE ${table} FORCE ROW LEVEL SECURITY;
      `);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION begin_intake(jsonb, jsonb);
      DROP FUNCTION match_person_within(uuid[], text, text, text, text);
      DROP FUNCTION my_first_unit();
      DROP INDEX join_submission_taken;
      DROP INDEX person_home;
      DROP INDEX person_folded_name;
      ALTER TABLE consent_event
        DROP COLUMN evidence_reference,
        DROP COLUMN evidence_kind,
        DROP COLUMN actor_id;
      DROP TABLE join_intake;
      DROP TABLE join_batch;
    `);
  }
}
