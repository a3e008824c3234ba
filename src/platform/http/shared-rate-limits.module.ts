import { Global, Module } from '@nestjs/common';
import { Database } from '../database/database.js';
import { PostgresRateLimitStore, RateLimitStore } from './rate-limit-store.js';

/** Counts rate limits in PostgreSQL, so that all API processes count together. */
@Global()
@Module({
  providers: [
    {
      provide: RateLimitStore,
      inject: [Database],
      useFactory: (database: Database) =>
        new PostgresRateLimitStore({
          query: async (text, values) => {
            const rows = await database.query(text, values);
            return { rows, rowCount: rows.length };
          },
        }),
    },
  ],
  exports: [RateLimitStore],
})
export class SharedRateLimitsModule {}
