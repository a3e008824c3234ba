import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What every module stands on: the one clock, the outbox, idempotency keys, shared rate limits and
 * the audit trail.
 */
export class CreatePlatform1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE EXTENSION IF NOT EXISTS unaccent;

      -- All SQL takes the time from here, so that a test database can turn the clock. STABLE, so
      -- that an index serves comparisons with it.
      CREATE FUNCTION clock_now() RETURNS timestamptz
        LANGUAGE sql STABLE PARALLEL SAFE
        RETURN statement_timestamp();

      -- A UUID of version 7 (RFC 9562, 5.7) for rows that only a statement knows it will write;
      -- PostgreSQL has one of its own from version 18 on. Ids are otherwise made by the application.
      CREATE FUNCTION uuid_v7() RETURNS uuid
        LANGUAGE sql VOLATILE PARALLEL SAFE
        AS $$
          SELECT encode(set_bit(set_bit(overlay(
            uuid_send(gen_random_uuid())
            PLACING substring(int8send((extract(epoch FROM clock_now()) * 1000)::bigint) FROM 3)
            FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid
        $$;

      -- A name as it is compared: without accents, case, punctuation and double spaces. IMMUTABLE by
      -- promise: the dictionary of unaccent is named, and does not change under us.
      CREATE FUNCTION folded_name(name text) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE
        AS $$
          SELECT trim(regexp_replace(
            lower(public.unaccent('public.unaccent', name)), '[^[:alnum:]]+', ' ', 'g'))
        $$;

      -- TypeORM looks here, whenever it compares entities with tables that have generated columns.
      CREATE TABLE typeorm_metadata (
        type varchar NOT NULL, database varchar, schema varchar, "table" varchar, name varchar,
        value text
      );

      CREATE TABLE outbox (
        id uuid NOT NULL,
        queue text NOT NULL,
        job text NOT NULL,
        data jsonb NOT NULL,
        available_at timestamptz NOT NULL DEFAULT clock_now(),
        attempts integer NOT NULL DEFAULT 0,
        lease_until timestamptz,
        state text NOT NULL DEFAULT 'waiting',
        last_error text,
        request_id text,
        created_at timestamptz NOT NULL DEFAULT clock_now(),
        CONSTRAINT outbox_pk PRIMARY KEY (id),
        CONSTRAINT outbox_state_known CHECK (state IN ('waiting', 'dead')),
        CONSTRAINT outbox_queue_known
          CHECK (queue IN ('receipts', 'notices', 'reminders', 'bulk'))
      );
      COMMENT ON TABLE outbox IS
        'What is to happen later. A row is written in the transaction that causes it and deleted in the commit of its handler.';
      CREATE INDEX outbox_due ON outbox (queue, available_at) WHERE state = 'waiting';
      CREATE INDEX outbox_leased ON outbox (queue, lease_until)
        WHERE state = 'waiting' AND lease_until IS NOT NULL;
      CREATE INDEX outbox_dead ON outbox (queue, created_at) WHERE state = 'dead';

      CREATE TABLE idempotency_key (
        scope text NOT NULL,
        key_hash bytea NOT NULL,
        input_hash bytea NOT NULL,
        response jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_now(),
        expires_at timestamptz NOT NULL,
        CONSTRAINT idempotency_key_pk PRIMARY KEY (scope, key_hash)
      );
      COMMENT ON TABLE idempotency_key IS
        'Answers of successful requests, kept to be repeated. A running request holds an advisory lock, never a row.';
      CREATE INDEX idempotency_key_expiry ON idempotency_key (expires_at);

      CREATE TYPE begun_request AS (outcome text, response jsonb);

      -- Takes the lock of one key for the rest of the transaction and says what is to be done:
      -- new, replay (with the stored response), reused (same key, other input) or in_progress.
      -- A caller that may wait (a double click without a key) waits instead of hearing in_progress.
      CREATE FUNCTION begin_request(
        request_scope text, request_key bytea, request_input bytea, may_wait boolean
      ) RETURNS begun_request
        LANGUAGE plpgsql VOLATILE
        AS $$
        DECLARE
          lock_id bigint := hashtextextended(request_scope || ':' || encode(request_key, 'hex'), 0);
          stored idempotency_key%ROWTYPE;
        BEGIN
          IF may_wait THEN
            PERFORM pg_advisory_xact_lock(lock_id);
          ELSIF NOT pg_try_advisory_xact_lock(lock_id) THEN
            RETURN ROW('in_progress', NULL)::begun_request;
          END IF;
          SELECT * INTO stored FROM idempotency_key k
           WHERE k.scope = request_scope AND k.key_hash = request_key AND k.expires_at > clock_now();
          IF NOT FOUND THEN
            RETURN ROW('new', NULL)::begun_request;
          ELSIF stored.input_hash <> request_input THEN
            RETURN ROW('reused', NULL)::begun_request;
          END IF;
          RETURN ROW('replay', stored.response)::begun_request;
        END
        $$;

      CREATE TABLE audit_event (
        id uuid NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_now(),
        actor_kind text NOT NULL,
        actor_id uuid,
        action text NOT NULL,
        subject_kind text NOT NULL,
        subject_id uuid,
        request_id text,
        CONSTRAINT audit_event_pk PRIMARY KEY (id),
        CONSTRAINT audit_event_actor_known CHECK (
          actor_kind IN ('organiser', 'duty_link', 'person', 'api_key', 'system', 'command_line'))
      );
      COMMENT ON TABLE audit_event IS
        'Who did what to which record: ids only, so that erasing a person leaves it whole.';
      CREATE INDEX audit_event_subject ON audit_event (subject_kind, subject_id, at);

      CREATE FUNCTION refuse_change() RETURNS trigger
        LANGUAGE plpgsql
        AS $$
        BEGIN
          RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
        END
        $$;
      CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE ON audit_event
        FOR EACH ROW EXECUTE FUNCTION refuse_change();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE audit_event;
      DROP FUNCTION refuse_change();
      DROP FUNCTION begin_request(text, bytea, bytea, boolean);
      DROP TYPE begun_request;
      DROP TABLE idempotency_key;
      DROP TABLE outbox;
      DROP TABLE typeorm_metadata;
      DROP FUNCTION folded_name(text);
      DROP FUNCTION uuid_v7();
      DROP FUNCTION clock_now();
      DROP EXTENSION unaccent;
    `);
  }
}
