import { Database } from '../platform/database/database.js';
import { DeletesExpired, type ExpiredRows } from '../platform/outbox/expired-rows.js';

/**
 * Forgets, a month later, the addresses of people who never accepted; those who did are organisers.
 * And requests for a new password after a day: they only keep a second mail from going out at once.
 */
@DeletesExpired()
export class ExpiredAccountRowsRepository implements ExpiredRows {
  constructor(private readonly database: Database) {}

  async deleteBatch(limit: number): Promise<number> {
    const invitations = await this.database.query<{ deleted: number }>(
      `WITH expired AS (
         SELECT id FROM organiser_invitation
          WHERE accepted_at IS NULL
            AND least(expires_at, withdrawn_at) <= clock_now() - interval '30 days'
          ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED), gone AS (
         DELETE FROM organiser_invitation i USING expired WHERE i.id = expired.id RETURNING 1)
       SELECT count(*)::integer AS deleted FROM gone`,
      [limit],
    );
    const requests = await this.database.query<{ deleted: number }>(
      `WITH expired AS (
         SELECT id FROM message
          WHERE kind = 'organiser_password_reset' AND created_at <= clock_now() - interval '1 day'
          ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED), gone AS (
         DELETE FROM message m USING expired WHERE m.id = expired.id RETURNING 1)
       SELECT count(*)::integer AS deleted FROM gone`,
      [limit],
    );
    return Math.max(...[invitations, requests].map((rows) => rows[0]?.deleted ?? 0));
  }
}
