import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Readiness } from '../http/readiness.js';
import { Database } from './database.js';

/** A process without its database may be alive, but not given requests. */
@Injectable()
export class DatabaseReadiness implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly readiness: Readiness,
  ) {}

  onModuleInit(): void {
    this.readiness.register('database', async () => {
      await this.database.query('SELECT 1');
    });
  }
}
