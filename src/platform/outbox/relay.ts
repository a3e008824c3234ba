import { Injectable, Logger } from '@nestjs/common';
import { Notifications } from '../database/notifications.js';
import { backOff } from '../queue/back-off.js';
import { asError, describeJobError } from '../queue/job-error.js';
import { JobRegistry } from '../queue/job-registry.js';
import { QUEUES, type QueueName } from '../queue/job.js';
import { QueueAwayError } from '../queue/queue-away.error.js';
import { type JobToAdd, QueueBackend } from '../queue/queue-backend.js';
import { QueueSettings } from '../queue/queue-settings.js';
import type { ClaimedRow } from './outbox-row.js';
import { OutboxRepository } from './outbox.repository.js';
import { OUTBOX_CHANNEL } from './outbox.service.js';
import { RelayMetrics, type WokenBy } from './relay-metrics.js';

/** After less than a batch we look again this soon: the queue may have been full, and make room. */
const SOON_MILLISECONDS = 100;
/** Waits while queue or database are away: from the base, doubling, up to the cap. */
const AWAY = { backOffSeconds: 0.25, backOffCapSeconds: 5 };

/** What one look at a queue found. */
export type RelayPass = 'idle' | 'more' | 'some';

/**
 * Hands due rows of the outbox to the queue. Each process of the worker has one; any number work
 * side by side, because a claim skips what another has locked, and is committed before the queue is
 * spoken to. A relay that dies in between costs one lease.
 */
@Injectable()
export class Relay {
  private readonly logger = new Logger(Relay.name);
  private readonly loops: Promise<void>[] = [];
  private readonly sleepers = new Map<QueueName, () => void>();
  private readonly rung = new Set<QueueName>();
  private listening: Promise<void> | undefined;
  private stopping = false;

  constructor(
    private readonly repository: OutboxRepository,
    private readonly registry: JobRegistry,
    private readonly backend: QueueBackend,
    private readonly notifications: Notifications,
    private readonly settings: QueueSettings,
    private readonly metrics: RelayMetrics,
  ) {}

  /** Starts one loop per queue; each runs until `stop`, whatever is away in between. */
  start(): void {
    // A second start after a failed connection is the business of Notifications.
    this.listening = this.notifications.listen(OUTBOX_CHANNEL, () => this.wake());
    this.listening.catch(() => undefined);
    for (const queue of QUEUES) this.loops.push(this.loop(queue));
  }

  /** Claims nothing more, and waits for what is being handed over. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await Promise.all(this.loops);
  }

  /** Looks at once, in every queue. */
  wake(): void {
    for (const queue of QUEUES) {
      this.rung.add(queue);
      this.sleepers.get(queue)?.();
    }
  }

  /**
   * One look at a queue: claims a batch and hands it over.
   *
   * @throws QueueAwayError after giving the batch's leases back.
   */
  async pass(queue: QueueName, wokenBy: WokenBy = 'poll'): Promise<RelayPass> {
    const { queuedLeaseMilliseconds, batchSize, unfinishedLimit } = this.settings;
    const rows = await this.repository.claim(queue, this.registry.names, {
      leaseMilliseconds: queuedLeaseMilliseconds,
      batchSize,
      limit: unfinishedLimit,
    });
    if (rows.length === 0) return 'idle';
    await this.handOver(queue, rows);
    this.metrics.handedOver(queue, wokenBy, rows.length);
    if (rows.length === batchSize) return 'more';
    // Nothing more is due, or the queue holds as many as it may.
    return 'some';
  }

  private async loop(queue: QueueName): Promise<void> {
    let failures = 0;
    while (!this.stopping) {
      const wokenBy = this.rung.delete(queue) ? 'notification' : 'poll';
      let pause = this.settings.pollMilliseconds * (0.5 + Math.random() / 2);
      try {
        const found = await this.pass(queue, wokenBy);
        if (failures > 0) this.logger.log(`${queue}: handing over again`);
        failures = 0;
        if (found === 'more') continue;
        if (found === 'some') pause = Math.min(pause, SOON_MILLISECONDS);
      } catch (thrown) {
        failures += 1;
        // Once, not with every try: this may last for hours.
        if (failures === 1) {
          this.logger.warn(
            `${queue}: nothing is handed over: ${describeJobError(asError(thrown))}`,
          );
        }
        pause = backOff(AWAY, failures);
        this.rung.delete(queue);
      }
      await this.sleep(queue, pause);
    }
  }

  private async handOver(queue: QueueName, rows: ClaimedRow[]): Promise<void> {
    try {
      await this.backend.add(queue, rows.map(toJob));
    } catch (thrown) {
      const error = asError(thrown);
      if (error instanceof QueueAwayError) await this.giveBack(rows, error);
      // One row that the queue refuses fails the whole batch.
      this.logger.warn(`${queue}: a batch was refused, its rows go one by one`);
      await this.handOverOneByOne(queue, rows);
    }
  }

  private async handOverOneByOne(queue: QueueName, rows: ClaimedRow[]): Promise<void> {
    for (const [index, row] of rows.entries()) {
      try {
        await this.backend.add(queue, [toJob(row)]);
      } catch (thrown) {
        const error = asError(thrown);
        if (error instanceof QueueAwayError) await this.giveBack(rows.slice(index), error);
        await this.refuse(row, error);
      }
    }
  }

  /** The queue is away: no row is to blame, so no try is counted. Without the database the lease ends by itself. */
  private async giveBack(rows: ClaimedRow[], away: QueueAwayError): Promise<never> {
    await this.repository.release(rows).catch(() => undefined);
    throw away;
  }

  private async refuse(row: ClaimedRow, error: Error): Promise<void> {
    const definition = this.registry.find(row.job)?.definition;
    if (definition === undefined) return;
    const attempts = row.attempts + 1;
    const dead = attempts >= definition.maxAttempts;
    await this.repository.refuse(row, {
      attempts,
      error: `the queue refuses it: ${describeJobError(error)}`.slice(0, 500),
      retryIn: dead ? null : backOff(definition, attempts),
    });
  }

  private sleep(queue: QueueName, milliseconds: number): Promise<void> {
    if (this.stopping || this.rung.has(queue)) return Promise.resolve();
    return new Promise((resume) => {
      const wake = () => {
        clearTimeout(timer);
        this.sleepers.delete(queue);
        resume();
      };
      const timer = setTimeout(wake, milliseconds);
      this.sleepers.set(queue, wake);
    });
  }
}

/**
 * The job of a row. Its id has letters and no colon, as BullMQ asks, and names the try: added again
 * while it is there it does nothing, and the next try is another job.
 */
function toJob(row: ClaimedRow): JobToAdd {
  return {
    id: `o-${row.id}-${row.attempts}`,
    name: row.job,
    run: { outboxId: row.id, attempts: row.attempts },
    data: row.data,
  };
}
