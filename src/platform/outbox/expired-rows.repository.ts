import { Database } from '../database/database.js';
import { DeletesExpired, type ExpiredRows } from './expired-rows.js';

/** The platform's own: answers kept for idempotency keys, counts of the rate limiter. */
@DeletesExpired()
export class ExpiredRowsRepository implements ExpiredRows {
  constructor(private readonly database: Database) {}

  async deleteBatch(limit: number): Promise<number> {
    const keys = await this.database.query<{ deleted: number }>(
      `WITH expired AS (
         SELECT scope, key_hash FROM idempotency_key WHERE expires_at <= clock_now()
          ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED), gone AS (
         DELETE FROM idempotency_key k USING expired
          WHERE k.scope = expired.scope AND k.key_hash = expired.key_hash RETURNING 1)
       SELECT count(*)::integer AS deleted FROM gone`,
      [limit],
    );
    // The limiter's own unit: milliseconds since 1970.
    const limits = await this.database.query<{ deleted: number }>(
      `WITH expired AS (
         SELECT key FROM rate_limit WHERE expire <= extract(epoch FROM clock_now()) * 1000
          ORDER BY expire LIMIT $1 FOR UPDATE SKIP LOCKED), gone AS (
         DELETE FROM rate_limit r USING expired WHERE r.key = expired.key RETURNING 1)
       SELECT count(*)::integer AS deleted FROM gone`,
      [limit],
    );
    return Math.max(...[keys, limits].map((rows) => rows[0]?.deleted ?? 0));
  }
}
