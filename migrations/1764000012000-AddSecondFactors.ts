import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A second factor for accounts of organisers: a code of an app, and recovery codes. */
export class AddSecondFactors1764000012000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SET LOCAL lock_timeout = '10s';
      CREATE TABLE organiser_second_factor (
        organiser_id uuid NOT NULL,
        secret bytea,
        on_since timestamptz,
        last_step bigint,
        pending_secret bytea,
        pending_since timestamptz,
        CONSTRAINT organiser_second_factor_pk PRIMARY KEY (organiser_id),
        CONSTRAINT organiser_second_factor_organiser_fk
          FOREIGN KEY (organiser_id) REFERENCES organiser (id) ON DELETE CASCADE,
        CONSTRAINT organiser_second_factor_on CHECK ((secret IS NULL) = (on_since IS NULL)),
        CONSTRAINT organiser_second_factor_pending
          CHECK ((pending_secret IS NULL) = (pending_since IS NULL))
      );
      COMMENT ON TABLE organiser_second_factor IS
        'The secret that an account shares with an app, sealed by the application, and the last time step of which a code was taken.';

      CREATE TABLE organiser_recovery_code (
        organiser_id uuid NOT NULL,
        code_hash bytea NOT NULL,
        used_at timestamptz,
        CONSTRAINT organiser_recovery_code_pk PRIMARY KEY (organiser_id, code_hash),
        CONSTRAINT organiser_recovery_code_factor_fk FOREIGN KEY (organiser_id)
          REFERENCES organiser_second_factor (organiser_id) ON DELETE CASCADE
      );
      COMMENT ON TABLE organiser_recovery_code IS
        'Codes that stand in for the app, once each; kept as their SHA-256 only.';

      ALTER TABLE organiser_session
        ADD COLUMN second_factor text,
        ADD CONSTRAINT organiser_session_second_factor_known
          CHECK (second_factor IN ('totp', 'recovery_code', 'provider'));
      COMMENT ON COLUMN organiser_session.second_factor IS
        'By what it was shown; null where the password alone signed in.';

      GRANT SELECT, INSERT, UPDATE, DELETE ON organiser_second_factor, organiser_recovery_code
        TO branchline_app;
    `);
    for (const table of ['organiser_second_factor', 'organiser_recovery_code']) {
      await runner.query(`
        ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE ${table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY application ON ${table} TO branchline_app USING (true) WITH CHECK (true);
        -- Whoever is at the command line takes a lost one away; cascades work as the owner, too.
        CREATE POLICY owner ON ${table} TO branchline_owner USING (true) WITH CHECK (true);
      `);
    }
    // The command line tells the account that its factor is gone, and reads no message.
    await runner.query(`
      CREATE POLICY owner_notices ON message FOR INSERT TO branchline_owner
        WITH CHECK (kind = 'organiser_security_notice');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP POLICY owner_notices ON message;
      ALTER TABLE organiser_session
        DROP CONSTRAINT organiser_session_second_factor_known, DROP COLUMN second_factor;
      DROP TABLE organiser_recovery_code;
      DROP TABLE organiser_second_factor;
    `);
  }
}
