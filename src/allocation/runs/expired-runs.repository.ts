import { Database } from '../../platform/database/database.js';
import { DeletesExpired, type ExpiredRows } from '../../platform/outbox/expired-rows.js';

/** Runs over everybody that ended long ago: first whom they list, which may be everybody. */
@DeletesExpired()
export class ExpiredRunsRepository implements ExpiredRows {
  constructor(private readonly database: Database) {}

  async deleteBatch(limit: number): Promise<number> {
    const listed = await this.database.query<{ deleted: number }>(
      `WITH expired AS (
         SELECT p.run_id, p.person_id FROM allocation_run r
           JOIN allocation_run_person p ON p.run_id = r.id
          WHERE r.expires_at <= clock_now() LIMIT $1), gone AS (
         DELETE FROM allocation_run_person p USING expired
          WHERE p.run_id = expired.run_id AND p.person_id = expired.person_id RETURNING 1)
       SELECT count(*)::integer AS deleted FROM gone`,
      [limit],
    );
    const runs = await this.database.query<{ deleted: number }>(
      `WITH gone AS (
         DELETE FROM allocation_run r
          WHERE r.expires_at <= clock_now()
            AND NOT EXISTS (SELECT FROM allocation_run_person p WHERE p.run_id = r.id)
         RETURNING 1)
       SELECT count(*)::integer AS deleted FROM gone`,
    );
    return Math.max(...[listed, runs].map((rows) => rows[0]?.deleted ?? 0));
  }
}
