import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Join submissions, the duties they cause, and the messages that follow. */
export class CreateJoin1764000003000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE join_submission (
        id uuid NOT NULL,
        reference text NOT NULL,
        form_id text NOT NULL,
        channel text NOT NULL,
        received_at timestamptz NOT NULL DEFAULT clock_now(),
        posted jsonb NOT NULL,
        answer jsonb NOT NULL,
        email text,
        phone text,
        matched_by text,
        suspected_bot boolean NOT NULL DEFAULT false,
        address inet,
        user_agent text,
        request_id text,
        CONSTRAINT join_submission_pk PRIMARY KEY (id),
        CONSTRAINT join_submission_reference_key UNIQUE (reference),
        CONSTRAINT join_submission_channel_known
          CHECK (channel IN ('form', 'json', 'sms', 'telephone', 'stall_card'))
      );
      COMMENT ON TABLE join_submission IS
        'What was received, never changed. What became of it stands in join_submission_handling.';
      COMMENT ON COLUMN join_submission.posted IS
        'The checked input as posted. For a known person it stays a proposal until they or an organiser confirm it.';
      CREATE INDEX join_submission_received ON join_submission (received_at, id);
      CREATE INDEX join_submission_email ON join_submission (email) WHERE email IS NOT NULL;
      CREATE INDEX join_submission_phone ON join_submission (phone) WHERE phone IS NOT NULL;
      CREATE TRIGGER join_submission_unchanging BEFORE UPDATE ON join_submission
        FOR EACH ROW EXECUTE FUNCTION refuse_change();

      CREATE TABLE join_submission_handling (
        submission_id uuid NOT NULL,
        person_id uuid,
        unit_id uuid NOT NULL,
        state text NOT NULL DEFAULT 'received',
        outcome text,
        note text,
        handled_by uuid,
        handled_at timestamptz,
        confirmed_at timestamptz,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT clock_now(),
        updated_at timestamptz NOT NULL DEFAULT clock_now(),
        CONSTRAINT join_submission_handling_pk PRIMARY KEY (submission_id),
        CONSTRAINT join_submission_handling_submission_fk
          FOREIGN KEY (submission_id) REFERENCES join_submission (id) ON DELETE CASCADE,
        CONSTRAINT join_submission_handling_person_fk
          FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE SET NULL,
        CONSTRAINT join_submission_handling_unit_fk
          FOREIGN KEY (unit_id) REFERENCES unit (id) ON DELETE RESTRICT,
        CONSTRAINT join_submission_handling_handled_by_fk
          FOREIGN KEY (handled_by) REFERENCES organiser (id) ON DELETE SET NULL,
        CONSTRAINT join_submission_handling_state_known CHECK (
          state IN ('received', 'contacted', 'accepted', 'declined', 'spam', 'suspected_bot'))
      );
      CREATE INDEX join_submission_handling_unit
        ON join_submission_handling (unit_id, submission_id);
      CREATE INDEX join_submission_handling_person ON join_submission_handling (person_id);

      CREATE TABLE follow_up (
        id uuid NOT NULL,
        kind text NOT NULL,
        submission_id uuid NOT NULL,
        person_id uuid,
        unit_id uuid NOT NULL,
        office text NOT NULL,
        calendar text NOT NULL,
        state text NOT NULL DEFAULT 'open',
        due_at timestamptz NOT NULL,
        remind_at timestamptz NOT NULL,
        tries integer NOT NULL DEFAULT 0,
        covered_by_stand_in boolean NOT NULL DEFAULT false,
        assignment integer NOT NULL DEFAULT 1,
        outcome text,
        note text,
        closed_by uuid,
        closed_at timestamptz,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT clock_now(),
        updated_at timestamptz NOT NULL DEFAULT clock_now(),
        CONSTRAINT follow_up_pk PRIMARY KEY (id),
        CONSTRAINT follow_up_submission_fk
          FOREIGN KEY (submission_id) REFERENCES join_submission (id) ON DELETE CASCADE,
        CONSTRAINT follow_up_person_fk FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE SET NULL,
        CONSTRAINT follow_up_unit_fk FOREIGN KEY (unit_id) REFERENCES unit (id) ON DELETE RESTRICT,
        CONSTRAINT follow_up_closed_by_fk
          FOREIGN KEY (closed_by) REFERENCES organiser (id) ON DELETE SET NULL,
        CONSTRAINT follow_up_kind_known CHECK (kind IN ('join')),
        CONSTRAINT follow_up_calendar_known
          CHECK (calendar IN ('england-and-wales', 'scotland', 'northern-ireland')),
        CONSTRAINT follow_up_state_known CHECK (
          state IN ('open', 'acknowledged', 'no_answer', 'done', 'declined', 'cancelled')),
        CONSTRAINT follow_up_closed_whole
          CHECK ((state IN ('done', 'declined', 'cancelled')) = (closed_at IS NOT NULL)),
        CONSTRAINT follow_up_business_key UNIQUE (kind, submission_id)
      );
      COMMENT ON COLUMN follow_up.assignment IS
        'Counts the hand-overs. A link is made for one assignment and dies with the next.';
      CREATE INDEX follow_up_open ON follow_up (unit_id, due_at, id)
        WHERE state IN ('open', 'acknowledged', 'no_answer');
      CREATE INDEX follow_up_person ON follow_up (person_id);

      CREATE TABLE follow_up_event (
        id uuid NOT NULL,
        follow_up_id uuid NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_now(),
        action text NOT NULL,
        actor_kind text NOT NULL,
        actor_id uuid,
        unit_id uuid NOT NULL,
        note text,
        CONSTRAINT follow_up_event_pk PRIMARY KEY (id),
        CONSTRAINT follow_up_event_follow_up_fk
          FOREIGN KEY (follow_up_id) REFERENCES follow_up (id) ON DELETE CASCADE,
        CONSTRAINT follow_up_event_unit_fk FOREIGN KEY (unit_id) REFERENCES unit (id) ON DELETE RESTRICT,
        CONSTRAINT follow_up_event_action_known CHECK (action IN (
          'opened', 'acknowledged', 'contacted', 'no_answer', 'not_ours', 'handed_over',
          'reassigned', 'notice_failed'))
      );
      CREATE INDEX follow_up_event_follow_up ON follow_up_event (follow_up_id, at);

      CREATE TABLE message (
        id uuid NOT NULL,
        business_key text NOT NULL,
        kind text NOT NULL,
        channel text NOT NULL,
        submission_id uuid,
        follow_up_id uuid,
        assignment integer,
        recipient_hash bytea,
        state text NOT NULL DEFAULT 'queued',
        attempts integer NOT NULL DEFAULT 0,
        message_id_header text NOT NULL,
        sending_until timestamptz,
        sent_at timestamptz,
        repeats integer NOT NULL DEFAULT 0,
        last_error text,
        created_at timestamptz NOT NULL DEFAULT clock_now(),
        CONSTRAINT message_pk PRIMARY KEY (id),
        CONSTRAINT message_business_key UNIQUE (business_key),
        CONSTRAINT message_submission_fk
          FOREIGN KEY (submission_id) REFERENCES join_submission (id) ON DELETE CASCADE,
        CONSTRAINT message_follow_up_fk
          FOREIGN KEY (follow_up_id) REFERENCES follow_up (id) ON DELETE CASCADE,
        CONSTRAINT message_kind_known CHECK (
          kind IN ('join_acknowledgement', 'follow_up_notice', 'follow_up_reminder')),
        CONSTRAINT message_channel_known CHECK (channel IN ('email', 'sms')),
        CONSTRAINT message_state_known CHECK (
          state IN ('queued', 'sending', 'sent', 'failed', 'cancelled', 'capped', 'in_doubt'))
      );
      COMMENT ON TABLE message IS
        'What is to be said to somebody, once: the business key outlives every attempt. The address is read when it is sent, and never kept here.';
      CREATE INDEX message_submission ON message (submission_id);
      CREATE INDEX message_follow_up ON message (follow_up_id);
      CREATE INDEX message_recipient ON message (recipient_hash, created_at)
        WHERE recipient_hash IS NOT NULL;

      CREATE TYPE begun_join AS (
        outcome text, response jsonb, person_id uuid, matched_by text, candidates uuid[],
        acknowledge boolean
      );

      -- All that has to be looked at under a lock before a join is written, each step with a fresh
      -- view of the tables: the key, the directory that the answer was computed from, whom the
      -- details belong to, and whether this address has had its share of acknowledgements.
      -- Known and unknown people take the same steps.
      CREATE FUNCTION begin_join(request jsonb, person jsonb) RETURNS begun_join
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
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION begin_join(jsonb, jsonb);
      DROP TYPE begun_join;
      DROP TABLE message;
      DROP TABLE follow_up_event;
      DROP TABLE follow_up;
      DROP TABLE join_submission_handling;
      DROP TABLE join_submission;
    `);
  }
}
