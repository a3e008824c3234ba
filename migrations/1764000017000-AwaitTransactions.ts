import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a recompute waits for before its first slice. */
export class AwaitTransactions1764000017000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SET LOCAL lock_timeout = '10s';
      ALTER TABLE allocation_run ADD COLUMN awaited text[];
      COMMENT ON COLUMN allocation_run.awaited IS
        'Virtual transactions that were writing people when a recompute had begun: they may not know its rules, and it waits for their end. Null until they are looked up.';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE allocation_run DROP COLUMN awaited');
  }
}
