import { Injectable, Logger } from '@nestjs/common';
import { type IQueueBackend, Queue, Worker } from 'bullmq';
import { asError, describeJobError } from './job-error.js';
import type { JobData, QueueName } from './job.js';
import { QueueAwayError } from './queue-away.error.js';
import { QueueConnections } from './queue-connections.js';
import { QueueSettings } from './queue-settings.js';

/** What the queue carries: which row, and which run of it. The row itself is read again. */
export interface QueuedRun {
  readonly outboxId: string;
  readonly attempts: number;
}

/** A row as the queue takes it. */
export interface JobToAdd {
  readonly id: string;
  readonly name: string;
  readonly run: QueuedRun;
  /** Shown by tools that look into the queue; handlers read the row instead. */
  readonly data: JobData;
}

export interface OpenWorker {
  /** Takes no more jobs and waits for the running ones, as long as `milliseconds`. */
  close(milliseconds: number): Promise<void>;
}

/** Data of a row is ids; what is larger than this is a mistake, and the queue refuses it. */
const LARGEST_DATA_BYTES = 32 * 1024;
/** A queue that does not answer for this long is away. */
const ADD_TIMEOUT_MILLISECONDS = 10_000;

/** One try, nothing kept: retries live in the outbox, and a kept job makes its id be ignored. */
const JOB_OPTIONS = {
  attempts: 1,
  removeOnComplete: true,
  removeOnFail: true,
  sizeLimit: LARGEST_DATA_BYTES,
  stackTraceLimit: 0,
} as const;

type OpenQueue = Queue<unknown, unknown, string, unknown, unknown, string, IQueueBackend>;

/** BullMQ, on PostgreSQL or on Redis. */
@Injectable()
export class QueueBackend {
  private readonly logger = new Logger(QueueBackend.name);
  private readonly queues = new Map<QueueName, OpenQueue>();

  constructor(
    private readonly connections: QueueConnections,
    private readonly settings: QueueSettings,
  ) {}

  /**
   * Adds jobs in one go; one that is there already stays as it is.
   *
   * @throws QueueAwayError where no job could have been added.
   * @throws Error where at least one of these jobs is refused.
   */
  async add(queue: QueueName, jobs: readonly JobToAdd[]): Promise<void> {
    const bulk = jobs.map(({ id, name, run, data }) => ({
      name,
      data: { ...run, data },
      opts: { ...JOB_OPTIONS, jobId: id },
    }));
    try {
      const open = await this.open(queue);
      await inTime(open.addBulk(bulk), ADD_TIMEOUT_MILLISECONDS);
    } catch (thrown) {
      const error = asError(thrown);
      if (error instanceof QueueAwayError) throw error;
      if (await this.isAway(error)) {
        throw new QueueAwayError(`the queue is away: ${describeJobError(error)}`, { cause: error });
      }
      throw error;
    }
  }

  /**
   * Starts to run the jobs of one queue. Resolves when the worker is connected.
   *
   * @throws Error while the queue is away; nothing is left open then.
   */
  async work(
    queue: QueueName,
    concurrency: number,
    run: (name: string, queued: QueuedRun) => Promise<void>,
  ): Promise<OpenWorker> {
    await this.connections.reach();
    const client = this.connections.forWorker();
    const worker = new Worker<QueuedRun, void, string, IQueueBackend>(
      queue,
      async ({ name, data }) => {
        await run(name, { outboxId: data.outboxId, attempts: data.attempts });
      },
      {
        ...this.connections.options(queue),
        connection: client.connection,
        concurrency,
        lockDuration: this.settings.lockMilliseconds,
        stalledInterval: this.settings.stalledCheckMilliseconds,
        runRetryDelay: 1_000,
      },
      this.connections.factory,
    );
    worker.on('error', (error) => this.complain(queue, error));
    const close = async (milliseconds: number): Promise<void> => {
      try {
        await inTime(worker.close(), milliseconds);
      } catch {
        // Its jobs are still running: cut it off from the queue, which gives them to another.
        await inTime(worker.disconnect(), 1_000).catch(() => undefined);
      }
      client.disconnect();
    };
    try {
      await inTime(worker.waitUntilReady(), ADD_TIMEOUT_MILLISECONDS);
    } catch (error) {
      await close(1_000);
      throw error;
    }
    return { close };
  }

  /** Closes the queues and their connections; workers are closed before. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.queues.values()].map((queue) => inTime(queue.close(), 2_000).catch(() => undefined)),
    );
    this.queues.clear();
    await inTime(this.connections.close(), 2_000);
  }

  /** Jobs of a queue that wait or run, for tests and health checks. */
  async count(queue: QueueName): Promise<number> {
    const open = await this.open(queue);
    return open.getJobCountByTypes('waiting', 'active', 'delayed');
  }

  private async open(name: QueueName): Promise<OpenQueue> {
    await this.connections.reach();
    const open = this.queues.get(name);
    if (open !== undefined) return open;
    const queue = new Queue(
      name,
      { ...this.connections.options(name), connection: this.connections.forQueues() },
      this.connections.factory,
    );
    queue.on('error', (error) => this.complain(name, error));
    try {
      await inTime(queue.waitUntilReady(), ADD_TIMEOUT_MILLISECONDS);
    } catch (error) {
      // BullMQ remembers a first connection that failed for good: start over with the next try.
      await inTime(queue.close(), 1_000).catch(() => undefined);
      throw new QueueAwayError(`the queue is away: ${describeJobError(asError(error))}`, {
        cause: error,
      });
    }
    // Another call may have opened it meanwhile.
    const other = this.queues.get(name);
    if (other !== undefined) {
      await queue.close();
      return other;
    }
    this.queues.set(name, queue);
    return queue;
  }

  /** Whether an error says that the queue takes nothing at all, rather than not this job. */
  private async isAway(error: Error): Promise<boolean> {
    if (this.connections.meansAway(error)) return true;
    return inTime(this.connections.ping(), 2_000).then(
      () => false,
      () => true,
    );
  }

  /** A lost connection tells of itself many times a second; debug is enough, the relay warns once. */
  private complain(queue: QueueName, error: Error): void {
    this.logger.debug(`${queue}: ${describeJobError(error)}`);
  }
}

async function inTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new QueueAwayError(`no answer within ${milliseconds} ms`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
