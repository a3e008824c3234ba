import type { MigrationInterface, QueryRunner } from 'typeorm';

/** From where and with what somebody signed in, so that they can tell their sessions apart. */
export class TellSessionsApart1764000009000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SET LOCAL lock_timeout = '10s';
      ALTER TABLE organiser_session ADD COLUMN address inet, ADD COLUMN client text;
      COMMENT ON COLUMN organiser_session.address IS
        'The network address of the sign-in; null where it was not known.';
      COMMENT ON COLUMN organiser_session.client IS
        'The User-Agent of the sign-in, shortened; null where there was none.';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE organiser_session DROP COLUMN client, DROP COLUMN address');
  }
}
