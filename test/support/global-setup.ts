import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/development/embedded-postgres.js';
import { migrate } from '../../src/platform/database/migrate.js';
import { migrateQueueSchema } from '../../src/platform/queue/migrate-queue-schema.js';

export const TEMPLATE_DATABASE = 'branchline_template';
export const APPLICATION_PASSWORD = 'a password for tests only';

/**
 * One real PostgreSQL for the whole run, migrated once into a template; every test file copies it
 * (`createTestDatabase`).
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'branchline-test-'));
  const postgres = await startEmbeddedPostgres({ dataDir, durable: false, log: () => undefined });
  const superuser = new Client({ connectionString: postgres.superuserUrl('postgres') });
  await superuser.connect();
  await superuser.query(`CREATE DATABASE ${TEMPLATE_DATABASE}`);
  await superuser.end();
  await migrate({
    url: postgres.superuserUrl(TEMPLATE_DATABASE),
    applicationPassword: APPLICATION_PASSWORD,
    migrateQueue: migrateQueueSchema,
  });
  project.provide('superuserUrl', postgres.superuserUrl('postgres'));
  return async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}

declare module 'vitest' {
  export interface ProvidedContext {
    superuserUrl: string;
  }
}
