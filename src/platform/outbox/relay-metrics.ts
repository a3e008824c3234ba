import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { Metrics } from '../metrics/metrics.js';
import type { QueueName } from '../queue/job.js';

/** Why a relay looks: it was told to, or its time had come. */
export type WokenBy = 'notification' | 'poll';

/** What this process's relay hands over. Only polls, hour after hour: notifications get lost. */
@Injectable()
export class RelayMetrics {
  private readonly rows: Counter<'queue' | 'woken_by'>;

  constructor(metrics: Metrics) {
    this.rows = metrics.counter(
      'branchline_relay_rows_total',
      'Rows handed to the queue, by what woke the look that found them: a notification, or the poll.',
      ['queue', 'woken_by'],
    );
  }

  handedOver(queue: QueueName, wokenBy: WokenBy, rows: number): void {
    this.rows.inc({ queue, woken_by: wokenBy }, rows);
  }
}
