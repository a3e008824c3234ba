import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QueryResultRow } from 'pg';
import { importDemoOrganisation } from '../../bench/bench-cluster.js';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/development/embedded-postgres.js';
import { migrate } from '../../src/platform/database/migrate.js';
import { migrateQueueSchema } from '../../src/platform/queue/migrate-queue-schema.js';
import type { Outage } from './book.js';
import type { RestartKind } from './faults.js';
import { KeptConnection } from './kept-connection.js';
import { MESSAGE_JOURNAL } from './message-journal.js';
import { unusedPort } from '../support/unused-port.js';

const APPLICATION_PASSWORD = 'a password for crash tests only';
const TEMPLATE = 'faults_template';

const SIGNALS = { 'restart-by-kill': 'SIGKILL', 'restart-immediate': 'SIGQUIT' } as const;

/** A database of one round's own. */
export interface FaultDatabase {
  /** The application's login, bound by row-level security. */
  readonly url: string;
  /** Runs one statement as a superuser, whom no policy hides anything from. */
  sql<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

/** A PostgreSQL that can be crashed: the data and the port stay the same. */
export class FaultCluster {
  private restarting: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly dataDir: string,
    private postgres: EmbeddedPostgres,
  ) {}

  /** A cluster with a template that has all migrations and the demo organisation. */
  static async start(): Promise<FaultCluster> {
    const dataDir = await mkdtemp(join(tmpdir(), 'branchline-faults-'));
    const postgres = await launch(dataDir, await unusedPort());
    const cluster = new FaultCluster(dataDir, postgres);
    await cluster.sql('postgres', `CREATE DATABASE ${TEMPLATE}`);
    await migrate({
      url: postgres.superuserUrl(TEMPLATE),
      applicationPassword: APPLICATION_PASSWORD,
      migrateQueue: migrateQueueSchema,
    });
    await importDemoOrganisation(postgres.superuserUrl(TEMPLATE));
    await cluster.sql(TEMPLATE, MESSAGE_JOURNAL);
    return cluster;
  }

  async createDatabase(name: string): Promise<FaultDatabase> {
    await this.sql('postgres', `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
    const url = new URL(this.postgres.superuserUrl(name));
    url.username = 'branchline_app';
    url.password = APPLICATION_PASSWORD;
    const connection = new KeptConnection(() => this.postgres.superuserUrl(name));
    return {
      url: url.href,
      sql: (text, values) => connection.sql(text, values),
      drop: async () => {
        await connection.close();
        await this.sql('postgres', `DROP DATABASE ${name} WITH (FORCE)`);
      },
    };
  }

  /**
   * Ends the server in one of three ways and starts it again; one restart after another.
   *
   * @param whileDown is called when it is gone, which it stays until this is done.
   */
  restart(kind: RestartKind, whileDown: (since: number) => Promise<void>): Promise<Outage> {
    const restarted = this.restarting.then(() => this.endAndStart(kind, whileDown));
    this.restarting = restarted.catch(() => undefined);
    return restarted;
  }

  async stop(): Promise<void> {
    await this.postgres.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  private async endAndStart(
    kind: RestartKind,
    whileDown: (since: number) => Promise<void>,
  ): Promise<Outage> {
    const { port } = this.postgres;
    const from = Date.now();
    if (kind !== 'restart-fast') {
      const [row] = await this.sql<{ pid: number }>(
        'postgres',
        `SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)::integer AS pid`,
      );
      if (row === undefined) throw new Error('PostgreSQL does not tell its process id');
      process.kill(row.pid, SIGNALS[kind]);
    }
    await this.postgres.stop();
    await whileDown(Date.now());
    this.postgres = await launch(this.dataDir, port);
    return { kind, from, to: Date.now() };
  }

  private async sql<Row extends QueryResultRow>(database: string, text: string): Promise<Row[]> {
    const connection = new KeptConnection(() => this.postgres.superuserUrl(database));
    try {
      return await connection.sql<Row>(text);
    } finally {
      await connection.close();
    }
  }
}

function launch(dataDir: string, port: number): Promise<EmbeddedPostgres> {
  // Not durable against a loss of power, which nobody tests here; a killed server keeps its commits.
  return startEmbeddedPostgres({ dataDir, port, durable: false, log: () => undefined });
}
