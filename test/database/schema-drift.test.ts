import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { schemaDrift } from '../../src/platform/database/schema-drift.js';
import { startApplication, type TestApplication } from '../support/application.js';

let app: TestApplication;
beforeAll(async () => {
  app = await startApplication({ worker: false });
});
afterAll(() => app.close());

it('finds entities and tables alike, for every table but those of the platform', async () => {
  expect(await schemaDrift(app.api)).toEqual([]);
  const mapped = app.api
    .get<DataSource>(getDataSourceToken())
    .entityMetadatas.map(({ tableName }) => tableName)
    .sort();
  const tables = await app.database.sql<{ name: string }>(
    `SELECT relname AS name FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`,
  );
  const withoutEntity = tables.map(({ name }) => name).filter((name) => !mapped.includes(name));
  expect(withoutEntity).toEqual([
    'audit_seal',
    'audit_unsealed',
    'directory_version',
    'form_directory_version',
    'idempotency_key',
    'migrations',
    'outbox',
    'rate_limit',
    'spent_challenge',
    'typeorm_metadata',
  ]);
});

it('tells of a column that a table lacks, and of a migration that has not run', async () => {
  await app.database.sql('ALTER TABLE unit DROP COLUMN town');
  await app.database.sql(`DELETE FROM migrations WHERE name LIKE 'CreatePolicies%'`);
  const drift = await schemaDrift(app.api);
  expect(drift).toEqual([
    expect.stringContaining('CreatePolicies'),
    expect.stringContaining('"town"'),
  ]);
});
