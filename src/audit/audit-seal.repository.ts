import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';

/** The chain as the worker knows it: it may have it made longer, and neither read nor write it. */
@Injectable()
export class AuditSealRepository {
  constructor(private readonly database: Database) {}

  /** Seals the oldest events that wait, in a transaction of its own. @returns how many there were. */
  async seal(most: number): Promise<number> {
    const [row] = await this.database.query<{ sealed: number }>(
      'SELECT seal_audit_events($1) AS sealed',
      [most],
    );
    return row?.sealed ?? 0;
  }

  /** For how long the oldest event has been waiting; 0 where none waits. */
  async waitingSeconds(): Promise<number> {
    const [row] = await this.database.query<{ seconds: number | null }>(
      'SELECT audit_waiting_seconds() AS seconds',
    );
    return row?.seconds ?? 0;
  }
}
