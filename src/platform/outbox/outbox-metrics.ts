import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Gauge } from 'prom-client';
import { Metrics } from '../metrics/metrics.js';
import { JobRegistry } from '../queue/job-registry.js';
import { type QueueStatus, OutboxStatusRepository } from './outbox-status.repository.js';

/**
 * The state of the outbox as gauges, read when Prometheus asks. Every worker tells the same numbers
 * of the one table: take the maximum over them, not the sum.
 */
@Injectable()
export class OutboxMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly status: OutboxStatusRepository,
    private readonly registry: JobRegistry,
  ) {}

  onModuleInit(): void {
    // One reading serves all gauges of a scrape: prom-client asks them at the same time.
    let reading: Promise<QueueStatus[]> | undefined;
    const read = () =>
      (reading ??= this.status.queues().finally(() => {
        reading = undefined;
      }));
    const gauge = (name: string, help: string, value: (status: QueueStatus) => number) => {
      this.metrics.gauge(`branchline_outbox_${name}`, help, ['queue'], {
        async collect(this: Gauge<'queue'>) {
          // A database that is away makes no scrape fail: the last numbers stay.
          const queues = await read().catch(() => []);
          for (const status of queues) this.set({ queue: status.queue }, value(status));
        },
      });
    };
    gauge('backlog_rows', 'Rows that are due and not finished.', (s) => s.waiting + s.leased);
    gauge('delayed_rows', 'Rows that are due at a later time.', (s) => s.delayed);
    gauge('leased_rows', 'Rows handed to the queue and not finished.', (s) => s.leased);
    gauge('dead_rows', 'Rows that nobody tries again before a human does.', (s) => s.dead);
    gauge('oldest_age_seconds', 'Age of the oldest due row.', (s) => s.oldestAgeSeconds ?? 0);
    this.unknownJobs();
  }

  private unknownJobs(): void {
    const { status, registry } = this;
    this.metrics.gauge(
      'branchline_outbox_unknown_job_rows',
      'Due rows whose job this build does not know; they wait for a build that does.',
      ['queue', 'job'],
      {
        async collect(this: Gauge<'queue' | 'job'>) {
          const unknown = await status.unknownJobs(registry.names).catch(() => undefined);
          if (unknown === undefined) return;
          this.reset();
          for (const { queue, job, rows } of unknown) this.set({ queue, job }, rows);
        },
      },
    );
  }
}
