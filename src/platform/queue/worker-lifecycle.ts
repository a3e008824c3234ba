import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Configuration } from '../config/configuration.js';
import { Readiness } from '../http/readiness.js';
import { RecurringJobs } from '../outbox/recurring.js';
import { Relay } from '../outbox/relay.js';
import { asError, describeJobError } from './job-error.js';
import { JobWorker } from './job-worker.js';
import { QueueBackend } from './queue-backend.js';
import { QueueSettings } from './queue-settings.js';

/**
 * Starts and ends what works on jobs, in order. The end comes before Nest's `onApplicationShutdown`,
 * in which TypeORM closes the database: running jobs still need it.
 */
@Injectable()
export class WorkerLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(WorkerLifecycle.name);

  constructor(
    private readonly configuration: Configuration,
    private readonly settings: QueueSettings,
    private readonly recurring: RecurringJobs,
    private readonly relay: Relay,
    private readonly worker: JobWorker,
    private readonly backend: QueueBackend,
    private readonly readiness: Readiness,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.settings.startsByItself) return;
    this.readiness.register('queue', async () => {
      if (!this.worker.ready) throw new Error('the queues are not connected');
    });
    await this.recurring.ensureAll();
    this.relay.start();
    this.worker.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    const steps: [string, () => Promise<void>][] = [
      ['relay', () => this.relay.stop()],
      ['worker', () => this.worker.close(this.configuration.environment.SHUTDOWN_SECONDS * 1000)],
      ['queues', () => this.backend.close()],
    ];
    for (const [name, step] of steps) {
      try {
        await step();
      } catch (thrown) {
        this.logger.error(`closing the ${name}: ${describeJobError(asError(thrown))}`);
      }
    }
  }
}
