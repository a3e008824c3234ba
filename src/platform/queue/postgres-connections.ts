import { type BackendFactory, type ConnectionOptions, createPostgresBackend } from 'bullmq';
import type { Pool } from 'pg';
import type { Configuration } from '../config/configuration.js';
import { directOptions } from '../database/connection-options.js';
import { GuardedPool } from '../database/guarded-pool.js';
import { isDatabaseUnavailable } from '../database/database-unavailable.js';
import { QUEUES } from './job.js';
import { EVENTS, QueueConnections } from './queue-connections.js';

/** Each worker keeps one connection of the pool for LISTEN; these serve all other statements. */
const WORKING_CONNECTIONS = 4;
/**
 * BullMQ asks again at once after most errors. While PostgreSQL restarts that would be thousands of
 * questions a second: a failed statement answers this much later.
 */
const PAUSE_AFTER_ERROR_MILLISECONDS = 250;

/**
 * SQLSTATE classes that speak of one job: data, integrity, size. All others (connection, resources,
 * shutdown, read-only, a schema that is not migrated) speak of the queue.
 */
const REFUSED_STATES = /^(?:22|23|54|BM)/;
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** BullMQ's tables in the schema `bullmq` of the application's own database. */
export class PostgresConnections extends QueueConnections {
  override readonly factory = createPostgresBackend as unknown as BackendFactory;
  private readonly pool: Pool;

  constructor(configuration: Configuration) {
    super();
    this.pool = new GuardedPool({
      // The library's SQL has no schema names: the search path is how it finds its tables.
      ...directOptions(configuration, ' -c search_path=bullmq'),
      max: QUEUES.length + WORKING_CONNECTIONS,
    });
    // Every queue and worker adds a listener of its own.
    this.pool.setMaxListeners(4 * QUEUES.length);
    pauseAfterErrors(this.pool);
  }

  override options() {
    return EVENTS;
  }

  override forQueues(): ConnectionOptions {
    return this.pool;
  }

  override forWorker() {
    // The worker gives its LISTEN connection back when it closes.
    return { connection: this.forQueues(), disconnect: () => undefined };
  }

  override reach(): Promise<void> {
    return Promise.resolve();
  }

  override async ping(): Promise<void> {
    await this.pool.query('SELECT 1');
  }

  override meansAway(error: Error): boolean {
    const { code } = error as Error & { code?: unknown };
    if (typeof code === 'string' && SQLSTATE.test(code)) return !REFUSED_STATES.test(code);
    return isDatabaseUnavailable(error);
  }

  override async close(): Promise<void> {
    await this.pool.end();
  }
}

function pauseAfterErrors(pool: Pool): void {
  const query = pool.query.bind(pool) as (...given: unknown[]) => Promise<unknown>;
  const paced = async (...given: unknown[]): Promise<unknown> => {
    try {
      return await query(...given);
    } catch (error) {
      await new Promise((resume) => setTimeout(resume, PAUSE_AFTER_ERROR_MILLISECONDS));
      throw error;
    }
  };
  pool.query = paced as unknown as Pool['query'];
}
