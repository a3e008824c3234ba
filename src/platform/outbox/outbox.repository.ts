import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import type { QueueName } from '../queue/job.js';
import type { ClaimedRow, FailedTry, LockedRow, NewOutboxRow } from './outbox-row.js';

/**
 * All SQL of the outbox. A row is *waiting* (handed over while its lease runs) or *dead*; a finished
 * or cancelled one is deleted.
 *
 * `attempts` names the run: whoever starts a run counts it up, so that a run which was overtaken (a
 * stalled job that woke up again) no longer finds its number and stops.
 */
@Injectable()
export class OutboxRepository {
  constructor(private readonly database: Database) {}

  /** Writes rows in the transaction that causes them. */
  async insert(manager: EntityManager, rows: readonly NewOutboxRow[]): Promise<void> {
    if (rows.length === 0) return;
    await manager.query(
      `INSERT INTO outbox (id, queue, job, data, available_at, request_id)
       SELECT id, queue, job, data, coalesce(available_at, clock_now()), request_id
         FROM jsonb_to_recordset($1::jsonb) AS row(
           id uuid, queue text, job text, data jsonb, available_at timestamptz, request_id text)`,
      [JSON.stringify(rows)],
    );
  }

  /** Takes rows back whose work is no longer wanted. One that is being handled is waited for. */
  async cancel(manager: EntityManager, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await manager.query('DELETE FROM outbox WHERE id = ANY($1::uuid[])', [ids]);
  }

  /**
   * Leases due rows of one queue, oldest first, and commits. Never more than `limit` are leased at a
   * time (about: two relays may count at once). Rows of jobs that this build does not know stay.
   */
  async claim(
    queue: QueueName,
    jobs: readonly string[],
    claim: { leaseMilliseconds: number; batchSize: number; limit: number },
  ): Promise<ClaimedRow[]> {
    return this.database.statement<ClaimedRow>(
      'outbox_claim',
      // A CTE, because a subselect with LIMIT may be run once for every row of the other side.
      `WITH due AS MATERIALIZED (
         SELECT id FROM outbox
          WHERE queue = $1 AND state = 'waiting' AND available_at <= clock_now()
            AND (lease_until IS NULL OR lease_until <= clock_now())
            AND job = ANY($2::text[])
          ORDER BY available_at
          LIMIT least($4::integer, greatest(0, $5::integer - (
            SELECT count(*) FROM outbox
             WHERE queue = $1 AND state = 'waiting' AND lease_until > clock_now())))
            FOR UPDATE SKIP LOCKED)
       UPDATE outbox SET lease_until = clock_now() + $3 * interval '1 millisecond'
         FROM due WHERE outbox.id = due.id
       RETURNING outbox.id, outbox.job, outbox.data, outbox.attempts`,
      [queue, jobs, claim.leaseMilliseconds, claim.batchSize, claim.limit],
    );
  }

  /** Gives up the leases of rows that the queue did not take. Runs that have begun keep theirs. */
  async release(rows: readonly Pick<ClaimedRow, 'id' | 'attempts'>[]): Promise<void> {
    await this.database.query(
      `UPDATE outbox SET lease_until = NULL
         FROM unnest($1::uuid[], $2::integer[]) AS ours(id, attempts)
        WHERE outbox.id = ours.id AND outbox.attempts = ours.attempts AND state = 'waiting'`,
      [rows.map(({ id }) => id), rows.map(({ attempts }) => attempts)],
    );
  }

  /** Leaves a row to a build that knows its job; no try is counted. */
  async leaveToOthers(id: string, attempts: number, retryIn: number): Promise<void> {
    await this.database.query(
      `UPDATE outbox SET lease_until = NULL,
              available_at = clock_now() + $3 * interval '1 millisecond'
        WHERE id = $1 AND attempts = $2 AND state = 'waiting'`,
      [id, attempts, retryIn],
    );
  }

  /** Records that the queue refuses this one row. */
  async refuse(row: Pick<ClaimedRow, 'id' | 'attempts'>, failed: FailedTry): Promise<void> {
    await this.database.transaction(async (manager) => {
      if ((await this.lockRun(manager, row.id, row.attempts)) === undefined) return;
      await this.fail(manager, row.id, failed);
    });
  }

