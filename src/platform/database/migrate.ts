import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { migrations } from '../../../migrations/migrations.js';
import { APPLICATION_ROLE, OWNER_ROLE } from './connection-options.js';
import { prepareRoles, setApplicationPassword } from './roles.js';

/** Locks out a second migration of the same database. */
const MIGRATION_LOCK = 7_233_462_100;

/** Brings the queue's own tables up to date; `platform/queue` gives it. */
export type QueueMigration = (client: Client) => Promise<void>;

export interface MigrationRun {
  /** The owner's login. */
  url: string;
  /** Where given, the application's role may sign in with this password afterwards. */
  applicationPassword?: string;
  migrateQueue: QueueMigration;
}

/**
 * Brings a database to the state of this build: roles, tables, policies, and the queue's own schema.
 * Everything is made by the owner's role. Running it again does nothing; two at once wait for each
 * other.
 *
 * @returns the names of the migrations that ran.
 */
export async function migrate(run: MigrationRun): Promise<string[]> {
  const client = new Client({ connectionString: run.url });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await prepareRoles(client);
    const ran = await migrateTables(run.url);
    await migrateQueueSchema(client, run.migrateQueue);
    if (run.applicationPassword !== undefined) {
      await client.query('RESET ROLE');
      await setApplicationPassword(client, run.applicationPassword);
    }
    return ran;
  } finally {
    await client.end();
  }
}

/** Undoes the newest migration; for development and tests. */
export async function revertLast(url: string): Promise<void> {
  const dataSource = await migrationDataSource(url).initialize();
  try {
    await dataSource.undoLastMigration({ transaction: 'each' });
  } finally {
    await dataSource.destroy();
  }
}

async function migrateTables(url: string): Promise<string[]> {
  const dataSource = await migrationDataSource(url).initialize();
  try {
    return (await dataSource.runMigrations({ transaction: 'each' })).map(({ name }) => name);
  } finally {
    await dataSource.destroy();
  }
}

function migrationDataSource(url: string): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    migrations,
    installExtensions: false,
    extra: { max: 1, options: `-c role=${OWNER_ROLE}` },
  });
}

async function migrateQueueSchema(client: Client, migrateQueue: QueueMigration): Promise<void> {
  await client.query(`SET ROLE ${OWNER_ROLE}`);
  await client.query('CREATE SCHEMA IF NOT EXISTS bullmq');
  await migrateQueue(client);
  await client.query(`
    GRANT USAGE ON SCHEMA bullmq TO ${APPLICATION_ROLE};
    GRANT ALL ON ALL TABLES IN SCHEMA bullmq TO ${APPLICATION_ROLE};
    GRANT ALL ON ALL SEQUENCES IN SCHEMA bullmq TO ${APPLICATION_ROLE};
    GRANT ALL ON ALL FUNCTIONS IN SCHEMA bullmq TO ${APPLICATION_ROLE}`);
}
