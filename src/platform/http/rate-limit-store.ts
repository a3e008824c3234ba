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

/** Points taken under a key. */
export interface TakenPoints {
  readonly key: string;
  readonly points: number;
  /** Length of the window that begins with them, where there is none yet. */
  readonly seconds: number;
}

/** What all processes together have taken under a key. */
export interface StoredCount {
  readonly key: string;
  readonly points: number;
  /** When the window ends, in milliseconds since 1970. */
  readonly expires: number;
}

/**
 * Where requests are counted, so that all processes count together. The application provides one
 * under this token; without one each process counts for itself.
 */
export abstract class RateLimitStore {
  abstract counter(options: CounterOptions): RateLimiterAbstract;

  /** Adds to many counts at once. @returns what they are now; nothing where nobody else counts. */
  abstract add(taken: readonly TakenPoints[]): Promise<StoredCount[]>;
}

/** Counts in this process only: tests, and the stand-in while the real store is away. */
export class MemoryRateLimitStore extends RateLimitStore {
  counter({ name, points, seconds }: CounterOptions): RateLimiterAbstract {
    return new RateLimiterMemory({ keyPrefix: name, points, duration: seconds });
  }

  async add(): Promise<StoredCount[]> {
    return [];
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

  async add(taken: readonly TakenPoints[]): Promise<StoredCount[]> {
    const now = Date.now();
    // In the order of keys, so that two processes never wait for each other.
    const sorted = [...taken].sort((one, other) => (one.key < other.key ? -1 : 1));
    const { rows } = await this.pool.query(
      `INSERT INTO ${this.tableName} AS stored (key, points, expire)
       SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[])
       ON CONFLICT (key) DO UPDATE
          SET points = excluded.points +
                       CASE WHEN stored.expire <= $4 THEN 0 ELSE stored.points END,
              expire = CASE WHEN stored.expire <= $4 THEN excluded.expire ELSE stored.expire END
       RETURNING key, points, expire`,
      [
        sorted.map(({ key }) => key),
        sorted.map(({ points }) => points),
        sorted.map(({ seconds }) => now + seconds * 1000),
        now,
      ],
    );
    return (rows as { key: string; points: number; expire: string | number }[]).map(
      ({ key, points, expire }) => ({ key, points, expires: Number(expire) }),
    );
  }
}
