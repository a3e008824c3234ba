import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../src/development/embedded-postgres.js';
import { ownerDataSource } from '../src/platform/database/owner-data-source.js';
import { migrate } from '../src/platform/database/migrate.js';
import { projectRoot } from '../src/platform/project-root.js';
import { migrateQueueSchema } from '../src/platform/queue/migrate-queue-schema.js';
import { importOrganisation } from '../src/units/organisation-import.js';

const APPLICATION_PASSWORD = 'a password for benchmarks only';
const TEMPLATE = 'bench_template';

export interface BenchDatabase {
  /** The application's login, bound by row-level security. */
  readonly url: string;
  /** A superuser's login, which no policy binds. */
  readonly superuserUrl: string;
  sql<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
}

export interface BenchCluster {
  readonly version: string;
  /** `fsync`, `synchronous_commit` and `shared_buffers`, as the server has them. */
  readonly settings: Readonly<Record<string, string>>;
  /** A database of its own with all migrations and the demo organisation; or a copy of another. */
  createDatabase(name: string, from?: string): Promise<BenchDatabase>;
  /** Process ids of the server that work for a database, or for all. */
  processIds(): Promise<number[]>;
  /** Writes out what is dirty, so that no round pays for the one before. */
  checkpoint(): Promise<void>;
  stop(): Promise<void>;
}

/** A PostgreSQL that keeps its word: durable, with the settings it ships with. */
export async function startBenchCluster(): Promise<BenchCluster> {
  const dataDir = await mkdtemp(join(tmpdir(), 'branchline-bench-'));
  const postgres = await startEmbeddedPostgres({ dataDir, durable: true, log: () => undefined });
  const superuser = await connect(postgres.superuserUrl('postgres'));
  await superuser.query(`CREATE DATABASE ${TEMPLATE}`);
  await migrate({
    url: postgres.superuserUrl(TEMPLATE),
    applicationPassword: APPLICATION_PASSWORD,
    migrateQueue: migrateQueueSchema,
  });
  await importDemoOrganisation(postgres.superuserUrl(TEMPLATE));
  const clients = new Map<string, Client>();
  const { rows } = await superuser.query<{ name: string; setting: string }>(
    `SELECT name, current_setting(name) AS setting FROM pg_settings
      WHERE name IN ('server_version', 'fsync', 'synchronous_commit', 'shared_buffers')`,
  );
  const settings = Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
  const stop = async (): Promise<void> => {
    await Promise.all([superuser, ...clients.values()].map((client) => client.end()));
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  // Whoever presses Ctrl-C wants nothing left behind; programs end with this process by themselves.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stop().finally(() => process.exit(130)));
  }
  return {
    version: settings['server_version'] ?? '',
    settings,
    createDatabase: async (name, from = TEMPLATE) => {
      // What is copied may have nobody connected meanwhile.
      const copied = clients.get(from);
      await copied?.end();
      await superuser.query(`CREATE DATABASE ${name} TEMPLATE ${from}`);
      if (copied !== undefined) clients.set(from, await connect(postgres.superuserUrl(from)));
      const superuserUrl = postgres.superuserUrl(name);
      const url = new URL(superuserUrl);
      url.username = 'branchline_app';
      url.password = APPLICATION_PASSWORD;
      clients.set(name, await connect(superuserUrl));
      return {
        url: url.href,
        superuserUrl,
        sql: async <Row extends object>(text: string, values?: unknown[]) =>
          ((await clients.get(name)?.query(text, values))?.rows ?? []) as Row[],
      };
    },
    processIds: async () => {
      const found = await superuser.query<{ pid: number }>('SELECT pid FROM pg_stat_activity');
      return found.rows.map(({ pid }) => pid);
    },
    checkpoint: async () => {
      await superuser.query('CHECKPOINT');
    },
    stop,
  };
}

/** Imports the demo organisation into a migrated database. */
export async function importDemoOrganisation(url: string): Promise<void> {
  const source = await ownerDataSource(url);
  try {
    const file = await readFile(join(projectRoot, 'data', 'demo-organisation.json'), 'utf8');
    await importOrganisation(source.manager, JSON.parse(file), { demo: true });
  } finally {
    await source.destroy();
  }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
