import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Signing in by OpenID Connect: whose account an identity is, and sign-ins on their way. */
export class AddOpenIdSignIn1764000012500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SET LOCAL lock_timeout = '10s';
      CREATE TABLE organiser_openid_identity (
        issuer text NOT NULL,
        subject text NOT NULL,
        organiser_id uuid NOT NULL,
        linked_at timestamptz NOT NULL DEFAULT clock_now(),
        CONSTRAINT organiser_openid_identity_pk PRIMARY KEY (issuer, subject),
        CONSTRAINT organiser_openid_identity_organiser_fk
          FOREIGN KEY (organiser_id) REFERENCES organiser (id) ON DELETE CASCADE,
        CONSTRAINT organiser_openid_identity_one UNIQUE (organiser_id, issuer),
        CONSTRAINT organiser_openid_identity_bounded
          CHECK (length(issuer) <= 500 AND length(subject) <= 255)
      );
      COMMENT ON TABLE organiser_openid_identity IS
        'Which account signs in as whom at a provider of identities.';

      CREATE TABLE openid_sign_in (
        attempt bytea NOT NULL,
        code_hash bytea NOT NULL,
        challenge bytea NOT NULL,
        organiser_id uuid NOT NULL,
        second_factor boolean NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        forget_at timestamptz NOT NULL,
        CONSTRAINT openid_sign_in_pk PRIMARY KEY (attempt),
        CONSTRAINT openid_sign_in_code_key UNIQUE (code_hash),
        CONSTRAINT openid_sign_in_organiser_fk
          FOREIGN KEY (organiser_id) REFERENCES organiser (id) ON DELETE CASCADE
      );
      COMMENT ON TABLE openid_sign_in IS
        'Sign-ins that came back from the provider, until the console has exchanged its code for a session.';
      CREATE INDEX openid_sign_in_forgotten ON openid_sign_in (forget_at);
      CREATE INDEX openid_sign_in_organiser ON openid_sign_in (organiser_id);

      GRANT SELECT, INSERT ON organiser_openid_identity TO branchline_app;
      GRANT SELECT, INSERT, UPDATE, DELETE ON openid_sign_in TO branchline_app;
    `);
    for (const table of ['organiser_openid_identity', 'openid_sign_in']) {
      await runner.query(`
        ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE ${table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY application ON ${table} TO branchline_app USING (true) WITH CHECK (true);
        CREATE POLICY owner ON ${table} TO branchline_owner USING (true) WITH CHECK (true);
      `);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE openid_sign_in; DROP TABLE organiser_openid_identity;');
  }
}
