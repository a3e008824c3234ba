import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Database } from '../database/database.js';
import { londonDay } from './london-day.js';

const SYNCHRONISE_MILLISECONDS = 5_000;

/**
 * The database's clock, for what has to be reckoned outside SQL (a due time in working days). Keeps
 * the difference to this machine's clock, so that reading it costs no round trip: processes with
 * clocks that are off agree, and a test that turns `clock_now()` turns this one too.
 */
@Injectable()
export class Clock implements OnModuleInit, OnApplicationShutdown {
  private aheadMilliseconds = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly database: Database) {}

  async onModuleInit(): Promise<void> {
    await this.synchronise();
    // While the database is away the last difference is as good as any.
    this.timer = setInterval(
      () => void this.synchronise().catch(() => undefined),
      SYNCHRONISE_MILLISECONDS,
    );
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  now(): Date {
    return new Date(Date.now() + this.aheadMilliseconds);
  }

  /** Today in London, `YYYY-MM-DD`: the day by which ages are reckoned. */
  today(): string {
    return londonDay(this.now());
  }

  /** Measures the difference anew; the round trip is split evenly. */
  async synchronise(): Promise<void> {
    const before = Date.now();
    const [row] = await this.database.query<{ now: Date }>('SELECT clock_now() AS now');
    if (row === undefined) return;
    this.aheadMilliseconds = row.now.getTime() - (before + Date.now()) / 2;
  }
}
