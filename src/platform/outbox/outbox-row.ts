import type { JobData, QueueName } from '../queue/job.js';

/** A row as a statement writes it; `available_at` null stands for "now". */
export interface NewOutboxRow {
  readonly id: string;
  readonly queue: QueueName;
  readonly job: string;
  readonly data: JobData;
  readonly available_at: string | null;
  readonly request_id: string | null;
}

/** A row that the relay has leased, to be handed to the queue. */
export interface ClaimedRow {
  readonly id: string;
  readonly job: string;
  readonly data: JobData;
  readonly attempts: number;
}

/** A row that a handler has locked. */
export interface LockedRow {
  readonly id: string;
  readonly queue: QueueName;
  readonly job: string;
  readonly data: JobData;
  readonly attempts: number;
  readonly state: 'waiting' | 'dead';
  /** Put off to a later time: whoever runs it now is late. */
  readonly early: boolean;
  readonly requestId: string | null;
}

/** What becomes of a row whose job has failed. */
export interface FailedTry {
  readonly attempts: number;
  readonly error: string;
  /** Wait before the next try, in milliseconds; null: dead. */
  readonly retryIn: number | null;
}
