import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Organisers' accounts: invitations by email, passwords that their owners may change, and who may
 * see, rename, close and open accounts.
 *
 * The application's login comes to write accounts, as little as will do. It may give an account
 * another password, because whoever resets one is signed in to nothing. Everything else goes through
 * functions that ask for themselves whether it may be: an account and a grant are made of an open
 * invitation whose inviter may still give that role there, and of nothing else.
 */
export class InviteOrganisers1764000011000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SET LOCAL lock_timeout = '10s';
      ALTER TABLE organiser
        ADD COLUMN credentials_version integer NOT NULL DEFAULT 1,
        ADD COLUMN disabled_reason text,
        ADD COLUMN version integer NOT NULL DEFAULT 1,
        ADD COLUMN updated_at timestamptz NOT NULL DEFAULT clock_now(),
        ADD CONSTRAINT organiser_disabled_reason CHECK (
          length(disabled_reason) <= 500 AND (disabled_at IS NOT NULL OR disabled_reason IS NULL));
      COMMENT ON COLUMN organiser.credentials_version IS
        'Moves on with every new password; a link that resets one names the version it was made for.';
      COMMENT ON COLUMN organiser.disabled_reason IS
        'Why the account was closed, in the words of who closed it; gone when it is opened.';

      -- Whoever changes an account, the operator's commands too.
      CREATE FUNCTION move_organiser_on() RETURNS trigger
        LANGUAGE plpgsql
        AS $$
        BEGIN
          IF NEW.password_hash IS DISTINCT FROM OLD.password_hash THEN
            NEW.credentials_version := OLD.credentials_version + 1;
          END IF;
          IF NEW.disabled_at IS NULL THEN
            NEW.disabled_reason := NULL;
          END IF;
          IF (NEW.name, NEW.disabled_at) IS DISTINCT FROM (OLD.name, OLD.disabled_at) THEN
            NEW.version := OLD.version + 1;
            NEW.updated_at := clock_now();
          END IF;
          RETURN NEW;
        END
        $$;
      CREATE TRIGGER organiser_moves_on BEFORE UPDATE ON organiser
        FOR EACH ROW EXECUTE FUNCTION move_organiser_on();

      CREATE TABLE organiser_invitation (
        id uuid NOT NULL,
        email text NOT NULL,
        name text NOT NULL,
        role text NOT NULL,
        unit_id uuid NOT NULL,
        valid_from timestamptz,
        valid_until timestamptz,
        invited_by uuid NOT NULL,
        sendings integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT clock_now(),
        expires_at timestamptz NOT NULL,
        accepted_at timestamptz,
        withdrawn_at timestamptz,
        organiser_id uuid,
        CONSTRAINT organiser_invitation_pk PRIMARY KEY (id),
        CONSTRAINT organiser_invitation_unit_fk
          FOREIGN KEY (unit_id) REFERENCES unit (id) ON DELETE CASCADE,
        CONSTRAINT organiser_invitation_inviter_fk
          FOREIGN KEY (invited_by) REFERENCES organiser (id) ON DELETE CASCADE,
        CONSTRAINT organiser_invitation_organiser_fk
          FOREIGN KEY (organiser_id) REFERENCES organiser (id) ON DELETE CASCADE,
        CONSTRAINT organiser_invitation_email_folded CHECK (email = lower(email)),
        CONSTRAINT organiser_invitation_role_known CHECK (role IN (
          'national_administrator', 'regional_organiser', 'branch_secretary', 'treasurer',
          'campaign_lead', 'data_protection_officer', 'reader')),
        CONSTRAINT organiser_invitation_span CHECK (valid_until > valid_from),
        CONSTRAINT organiser_invitation_answered CHECK (
          (accepted_at IS NULL) = (organiser_id IS NULL)
          AND (accepted_at IS NULL OR withdrawn_at IS NULL))
      );
      COMMENT ON TABLE organiser_invitation IS
        'An account and a role that are offered to an address, once: open, accepted or withdrawn.';
      COMMENT ON COLUMN organiser_invitation.invited_by IS
        'Who vouches for it: their right is asked for again when it is accepted.';
      CREATE UNIQUE INDEX organiser_invitation_open ON organiser_invitation (email, role, unit_id)
        WHERE accepted_at IS NULL AND withdrawn_at IS NULL;
      CREATE INDEX organiser_invitation_inviter ON organiser_invitation (invited_by);
      CREATE INDEX organiser_invitation_organiser ON organiser_invitation (organiser_id)
        WHERE organiser_id IS NOT NULL;

      ALTER TABLE message
        ADD COLUMN invitation_id uuid,
        ADD COLUMN notice text,
        ADD CONSTRAINT message_invitation_fk
          FOREIGN KEY (invitation_id) REFERENCES organiser_invitation (id) ON DELETE CASCADE,
        ADD CONSTRAINT message_notice_named CHECK (notice ~ '^[a-z_]{1,60}$');
      COMMENT ON COLUMN message.invitation_id IS 'The invitation that it brings.';
      COMMENT ON COLUMN message.notice IS 'What a notice about an account tells of.';
      CREATE INDEX message_invitation ON message (invitation_id) WHERE invitation_id IS NOT NULL;
    `);
    await this.tellWhoSeesWhat(runner);
    await this.makeAccounts(runner);
    await runner.query(`
      ALTER TABLE organiser_invitation ENABLE ROW LEVEL SECURITY;
      ALTER TABLE organiser_invitation FORCE ROW LEVEL SECURITY;
      CREATE POLICY application ON organiser_invitation TO branchline_app
        USING (true) WITH CHECK (true);
      CREATE POLICY owner ON organiser_invitation TO branchline_owner
        USING (true) WITH CHECK (true);
      -- Whoever might have sent an invitation sees it, sends it again and takes it back.
      CREATE POLICY organiser ON organiser_invitation TO branchline_organiser
        USING (may_grant(role, unit_id))
        WITH CHECK (may_grant(role, unit_id) AND organiser_id IS NULL);
      GRANT SELECT, DELETE ON organiser_invitation TO branchline_app;
      -- For the lock of what is deleted, which needs a right to change; nothing else may be.
      GRANT UPDATE (withdrawn_at) ON organiser_invitation TO branchline_app;
      GRANT SELECT, INSERT (id, email, name, role, unit_id, valid_from, valid_until, invited_by,
                            expires_at),
            UPDATE (invited_by, sendings, expires_at, withdrawn_at)
        ON organiser_invitation TO branchline_organiser;

      CREATE POLICY organiser_vouches ON organiser_invitation AS RESTRICTIVE
        FOR INSERT TO branchline_organiser
        WITH CHECK (invited_by = (SELECT my_organiser_id()));
      -- Who vouches for an invitation is its writer or whoever sent it again, and what was taken back
      -- stays so. Not SECURITY DEFINER: it has to know who changes the row.
      CREATE FUNCTION guard_invitation() RETURNS trigger
        LANGUAGE plpgsql SET search_path = public, pg_temp
        AS $$
        BEGIN
          IF current_user IN ('branchline_organiser', 'branchline_organiser_of_all')
             AND ((NEW.invited_by <> OLD.invited_by AND NEW.invited_by <> my_organiser_id())
                  OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS NULL)) THEN
            RAISE EXCEPTION 'an invitation is in the name of whoever sends it, and stays withdrawn'
              USING ERRCODE = 'insufficient_privilege';
          END IF;
          RETURN NEW;
        END
        $$;
      CREATE TRIGGER organiser_invitation_guarded BEFORE UPDATE ON organiser_invitation
        FOR EACH ROW EXECUTE FUNCTION guard_invitation();

      -- The hash of a password stays out of an organiser's sight; SELECT is of columns.
      GRANT SELECT (disabled_at, disabled_reason, created_at, version, updated_at), UPDATE (name)
        ON organiser TO branchline_organiser;
      CREATE POLICY organiser_sees ON organiser FOR SELECT TO branchline_organiser
        USING ((SELECT administers_everybody()) OR id = ANY ((SELECT my_organisers())::uuid[]));
      CREATE POLICY organiser_renames ON organiser FOR UPDATE TO branchline_organiser
        USING ((SELECT administers_everybody())) WITH CHECK ((SELECT administers_everybody()));
      GRANT UPDATE (password_hash) ON organiser TO branchline_app;

      -- Requests for a new password are of a day; all other messages stay.
      GRANT DELETE ON message TO branchline_app;
      CREATE POLICY application_forgets ON message AS RESTRICTIVE FOR DELETE TO branchline_app
        USING (kind = 'organiser_password_reset'
               AND created_at <= clock_now() - interval '1 day');
      CREATE INDEX message_password_reset ON message (created_at)
        WHERE kind = 'organiser_password_reset';
    `);
  }

  /** Which accounts and grants an organiser may know of, who leads no more than a part of them. */
  private async tellWhoSeesWhat(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Whether the organiser of this transaction administers the whole organisation.
      CREATE FUNCTION administers_everybody() RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT EXISTS (
            SELECT FROM unit u
             WHERE u.kind = 'national' AND u.id = ANY (my_units_as('{national_administrator}')))
        $$;

      -- Grants that hold or will hold: one's own, those on units that one leads, and for a treasurer
      -- those of treasurers.
      CREATE FUNCTION grants_in_sight() RETURNS TABLE (
          id uuid, organiser_id uuid, role text, unit_id uuid,
          valid_from timestamptz, valid_until timestamptz)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          WITH mine AS MATERIALIZED (
            SELECT my_units_as('{national_administrator,regional_organiser}') AS led,
                   my_units_as('{treasurer}') AS kept
          )
          SELECT g.id, g.organiser_id, g.role, g.unit_id, g.valid_from, g.valid_until
            FROM organiser_grant g, mine
           WHERE (g.organiser_id = my_organiser_id() OR g.unit_id = ANY (mine.led)
                  OR (g.role = 'treasurer' AND g.unit_id = ANY (mine.kept)))
             AND (g.valid_until IS NULL OR g.valid_until > clock_now())
        $$;

      -- Whose accounts one may look at: holders of those grants, and whom one has invited, as long
      -- as one may still invite anybody.
      CREATE FUNCTION my_organisers() RETURNS uuid[]
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT coalesce(array_agg(DISTINCT seen.id), '{}')
            FROM (SELECT g.organiser_id AS id FROM grants_in_sight() g
                  UNION
                  SELECT i.organiser_id FROM organiser_invitation i
                   WHERE i.invited_by = my_organiser_id() AND i.organiser_id IS NOT NULL
                     AND EXISTS (SELECT FROM my_holdings() h WHERE h.role IN (
                       'national_administrator', 'regional_organiser', 'treasurer'))) seen
        $$;

      -- The day of the latest sign-in to an account in sight, in UTC; sessions themselves nobody reads.
      CREATE FUNCTION last_sign_in_day(wanted uuid) RETURNS date
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT (max(s.created_at) AT TIME ZONE 'UTC')::date FROM organiser_session s
           WHERE s.organiser_id = wanted
             AND (administers_everybody() OR wanted = ANY (my_organisers()))
        $$;

      -- The name of who sent an invitation in sight.
      CREATE FUNCTION inviter_name(wanted uuid) RETURNS text
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          SELECT o.name FROM organiser o
           WHERE o.id = wanted
             AND EXISTS (SELECT FROM organiser_invitation i
                          WHERE i.invited_by = wanted AND may_grant(i.role, i.unit_id))
        $$;

      REVOKE ALL ON FUNCTION administers_everybody(), grants_in_sight(), my_organisers(),
        last_sign_in_day(uuid), inviter_name(uuid) FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION administers_everybody(), grants_in_sight(), my_organisers(),
        last_sign_in_day(uuid), inviter_name(uuid) TO branchline_organiser;
    `);
  }

  /** Accounts come of accepted invitations; they are closed and opened by national administrators. */
  private async makeAccounts(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Gives a role on a unit for a time, unless it is held there for all of that time already.
      CREATE FUNCTION give_role(holder uuid, wanted_role text, wanted_unit uuid,
                                begins timestamptz, ends timestamptz) RETURNS void
        LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
          -- Held for a part of it already, it goes on from there: no two of them overlap.
          WITH held AS (
            SELECT max(coalesce(g.valid_until, 'infinity')) AS until FROM organiser_grant g
             WHERE g.organiser_id = holder AND g.role = wanted_role AND g.unit_id = wanted_unit
               AND coalesce(g.valid_until, 'infinity') > begins
               AND g.valid_from < coalesce(ends, 'infinity'))
          INSERT INTO organiser_grant (id, organiser_id, role, unit_id, valid_from, valid_until)
          SELECT uuid_v7(), holder, wanted_role, wanted_unit,
                 greatest(begins, held.until), ends
            FROM held
           WHERE held.until IS NULL OR held.until < coalesce(ends, 'infinity')
        $$;

      -- Puts somebody into an office that is vacant. Says whether they hold it now.
      CREATE FUNCTION fill_office(wanted_unit uuid, wanted_office text, officer uuid) RETURNS boolean
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
        BEGIN
          INSERT INTO post (id, unit_id, office, holder_id)
          VALUES (uuid_v7(), wanted_unit, wanted_office, officer)
          ON CONFLICT ON CONSTRAINT post_office_key DO UPDATE SET holder_id = excluded.holder_id
           WHERE post.holder_id IS NULL;
          RETURN EXISTS (SELECT FROM post p WHERE p.unit_id = wanted_unit
                            AND p.office = wanted_office AND p.holder_id = officer);
        END
        $$;

      -- Whether an organiser may give a role on a unit at this moment, whoever asks.
      CREATE FUNCTION may_still_grant(giver uuid, wanted_role text, wanted_unit uuid)
        RETURNS boolean
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
        DECLARE
          asking text := current_setting('branchline.organiser_id', true);
          asking_as text := current_setting('branchline.roles', true);
          may boolean;
        BEGIN
          PERFORM set_config('branchline.organiser_id', giver::text, true),
                  set_config('branchline.roles',
                             'national_administrator,regional_organiser,treasurer', true);
          may := may_grant(wanted_role, wanted_unit);
          PERFORM set_config('branchline.organiser_id', asking, true),
                  set_config('branchline.roles', asking_as, true);
          RETURN may;
        END
        $$;

      -- Makes an account and a grant of an open invitation. Of an address that has no account, \`hash\`
      -- is of the password that was chosen; of one that has, the stored one, which the typed password
      -- fits: with anything else nothing is changed.
      CREATE FUNCTION accept_invitation(wanted uuid, hash text, office text,
                                        OUT outcome text, OUT account uuid)
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
        DECLARE
          invitation organiser_invitation;
          known organiser;
          begins timestamptz;
        BEGIN
          SELECT * INTO invitation FROM organiser_invitation WHERE id = wanted FOR UPDATE;
          begins := greatest(invitation.valid_from, clock_now());
          IF NOT FOUND OR invitation.accepted_at IS NOT NULL OR invitation.withdrawn_at IS NOT NULL
             OR invitation.expires_at <= clock_now() OR invitation.valid_until <= begins
             OR NOT may_still_grant(invitation.invited_by, invitation.role, invitation.unit_id)
             OR EXISTS (SELECT FROM unit u WHERE u.id = invitation.unit_id AND u.closed_at IS NOT NULL)
          THEN
            outcome := 'closed';
            RETURN;
          END IF;

          SELECT * INTO known FROM organiser WHERE email = invitation.email FOR UPDATE;
          IF FOUND THEN
            -- Nobody gives to themselves, by whatever way.
            IF known.id = invitation.invited_by THEN
              outcome := 'closed';
              RETURN;
            END IF;
            IF known.disabled_at IS NOT NULL OR known.password_hash <> hash THEN
              outcome := 'account_changed';
              RETURN;
            END IF;
            account := known.id;
            outcome := 'role_taken';
          ELSE
            INSERT INTO organiser (id, email, name, password_hash)
            VALUES (uuid_v7(), invitation.email, invitation.name, hash)
            ON CONFLICT ON CONSTRAINT organiser_email_key DO NOTHING RETURNING id INTO account;
            -- Another invitation to the same address was accepted at the same moment.
            IF account IS NULL THEN
              outcome := 'account_changed';
              RETURN;
            END IF;
            outcome := 'account_made';
          END IF;

          PERFORM give_role(account, invitation.role, invitation.unit_id, begins,
                            invitation.valid_until);
          -- The office of a region or the country is not for its own organiser to fill.
          IF office IS NOT NULL AND begins <= clock_now()
             AND ((SELECT u.kind FROM unit u WHERE u.id = invitation.unit_id) = 'branch'
                  OR may_still_grant(invitation.invited_by, 'national_administrator',
                                     (SELECT u.id FROM unit u WHERE u.kind = 'national'))) THEN
            PERFORM fill_office(invitation.unit_id, office, account);
          END IF;
          UPDATE organiser_invitation SET accepted_at = clock_now(), organiser_id = account
           WHERE id = wanted;
        END
        $$;

      -- Closes an account, or opens it again, for a national administrator; never one's own, so that
      -- one of them always remains. One at a time: two might close each other's.
      CREATE FUNCTION close_account(wanted uuid, reason text) RETURNS text
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
        BEGIN
          PERFORM pg_advisory_xact_lock(hashtextextended('national administrators', 0));
          IF NOT administers_everybody() THEN RETURN 'not_allowed'; END IF;
          IF wanted = my_organiser_id() THEN RETURN 'own_account'; END IF;
          UPDATE organiser SET disabled_at = clock_now(), disabled_reason = reason
           WHERE id = wanted AND disabled_at IS NULL;
          IF FOUND THEN RETURN 'done'; END IF;
          RETURN 'unchanged';
        END
        $$;
      CREATE FUNCTION open_account(wanted uuid) RETURNS text
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$
        BEGIN
          IF NOT administers_everybody() THEN RETURN 'not_allowed'; END IF;
          UPDATE organiser SET disabled_at = NULL WHERE id = wanted AND disabled_at IS NOT NULL;
          IF FOUND THEN RETURN 'done'; END IF;
          RETURN 'unchanged';
        END
        $$;

      REVOKE ALL ON FUNCTION give_role(uuid, text, uuid, timestamptz, timestamptz),
        fill_office(uuid, text, uuid), may_still_grant(uuid, text, uuid),
        accept_invitation(uuid, text, text), close_account(uuid, text), open_account(uuid)
        FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION may_still_grant(uuid, text, uuid),
        accept_invitation(uuid, text, text) TO branchline_app;
      GRANT EXECUTE ON FUNCTION close_account(uuid, text), open_account(uuid)
        TO branchline_organiser;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX message_password_reset;
      DROP POLICY application_forgets ON message;
      REVOKE DELETE ON message FROM branchline_app;
      REVOKE UPDATE (password_hash) ON organiser FROM branchline_app;
      DROP POLICY organiser_renames ON organiser;
      DROP POLICY organiser_sees ON organiser;
      REVOKE SELECT (disabled_at, disabled_reason, created_at, version, updated_at), UPDATE (name)
        ON organiser FROM branchline_organiser;
      DROP FUNCTION open_account(uuid);
      DROP FUNCTION close_account(uuid, text);
      DROP FUNCTION accept_invitation(uuid, text, text);
      DROP FUNCTION may_still_grant(uuid, text, uuid);
      DROP FUNCTION fill_office(uuid, text, uuid);
      DROP FUNCTION give_role(uuid, text, uuid, timestamptz, timestamptz);
      DROP FUNCTION inviter_name(uuid);
      DROP FUNCTION last_sign_in_day(uuid);
      DROP FUNCTION my_organisers();
      DROP FUNCTION grants_in_sight();
      DROP FUNCTION administers_everybody();
      ALTER TABLE message DROP COLUMN notice, DROP COLUMN invitation_id;
      DROP TABLE organiser_invitation;
      DROP FUNCTION guard_invitation();
      DROP TRIGGER organiser_moves_on ON organiser;
      DROP FUNCTION move_organiser_on();
      ALTER TABLE organiser
        DROP COLUMN updated_at, DROP COLUMN version, DROP COLUMN disabled_reason,
        DROP COLUMN credentials_version;
    `);
  }
}
