import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { OrganiserAccounts } from '../organisers/organiser-accounts.js';
import { migrate } from '../platform/database/migrate.js';
import { ownerDataSource } from '../platform/database/owner-data-source.js';
import { projectRoot } from '../platform/project-root.js';
import { migrateQueueSchema } from '../platform/queue/migrate-queue-schema.js';
import { importOrganisation } from '../units/organisation-import.js';

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

/** Migrates a database and fills it with the demo organisation and its organisers. Repeatable. */
export async function prepareDemo(ownerUrl: string, demoPassword: string): Promise<void> {
  await migrate({ url: ownerUrl, migrateQueue: migrateQueueSchema });
  const source = await ownerDataSource(ownerUrl);
  try {
    const file = await readFile(join(projectRoot, 'data', 'demo-organisation.json'), 'utf8');
    await importOrganisation(source.manager, JSON.parse(file), { demo: true });
    await new OrganiserAccounts(source.manager).ensureDemoOrganisers(demoPassword);
  } finally {
    await source.destroy();
  }
}
