import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';
import { APPLICATION_PASSWORD, TEMPLATE_DATABASE } from './global-setup.js';

export interface TestDatabase {
  /** Signs in as the application, bound by row-level security. */
  url: string;
  /** Signs in as a superuser, to arrange and to look. */
  ownerUrl: string;
  name: string;
  /** Runs one statement as the superuser. */
  sql<Row extends object = Record<string, unknown>>(
    text: string,
    values?: unknown[],
  ): Promise<Row[]>;
  /** Makes `clock_now()` run ahead by an interval such as '2 days', for every connection. */
  turnClock(ahead: string): Promise<void>;
  drop(): Promise<void>;
}

/** A database of its own for one test file, copied from the migrated template. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const superuserUrl = inject('superuserUrl');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await once(superuserUrl, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE_DATABASE}`);

  const ownerUrl = new URL(superuserUrl);
  ownerUrl.pathname = `/${name}`;
  const url = new URL(ownerUrl);
  url.username = 'branchline_app';
  url.password = APPLICATION_PASSWORD;

  const client = new Client({ connectionString: ownerUrl.href });
  client.on('error', () => undefined);
  await client.connect();
  return {
    url: url.href,
    ownerUrl: ownerUrl.href,
    name,
    sql: async <Row extends object>(text: string, values?: unknown[]) =>
      (await client.query(text, values)).rows as Row[],
    turnClock: async (ahead) => {
      await client.query(`
        CREATE OR REPLACE FUNCTION clock_now() RETURNS timestamptz
          LANGUAGE sql STABLE PARALLEL SAFE
          RETURN statement_timestamp() + interval '${ahead.replaceAll("'", "''")}'`);
    },
    drop: async () => {
      await client.end();
      await once(superuserUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function once(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