  /** Locks the row for the transaction; undefined where it is finished or cancelled. */
  async lock(manager: EntityManager, id: string): Promise<LockedRow | undefined> {
    const [row] = await this.database.statement<LockedRow>(
      'outbox_lock',
      `SELECT id, queue, job, data, attempts, state, available_at > clock_now() AS early,
              request_id AS "requestId"
         FROM outbox WHERE id = $1 FOR UPDATE`,
      [id],
      manager,
    );
    return row;
  }

  /** Locks the row where it still belongs to this run. */
  async lockRun(
    manager: EntityManager,
    id: string,
    attempts: number,
  ): Promise<LockedRow | undefined> {
    const row = await this.lock(manager, id);
    const ours = row?.state === 'waiting' && row.attempts === attempts && !row.early;
    return ours ? row : undefined;
  }

  /** Starts the run numbered `attempts`, which has the row to itself while its lease lasts. */
  async begin(
    manager: EntityManager,
    id: string,
    attempts: number,
    leaseSeconds: number,
  ): Promise<void> {
    await this.database.statement(
      'outbox_begin',
      `UPDATE outbox SET attempts = $2, lease_until = clock_now() + $3 * interval '1 second'
        WHERE id = $1`,
      [id, attempts, leaseSeconds],
      manager,
    );
  }

  async postpone(manager: EntityManager, id: string, until: Date): Promise<void> {
    await manager.query('UPDATE outbox SET available_at = $2, lease_until = NULL WHERE id = $1', [
      id,
      until,
    ]);
  }

  /**
   * Finishes a locked row. Recurring work leaves its successor in the same commit, under the same
   * id, so that there is never a second one.
   */
  async finish(manager: EntityManager, row: LockedRow, everySeconds?: number): Promise<void> {
    await this.database.statement(
      'outbox_finish',
      'DELETE FROM outbox WHERE id = $1',
      [row.id],
      manager,
    );
    if (everySeconds !== undefined) await this.insertRecurring(manager, row, everySeconds);
  }

  /** Finishes the row where it still belongs to this run. @returns whether it did. */
  async finishRun(manager: EntityManager, id: string, attempts: number): Promise<boolean> {
    const finished = await this.database.statement(
      'outbox_finish_run',
      `DELETE FROM outbox
        WHERE id = $1 AND attempts = $2 AND state = 'waiting' AND available_at <= clock_now()
        RETURNING id`,
      [id, attempts],
      manager,
    );
    return finished.length > 0;
  }

  /** Records a failed try; a row without a next one is dead. */
  async fail(manager: EntityManager, id: string, failed: FailedTry): Promise<void> {
    await manager.query(
      `UPDATE outbox
          SET attempts = $2, last_error = $3, lease_until = NULL,
              state = CASE WHEN $4::float8 IS NULL THEN 'dead' ELSE 'waiting' END,
              available_at =
                CASE WHEN $4::float8 IS NULL THEN available_at
                     ELSE clock_now() + $4::float8 * interval '1 millisecond' END
        WHERE id = $1`,
      [id, failed.attempts, failed.error, failed.retryIn],
    );
  }

  /**
   * Sees to it that the row of a recurring job is there and comes due within its interval. Safe with
   * any number of workers: the row's id is made from the job's name.
   */
  async ensureRecurring(
    row: Pick<LockedRow, 'id' | 'queue' | 'job' | 'data'>,
    everySeconds: number,
  ): Promise<void> {
    await this.database.query(
      `INSERT INTO outbox (id, queue, job, data) VALUES ($1, $2, $3, $4)
       ON CONFLICT (id) DO UPDATE
         SET state = 'waiting',
             attempts = CASE WHEN outbox.state = 'dead' THEN 0 ELSE outbox.attempts END,
             available_at = least(outbox.available_at, clock_now() + $5 * interval '1 second')
       WHERE outbox.state = 'dead'
          OR outbox.available_at > clock_now() + $5 * interval '1 second'`,
      [row.id, row.queue, row.job, JSON.stringify(row.data), everySeconds],
    );
  }

  private async insertRecurring(
    manager: EntityManager,
    row: LockedRow,
    everySeconds: number,
  ): Promise<void> {
    await manager.query(
      `INSERT INTO outbox (id, queue, job, data, available_at)
       VALUES ($1, $2, $3, $4, clock_now() + $5 * interval '1 second')`,
      [row.id, row.queue, row.job, JSON.stringify(row.data), everySeconds],
    );
  }
}
