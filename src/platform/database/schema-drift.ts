import type { INestApplicationContext } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { migrations } from '../../../migrations/migrations.js';

/** Statements that only concern what entities do not declare: indexes, checks, names of keys. */
const NOT_OF_ENTITIES = [
  /^(?:CREATE|DROP) (?:UNIQUE )?INDEX/i,
  /(?:ADD|DROP) CONSTRAINT/i,
  /^COMMENT ON/i,
];

/**
 * Where the database and this build differ: migrations that have not run, and what entities declare
 * otherwise than the tables are. Empty when all is well. Changes nothing.
 *
 * @param app with the entities of every module.
 */
export async function schemaDrift(app: INestApplicationContext): Promise<string[]> {
  const dataSource = app.get<DataSource>(getDataSourceToken());
  const rows: { name: string }[] = await dataSource.query('SELECT name FROM migrations');
  const ran = new Set(rows.map(({ name }) => name));
  const pending = migrations
    .filter(({ name }) => !ran.has(name))
    .map(({ name }) => `The migration ${name} has not run.`);
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  const differing = upQueries
    .map(({ query }) => query)
    .filter((query) => !NOT_OF_ENTITIES.some((pattern) => pattern.test(query)))
    .map((query) => `Entities would have: ${query}`);
  return [...pending, ...differing];
}
