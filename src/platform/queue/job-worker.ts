import { Injectable, Logger } from '@nestjs/common';
import { Configuration } from '../config/configuration.js';
import { backOff } from './back-off.js';
import { asError, describeJobError } from './job-error.js';
import { JobRunner } from './job-runner.js';
import { QUEUES, type QueueName } from './job.js';
import { type OpenWorker, QueueBackend } from './queue-backend.js';

/** Waits between tries to reach a queue that is away at start. */
const AWAY = { backOffSeconds: 0.25, backOffCapSeconds: 5 };

/** Shares of WORKER_CONCURRENCY. Each queue has its own, so that bulk can never take all of them. */
const SHARES: Record<QueueName, number> = { receipts: 1, notices: 1, reminders: 0.5, bulk: 0.5 };

/** Runs the jobs of all queues in this process. */
@Injectable()
export class JobWorker {
  private readonly logger = new Logger(JobWorker.name);
  private readonly opened: OpenWorker[] = [];
  private starting: Promise<void>[] = [];
  private closing = false;
  private interrupt: (() => void)[] = [];

  constructor(
    private readonly configuration: Configuration,
    private readonly backend: QueueBackend,
    private readonly runner: JobRunner,
  ) {}

  /** Opens one worker per queue, and goes on trying where the queue is away. */
  start(): void {
    this.starting = QUEUES.map((queue) => this.open(queue));
  }

  /** True when all queues are being worked on. */
  get ready(): boolean {
    return !this.closing && this.opened.length === QUEUES.length;
  }

  /** Takes no more jobs, waits for the running ones; what is still running then loses its lock. */
  async close(milliseconds: number): Promise<void> {
    this.closing = true;
    for (const interrupt of this.interrupt) interrupt();
    await Promise.all(this.starting);
    await Promise.all(this.opened.map((worker) => worker.close(milliseconds)));
  }

  private async open(queue: QueueName): Promise<void> {
    const whole = this.configuration.environment.WORKER_CONCURRENCY;
    const concurrency = Math.max(1, Math.round(whole * SHARES[queue]));
    for (let failures = 1; !this.closing; failures += 1) {
      try {
        const worker = await this.backend.work(queue, concurrency, (name, run) =>
          this.runner.run(name, run),
        );
        this.opened.push(worker);
        return;
      } catch (thrown) {
        if (failures === 1) {
          this.logger.warn(`${queue}: not working yet: ${describeJobError(asError(thrown))}`);
        }
        await this.pause(backOff(AWAY, failures));
      }
    }
  }

  private pause(milliseconds: number): Promise<void> {
    if (this.closing) return Promise.resolve();
    return new Promise((resume) => {
      const timer = setTimeout(resume, milliseconds);
      this.interrupt.push(() => {
        clearTimeout(timer);
        resume();
      });
    });
  }
}
