import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
} from 'rate-limiter-flexible';

/** What one counter needs to know. */
export interface CounterOptions {
  readonly name: string;
  readonly points: number;
  readonly seconds: number;
}

/**
 * Where requests are counted, so that all processes count together. The application provides one
 * under this token; without one each process counts for itself.
 */
export abstract class RateLimitStore {
  abstract counter(options: CounterOptions): RateLimiterAbstract;
}

/** Counts in this process only: tests, and the stand-in while the real store is away. */
export class MemoryRateLimitStore extends RateLimitStore {
  counter({ name, points, seconds }: CounterOptions): RateLimiterAbstract {
    return new RateLimiterMemory({ keyPrefix: name, points, duration: seconds });
  }
}

/** The part of a `pg` pool that is used. */
export interface QueryablePool {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[]; rowCount: number | null }>;
}

/**
 * Counts in PostgreSQL, in the table `rate_limit (key varchar(255) primary key, points integer not
 * null default 0, expire bigint)`, which a migration makes: the library inserts by the order of
 * these columns. Expired rows count as absent; deleting them is the application's own sweep.
 */
export class PostgresRateLimitStore extends RateLimitStore {
  constructor(
    private readonly pool: QueryablePool,
    private readonly tableName = 'rate_limit',
  ) {
    super();
  }

  counter({ name, points, seconds }: CounterOptions): RateLimiterAbstract {
    return new RateLimiterPostgres({
      // The application's own sweep deletes what has expired.
      clearExpiredByTimeout: false,
      // The library names its statements; behind an older PgBouncer named statements fail.
      storeClient: {
        query: ({ text, values }: { text: string; values: unknown[] }) =>
          this.pool.query(text, values),
      },
      storeType: 'pool',
      tableName: this.tableName,
      tableCreated: true,
      keyPrefix: name,
      points,
      duration: seconds,
      // Whoever is over the limit is refused from memory until it ends, without a statement each.
      inMemoryBlockOnConsumed: points + 1,
    });
  }
}
