import { Database } from '../../platform/database/database.js';
import { DeletesExpired, type ExpiredRows } from '../../platform/outbox/expired-rows.js';

/** Challenges that were spent are remembered until they expire: after that nobody takes them. */
@DeletesExpired()
export class SpentChallengesRepository implements ExpiredRows {
  constructor(private readonly database: Database) {}

  async deleteBatch(limit: number): Promise<number> {
    const [row] = await this.database.query<{ deleted: number }>(
      `WITH gone AS (
         DELETE FROM spent_challenge WHERE hash = ANY (ARRAY(
           SELECT hash FROM spent_challenge WHERE expires_at <= clock_now()
            ORDER BY expires_at LIMIT $1))
         RETURNING 1)
       SELECT count(*)::integer AS deleted FROM gone`,
      [limit],
    );
    return row?.deleted ?? 0;
  }
}
