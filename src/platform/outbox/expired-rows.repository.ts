import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';

/** Deletes rows that have expired: the platform's own, and what runs over everybody have listed. */
@Injectable()
export class ExpiredRowsRepository {
  constructor(private readonly database: Database) {}

  /** Deletes up to `limit` rows of each table. @returns the larger of the two numbers. */
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
    // First whom they list, which may be everybody, and at last the empty runs.
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
    return Math.max(...[keys, limits, listed, runs].map((rows) => rows[0]?.deleted ?? 0));
  }
}
