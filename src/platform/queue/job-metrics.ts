import { Injectable } from '@nestjs/common';
import type { Histogram } from 'prom-client';
import { Metrics } from '../metrics/metrics.js';

/** How many jobs ran, how long they took, and how they ended. */
@Injectable()
export class JobMetrics {
  private readonly duration: Histogram<'job' | 'outcome'>;

  constructor(metrics: Metrics) {
    this.duration = metrics.histogram(
      'branchline_job_duration_seconds',
      'How long jobs ran, by their end.',
      ['job', 'outcome'],
      { buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60] },
    );
  }

  /** Starts the clock of one run. */
  started(job: string): (outcome: 'finished' | 'failed') => void {
    const stop = this.duration.startTimer({ job });
    return (outcome) => stop({ outcome });
  }
}
