import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Configuration } from '../config/configuration.js';
import { ExpiredRowsRepository } from '../outbox/expired-rows.repository.js';
import { OutboxMetrics } from '../outbox/outbox-metrics.js';
import { PurgeExpiredJob, purgeExpired } from '../outbox/purge-expired.job.js';
import { RecurringJobs } from '../outbox/recurring.js';
import { RelayMetrics } from '../outbox/relay-metrics.js';
import { Relay } from '../outbox/relay.js';
import { JobList, JobRegistry } from './job-registry.js';
import { JobMetrics } from './job-metrics.js';
import { JobRunner } from './job-runner.js';
import { JobWorker } from './job-worker.js';
import type { JobDefinition } from './job.js';
import { PostgresConnections } from './postgres-connections.js';
import { QueueBackend } from './queue-backend.js';
import { QueueConnections } from './queue-connections.js';
import { QueueSettings } from './queue-settings.js';
import { RedisConnections } from './redis-connections.js';
import { WorkerLifecycle } from './worker-lifecycle.js';

/** `QUEUE_URL` chooses: unset is PostgreSQL, redis:// or rediss:// (or a list, a cluster) is Redis. */
export function connectionsFor(configuration: Configuration): QueueConnections {
  const url = configuration.environment.QUEUE_URL;
  return url === undefined ? new PostgresConnections(configuration) : new RedisConnections(url);
}

/**
 * Running jobs: the worker's relay, queues and handlers. Only the worker imports it; every process
 * writes jobs through `OutboxModule`.
 */
@Module({})
export class QueueModule {
  /** @param jobs every job of the features of this build (the platform's own come by themselves); boot fails where one has no handler, or two. */
  static forWorker(given: {
    jobs: readonly JobDefinition[];
    settings?: Partial<QueueSettings>;
  }): DynamicModule {
    return {
      module: QueueModule,
      imports: [DiscoveryModule],
      providers: [
        { provide: JobList, useValue: new JobList([purgeExpired, ...given.jobs]) },
        { provide: QueueSettings, useValue: new QueueSettings(given.settings) },
        { provide: QueueConnections, inject: [Configuration], useFactory: connectionsFor },
        JobRegistry,
        ExpiredRowsRepository,
        PurgeExpiredJob,
        JobMetrics,
        QueueBackend,
        JobRunner,
        JobWorker,
        Relay,
        RelayMetrics,
        RecurringJobs,
        OutboxMetrics,
        WorkerLifecycle,
      ],
      exports: [JobRegistry, JobWorker, QueueBackend, Relay],
    };
  }
}
