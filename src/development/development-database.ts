import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { OrganiserAccounts } from '../organisers/organiser-accounts.js';
import { migrate } from '../platform/database/migrate.js';
import { ownerDataSource } from '../platform/database/owner-data-source.js';
import { projectRoot } from '../platform/project-root.js';
import type { Running } from '../process.js';
import { migrateQueueSchema } from '../platform/queue/migrate-queue-schema.js';
import { hasOrganisation, importOrganisation } from '../units/organisation-import.js';

const DATABASE = 'branchline';

/** Makes the database of the embedded server, once. @returns its superuser's URL. */
export async function ensureDatabase(superuserUrl: (database: string) => string): Promise<string> {
  const client = new Client({ connectionString: superuserUrl('postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [
      DATABASE,
    ]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
  return superuserUrl(DATABASE);
}

/** Tells the commands of this data folder where the database is, until it is closed. */
export async function tellCommands(file: string, ownerUrl: string): Promise<Running> {
  await rm(file, { force: true });
  await writeFile(file, ownerUrl, { flag: 'wx', mode: 0o600 });
  return { close: () => rm(file, { force: true }) };
}

/**
 * Migrates a database and makes the demo organisers. The demo organisation is imported into an empty
 * database alone: what organisers have changed since is theirs.
 */
export async function prepareDemo(ownerUrl: string, demoPassword: string): Promise<void> {
  await migrate({ url: ownerUrl, migrateQueue: migrateQueueSchema });
  const source = await ownerDataSource(ownerUrl);
  try {
    if (!(await hasOrganisation(source.manager))) {
      const file = await readFile(join(projectRoot, 'data', 'demo-organisation.json'), 'utf8');
      await importOrganisation(source.manager, JSON.parse(file), { demo: true });
    }
    await new OrganiserAccounts(source.manager).ensureDemoOrganisers(demoPassword);
  } finally {
    await source.destroy();
  }
}
