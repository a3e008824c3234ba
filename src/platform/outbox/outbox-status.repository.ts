import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import type { QueueName } from '../queue/job.js';

/** Counting stops here: a backlog is looked at often, and never costs more than this many rows. */
const COUNTED_AT_MOST = 100_000;
/** Rows of one queue that are searched for unknown jobs; never claimed, they stand at the front. */
const SEARCHED_FOR_UNKNOWN = 5_000;

/** One queue as it stands; counts stop at 100,000. */
export interface QueueStatus {
  queue: QueueName;
  /** Due, and not yet handed over. */
  waiting: number;
  /** Due at a later time. */
  delayed: number;
  /** Handed to the queue or running. */
  leased: number;
  dead: number;
  /** How long the oldest due row has waited, in seconds; null where none does. */
  oldestAgeSeconds: number | null;
}

export interface DeadJob {
  id: string;
  queue: QueueName;
  job: string;
  /** Ids only. */
  data: Record<string, unknown>;
  attempts: number;
  lastError: string | null;
  requestId: string | null;
  createdAt: Date;
}

/** What operators see of the outbox, and what they may do with dead rows. */
@Injectable()
export class OutboxStatusRepository {
  constructor(private readonly database: Database) {}

  /** Every queue, empty ones too, in the order of urgency. */
  async queues(): Promise<QueueStatus[]> {
    const count = (rows: string) =>
      `(SELECT count(*)::integer FROM (
          SELECT FROM outbox o WHERE o.queue = q.queue AND ${rows} LIMIT ${COUNTED_AT_MOST}) counted)`;
    return this.database.query<QueueStatus>(`
      SELECT queue, greatest(due - leased, 0) AS waiting, delayed, leased, dead,
             "oldestAgeSeconds"
        FROM (
          SELECT q.queue, q.urgency,
                 ${count(`o.state = 'waiting' AND o.available_at <= clock_now()`)} AS due,
                 ${count(`o.state = 'waiting' AND o.available_at > clock_now()`)} AS delayed,
                 ${count(`o.state = 'waiting' AND o.lease_until > clock_now()`)} AS leased,
                 ${count(`o.state = 'dead'`)} AS dead,
                 (SELECT extract(epoch FROM clock_now() - min(o.available_at))::float8 FROM outbox o
                   WHERE o.queue = q.queue AND o.state = 'waiting'
                     AND o.available_at <= clock_now()) AS "oldestAgeSeconds"
            FROM (VALUES (1, 'receipts'), (2, 'notices'), (3, 'reminders'), (4, 'bulk'))
                   AS q(urgency, queue)) counts
       ORDER BY urgency`);
  }

  /** Due rows per queue whose job is none of `known`: another build has to take them. */
  async unknownJobs(
    known: readonly string[],
  ): Promise<{ queue: QueueName; job: string; rows: number }[]> {
    return this.database.query(
      `SELECT q.queue, front.job, count(*)::integer AS rows
         FROM (VALUES ('receipts'), ('notices'), ('reminders'), ('bulk')) AS q(queue)
        CROSS JOIN LATERAL (
          SELECT o.job FROM outbox o
           WHERE o.queue = q.queue AND o.state = 'waiting' AND o.available_at <= clock_now()
           ORDER BY o.available_at LIMIT ${SEARCHED_FOR_UNKNOWN}) front
        WHERE NOT front.job = ANY($1::text[])
        GROUP BY q.queue, front.job`,
      [known],
    );
  }

  /** Dead rows, oldest first, after the row with the id `after`. */
  async dead(page: { queue?: QueueName; after?: string; limit: number }): Promise<DeadJob[]> {
    return this.database.query<DeadJob & Record<string, unknown>>(
      `SELECT id, queue, job, data, attempts, last_error AS "lastError",
              request_id AS "requestId", created_at AS "createdAt"
         FROM outbox
        WHERE state = 'dead' AND ($1::text IS NULL OR queue = $1)
          AND ($2::uuid IS NULL OR id > $2)
        ORDER BY id LIMIT $3`,
      [page.queue ?? null, page.after ?? null, page.limit],
    );
  }

  /** Gives a dead row all its tries again. @returns whether there was such a dead row. */
  async retry(manager: EntityManager, id: string): Promise<boolean> {
    const [rows] = await manager.query<[unknown[], number]>(
      `UPDATE outbox
          SET state = 'waiting', attempts = 0, available_at = clock_now(), lease_until = NULL
        WHERE id = $1 AND state = 'dead'
        RETURNING id`,
      [id],
    );
    return rows.length > 0;
  }
}
