import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Gauge } from 'prom-client';
import { Metrics } from '../platform/metrics/metrics.js';
import { AuditSealRepository } from './audit-seal.repository.js';

const BATCH = 1_000;
/** A hundred thousand events at most; the next run goes on. */
const MOST_BATCHES = 100;

/** Brings new events of the audit trail onto its chain. */
@Injectable()
export class AuditSealer implements OnModuleInit {
  constructor(
    private readonly repository: AuditSealRepository,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    const { repository } = this;
    this.metrics.gauge(
      'branchline_audit_waiting_seconds',
      'For how long the oldest event of the audit trail has been waiting for its seal.',
      [],
      {
        async collect(this: Gauge) {
          // A database that is away makes no scrape fail: the last number stays.
          const seconds = await repository.waitingSeconds().catch(() => undefined);
          if (seconds !== undefined) this.set(seconds);
        },
      },
    );
  }

  /** @returns how many were sealed. */
  async seal(): Promise<number> {
    let sealed = 0;
    for (let batches = 0; batches < MOST_BATCHES; batches += 1) {
      const batch = await this.repository.seal(BATCH);
      sealed += batch;
      if (batch === 0) break;
    }
    return sealed;
  }
}
