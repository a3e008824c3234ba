import type { TestDatabase } from '../support/test-database.js';

/** Statements that belong into a migration; skipped where one has made them. */
export async function addPoliciesToCome(database: TestDatabase): Promise<void> {
  await database.sql(`
    DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_policies WHERE tablename = 'message' AND policyname = 'organiser') THEN
        GRANT SELECT (id, kind, channel, submission_id, follow_up_id, state, created_at, sent_at)
          ON message TO branchline_organiser;
        CREATE POLICY organiser ON message FOR SELECT TO branchline_organiser USING (
          EXISTS (SELECT FROM join_submission_handling h
                   WHERE h.submission_id = message.submission_id)
          OR EXISTS (SELECT FROM follow_up f WHERE f.id = message.follow_up_id));
      END IF;
      IF NOT EXISTS (SELECT FROM pg_policies
                      WHERE tablename = 'organiser_session' AND policyname = 'owner') THEN
        CREATE POLICY owner ON organiser_session TO branchline_owner USING (true) WITH CHECK (true);
      END IF;
    END $$`);
}
