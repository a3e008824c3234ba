import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GrantWarningsRepository } from '../../src/grant-warnings/grant-warnings.repository.js';
import { GrantsAdminRepository } from '../../src/organisers/grants-admin.repository.js';
import { grantsQuerySchema } from '../../src/organisers/grants.admin-schemas.js';
import { Database } from '../../src/platform/database/database.js';
import { type PlanNode, planOf } from './plan-of.js';
import { type AdminStage, startAdminStage } from './support.js';

const GRANTS = 10_000;

/** Every read of a whole table within a plan. */
function wholeTables(node: PlanNode): string[] {
  const own = node['Node Type'] === 'Seq Scan' ? [node['Relation Name'] ?? ''] : [];
  return [...own, ...(node.Plans ?? []).flatMap(wholeTables)];
}

describe('of ten thousand grants', () => {
  let stage: AdminStage;
  beforeAll(async () => {
    stage = await startAdminStage();
    const { units } = stage.organisation;
    // One in a hundred in Cardiff, one in ten in Wales, one in fifty with an end within a year.
    await stage.database.sql(
      `INSERT INTO organiser (id, email, name, password_hash)
         SELECT uuid_v7(), n || '@example.org', 'Organiser ' || n, '-'
           FROM generate_series(1, ${GRANTS}) AS n;
       INSERT INTO organiser_grant (id, organiser_id, role, unit_id, valid_until)
         SELECT uuid_v7(), o.id, 'branch_secretary',
                CASE WHEN n % 100 = 0 THEN '${units.cardiff.id}'::uuid
                     WHEN n % 10 = 0 THEN '${units.swansea.id}'::uuid
                     ELSE '${units.leeds.id}'::uuid END,
                CASE WHEN n % 50 = 0 THEN clock_now() + make_interval(days => n % 365 + 1) END
           FROM generate_series(1, ${GRANTS}) AS n JOIN organiser o ON o.email = n || '@example.org';
       ANALYZE;`,
    );
  });
  afterAll(() => stage.close());

  const page = (query: Record<string, string>) => {
    const parsed = grantsQuerySchema.parse(query);
    return (manager: Parameters<GrantsAdminRepository['page']>[0]) =>
      new GrantsAdminRepository().page(manager, parsed);
  };

  it.each([
    ['national', {}],
    ['wales', {}],
    ['national', { state: 'ending' }],
    ['wales', { state: 'ending' }],
    ['national', { state: 'grace' }],
    ['national', { unit: 'cardiff' }],
    ['wales', { unit: 'cardiff' }],
    ['national', { organiser: 'leeds' }],
  ] as const)('a page for %s with %j is read by index', async (who, query) => {
    const { units, organisers } = stage.organisation;
    const named: Record<string, string> = {
      ...query,
      ...('unit' in query ? { unit: units[query.unit].id } : {}),
      ...('organiser' in query ? { organiser: organisers[query.organiser].id } : {}),
    };
    const plan = await planOf(stage, who, page(named));
    expect(wholeTables(plan).filter((table) => table !== 'unit')).toEqual([]);
  });

  it('those that end are found by the index of ends', async () => {
    const plan = await stage.app.get(Database).transaction(async (manager) => {
      let found: PlanNode | undefined;
      const explaining = {
        query: async (text: string) => {
          const [row] = await manager.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }[]>(
            `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
          );
          found = row?.['QUERY PLAN'][0]?.Plan;
          return [];
        },
      };
      await new GrantWarningsRepository().due(explaining as unknown as EntityManager);
      return found;
    });
    if (plan === undefined) throw new Error('Nothing was asked.');
    expect(wholeTables(plan)).not.toContain('organiser_grant');
  });
});
