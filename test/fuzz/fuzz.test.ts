import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownerDataSource } from '../../src/platform/database/owner-data-source.js';
import { projectRoot } from '../../src/platform/project-root.js';
import { importOrganisation } from '../../src/units/organisation-import.js';
import { type TestDatabase, createTestDatabase } from '../support/test-database.js';
import { RequestDrawer } from './draw-request.js';
import { FailureBook } from './failure-book.js';
import { type RoundPlan, runRound } from './fuzz-round.js';
import { OUT_OF_REACH, reachOperations } from './reach.js';
import { type FuzzStage, startStage } from './stage.js';
import { countsBesideReading } from './table-counts.js';
import { uncleanTexts } from './unclean-texts.js';

/** A fixed seed, so that two runs send the same; `npm run soak -- fuzz` takes others, and more. */
const SEED = 20261123;
const REQUESTS = 3000;
const READING_REQUESTS = 300;

let database: TestDatabase;
let stage: FuzzStage;
beforeAll(async () => {
  database = await createTestDatabase();
  const source = await ownerDataSource(database.ownerUrl);
  const file = await readFile(join(projectRoot, 'data', 'demo-organisation.json'), 'utf8');
  await importOrganisation(source.manager, JSON.parse(file), { demo: true });
  await source.destroy();
  stage = await startStage(database, { seed: SEED, smtpUrl: 'smtp://127.0.0.1:1', worker: false });
});
afterAll(async () => {
  await stage.close();
  await database.drop();
});

/** What the requests of a plan came to; every complaint in words. */
async function round<T>(
  run: (plan: RoundPlan) => Promise<T>,
  { from = 0, to = 0, kind = 'all' }: { from?: number; to?: number; kind?: 'all' | 'reading' } = {},
): Promise<{ result: T; complaints: string[] }> {
  const told: string[] = [];
  const book = new FailureBook(SEED, undefined, (text) => told.push(text));
  const drawer = new RequestDrawer(stage.api, stage.pool, SEED, kind);
  const result = await run({ ...stage, drawer, book, from, to, connections: 16, oneOf: 1 });
  return { result, complaints: [...told, ...stage.server.faults] };
}

describe('the built application', () => {
  it(
    'answers every operation of its description with success when nothing is wrong',
    { timeout: 120_000 },
    async () => {
      const { result, complaints } = await round(reachOperations);
      expect(complaints).toEqual([]);
      expect(result.unreached(stage.api)).toEqual([
        ...OUT_OF_REACH,
        // It needs a dry run that a worker has finished, and none runs here.
        'POST /v1/admin/allocations/recompute',
      ]);
    },
  );

  it(
    `answers ${REQUESTS} requests that are mostly wrong as the contract says, none with 5xx`,
    { timeout: 180_000 },
    async () => {
      const { result, complaints } = await round(runRound, { to: REQUESTS });
      expect(complaints).toEqual([]);
      expect(result.requests).toBeGreaterThanOrEqual(REQUESTS);
      const called = [...result.byOperation].filter(([, { requests }]) => requests > 0);
      const described = stage.api.operations.filter(({ hidden }) => !hidden);
      expect(called.map(([name]) => name)).toEqual(
        expect.arrayContaining(described.map(({ name }) => name)),
      );
      for (const [name, { succeeded }] of result.byOperation) {
        if (MUST_SUCCEED.includes(name)) expect(succeeded, name).toBeGreaterThan(0);
      }
      for (const status of [200, 201, 303, 304, 400, 401, 403, 404, 405, 409, 413, 415, 422, 431]) {
        expect(result.byStatus.get(status) ?? 0, String(status)).toBeGreaterThan(0);
      }
    },
  );

  it('changes nothing for requests that only read, but the record that they were read', async () => {
    const before = await countsBesideReading(database);
    const to = REQUESTS + READING_REQUESTS;
    const { result, complaints } = await round(runRound, { from: REQUESTS, to, kind: 'reading' });
    expect(complaints).toEqual([]);
    expect(result.requests).toBeGreaterThanOrEqual(READING_REQUESTS);
    expect(await countsBesideReading(database)).toEqual(before);
  });

  it('has stored no character that the schemas refuse', async () => {
    expect(await uncleanTexts(database)).toEqual([]);
    await database.sql(
      `UPDATE person SET given_name = E'a\\u202eb' WHERE id = (SELECT id FROM person LIMIT 1)`,
    );
    await database.sql(
      `UPDATE outbox SET data = data || jsonb_build_object('x', E'a\\u0007'::text)
        WHERE id = (SELECT id FROM outbox LIMIT 1)`,
    );
    expect(await uncleanTexts(database)).toEqual([
      'outbox.data: 1 rows',
      'person.given_name: 1 rows',
    ]);
  });
});

/** Handlers that the fuzzed requests themselves reach so often that one without is no chance. */
const MUST_SUCCEED = [
  'GET /v1/branches/nearest',
  'GET /v1/branches',
  'GET /v1/regions/{slug}',
  'GET /join',
  'POST /v1/join',
  'GET /v1/confirm/{token}',
  'POST /v1/confirm/{token}',
  'GET /duties/{token}',
  'POST /duties/{token}',
  'GET /v1/admin/me',
  'GET /v1/admin/people',
  'GET /v1/admin/people/{id}',
  'GET /v1/admin/join-submissions',
  'GET /v1/admin/join-submissions/{id}',
  'GET /v1/admin/follow-ups',
];
