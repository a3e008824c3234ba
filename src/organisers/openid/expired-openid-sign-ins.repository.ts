import { Database } from '../../platform/database/database.js';
import { DeletesExpired, type ExpiredRows } from '../../platform/outbox/expired-rows.js';

/** Sign-ins by a provider that can neither be taken nor be sent again. */
@DeletesExpired()
export class ExpiredOpenIdSignInsRepository implements ExpiredRows {
  constructor(private readonly database: Database) {}

  async deleteBatch(limit: number): Promise<number> {
    const [row] = await this.database.query<{ deleted: number }>(
      `WITH expired AS (
         SELECT attempt FROM openid_sign_in WHERE forget_at <= clock_now()
          ORDER BY forget_at LIMIT $1 FOR UPDATE SKIP LOCKED), gone AS (
         DELETE FROM openid_sign_in s USING expired WHERE s.attempt = expired.attempt RETURNING 1)
       SELECT count(*)::integer AS deleted FROM gone`,
      [limit],
    );
    return row?.deleted ?? 0;
  }
}
