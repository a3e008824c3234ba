import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * From where something was done, and a seal on the audit trail: each event is chained to the one
 * before it by a hash, so that whoever changes, removes or slips in one breaks all that follow.
 */
export class SealAuditTrail1764000008000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_unsealed (
        event_id uuid NOT NULL,
        since timestamptz NOT NULL DEFAULT clock_now(),
        CONSTRAINT audit_unsealed_pk PRIMARY KEY (event_id)
      );
      COMMENT ON TABLE audit_unsealed IS 'Events that the sealer has not come to yet.';
      -- Rows come and go within a minute: what is dead in it is to be cleared away as quickly.
      ALTER TABLE audit_unsealed SET (autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_threshold = 1000);

      CREATE TABLE audit_seal (
        position bigint NOT NULL,
        event_id uuid NOT NULL,
        hash bytea NOT NULL,
        CONSTRAINT audit_seal_pk PRIMARY KEY (position),
        CONSTRAINT audit_seal_event_key UNIQUE (event_id),
        CONSTRAINT audit_seal_event_fk
          FOREIGN KEY (event_id) REFERENCES audit_event (id) ON DELETE RESTRICT,
        CONSTRAINT audit_seal_counted CHECK (position > 0)
      );
      COMMENT ON TABLE audit_seal IS
        'The chain: SHA-256 of the hash before and of the event with its position, from 1 on without a gap.';
      CREATE TRIGGER audit_seal_append_only BEFORE UPDATE OR DELETE ON audit_seal
        FOR EACH ROW EXECUTE FUNCTION refuse_change();
      CREATE TRIGGER audit_seal_whole BEFORE TRUNCATE ON audit_seal
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

      CREATE FUNCTION await_seal() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
        BEGIN
          INSERT INTO audit_unsealed (event_id) VALUES (NEW.id);
          RETURN NULL;
        END
        $$;

      -- The time of an event is the database's to say, whatever the application asks for.
      CREATE FUNCTION stamp_audit_event() RETURNS trigger
        LANGUAGE plpgsql
        AS $$
        BEGIN
          IF current_user IN ('branchline_app', 'branchline_organiser') THEN
            NEW.at := clock_now();
          END IF;
          RETURN NEW;
        END
        $$;

      -- From here on deeds wait until the indexes are built: some seven seconds for a million events.
      SET LOCAL lock_timeout = '10s';
      ALTER TABLE audit_event ADD COLUMN address inet,
        -- The chain is made of the text of these. What is too long or no time could not be sealed.
        ADD CONSTRAINT audit_event_bounded CHECK (
          isfinite(at) AND length(action) <= 80 AND length(subject_kind) <= 80
          AND length(request_id) <= 128);
      COMMENT ON COLUMN audit_event.address IS
        'The network address from which an organiser or a duty link did it; null for all others.';
      COMMENT ON TABLE audit_event IS
        'Who did what to which record, and from where: ids, and addresses of organisers and duty links alone, so that erasing a person leaves it whole.';
      -- The sealer and whoever verifies work as the owner, whom row-level security binds too.
      CREATE POLICY owner_reads ON audit_event FOR SELECT TO branchline_owner USING (true);
      INSERT INTO audit_unsealed (event_id) SELECT id FROM audit_event;
      CREATE TRIGGER audit_event_stamped BEFORE INSERT ON audit_event
        FOR EACH ROW EXECUTE FUNCTION stamp_audit_event();
      CREATE TRIGGER audit_event_awaits_seal AFTER INSERT ON audit_event
        FOR EACH ROW EXECUTE FUNCTION await_seal();
      CREATE TRIGGER audit_event_whole BEFORE TRUNCATE ON audit_event
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      CREATE INDEX audit_event_latest ON audit_event (at, id);
      CREATE INDEX audit_event_actor ON audit_event (actor_id, at, id) WHERE actor_id IS NOT NULL;
      CREATE INDEX audit_event_action ON audit_event (action, at, id);

      -- Seals up to so many events, the oldest first. One sealer at a time: the end of the chain is
      -- one. SECURITY DEFINER, because no role that signs in may write the chain itself.
      CREATE FUNCTION seal_audit_events(most integer) RETURNS integer
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
        DECLARE
          event audit_event;
          at_position bigint;
          chained bytea;
          sealed integer := 0;
        BEGIN
          -- Not an advisory lock: whoever signs in could hold that, and nobody would seal.
          LOCK TABLE audit_seal IN SHARE ROW EXCLUSIVE MODE;
          -- A restore whose triggers were on lets sealed events wait once more.
          DELETE FROM audit_unsealed u
           USING audit_seal s WHERE s.event_id = u.event_id;
          SELECT position, hash INTO at_position, chained
            FROM audit_seal ORDER BY position DESC LIMIT 1;
          at_position := coalesce(at_position, 0);
          FOR event IN
            SELECT e.* FROM (SELECT event_id FROM audit_unsealed ORDER BY event_id LIMIT most) u
              JOIN audit_event e ON e.id = u.event_id
             ORDER BY e.id
          LOOP
            at_position := at_position + 1;
            chained := sha256(coalesce(chained, '') || convert_to(json_build_array(
              at_position, event.id,
              to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
              event.actor_kind, event.actor_id, event.action, event.subject_kind,
              event.subject_id, event.request_id, event.address::text)::text, 'UTF8'));
            INSERT INTO audit_seal (position, event_id, hash)
            VALUES (at_position, event.id, chained);
            DELETE FROM audit_unsealed WHERE event_id = event.id;
            sealed := sealed + 1;
          END LOOP;
          RETURN sealed;
        END
        $$;

      -- For how long the oldest event has been waiting for the sealer; null where none waits.
      CREATE FUNCTION audit_waiting_seconds() RETURNS double precision
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT extract(epoch FROM clock_now() - min(since))::double precision
            FROM audit_unsealed
        $$;

      -- Whether the organiser of this transaction watches over the whole organisation.
      CREATE FUNCTION watches_over_everybody() RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT EXISTS (
            SELECT FROM unit u
             WHERE u.kind = 'national'
               AND u.id = ANY (my_units_as('{national_administrator,data_protection_officer}')))
        $$;

      -- The name of an organiser of whom the trail tells.
      CREATE FUNCTION actor_name(wanted uuid) RETURNS text
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT o.name FROM organiser o
           WHERE o.id = wanted
             AND (wanted = my_organiser_id() OR (SELECT watches_over_everybody()))
        $$;

      REVOKE ALL ON FUNCTION await_seal(), seal_audit_events(integer), audit_waiting_seconds(),
        watches_over_everybody(), actor_name(uuid) FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION seal_audit_events(integer), audit_waiting_seconds()
        TO branchline_app;
      GRANT EXECUTE ON FUNCTION watches_over_everybody(), actor_name(uuid) TO branchline_organiser;

      -- Who watches over everybody reads the whole trail; others at most their own deeds.
      GRANT SELECT ON audit_event TO branchline_organiser;
      CREATE POLICY organiser_of_all ON audit_event FOR SELECT TO branchline_organiser
        USING ((SELECT watches_over_everybody()));
    `);
  }

  /** The trail itself stays, without addresses. A later way up seals it anew, from its beginning. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM outbox WHERE job LIKE 'audit.%';
      DROP POLICY organiser_of_all ON audit_event;
      REVOKE SELECT ON audit_event FROM branchline_organiser;
      DROP POLICY owner_reads ON audit_event;
      DROP FUNCTION actor_name(uuid);
      DROP FUNCTION watches_over_everybody();
      DROP FUNCTION audit_waiting_seconds();
      DROP FUNCTION seal_audit_events(integer);
      DROP INDEX audit_event_action;
      DROP INDEX audit_event_actor;
      DROP INDEX audit_event_latest;
      DROP TRIGGER audit_event_whole ON audit_event;
      DROP TRIGGER audit_event_awaits_seal ON audit_event;
      DROP TRIGGER audit_event_stamped ON audit_event;
      DROP FUNCTION stamp_audit_event();
      DROP FUNCTION await_seal();
      DROP TABLE audit_seal;
      DROP TABLE audit_unsealed;
      ALTER TABLE audit_event DROP CONSTRAINT audit_event_bounded, DROP COLUMN address;
      COMMENT ON TABLE audit_event IS
        'Who did what to which record: ids only, so that erasing a person leaves it whole.';
    `);
  }
}
