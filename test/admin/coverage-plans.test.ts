import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES } from '../../src/organisers/permissions.js';
import { Database, type OrganiserManager } from '../../src/platform/database/database.js';
import { CoverageGapsRepository } from '../../src/units/coverage-gaps.repository.js';
import { coverageGapsQuerySchema } from '../../src/units/coverage-gaps.schemas.js';
import type { OrganiserName } from '../factories/organisation.js';
import { type AdminStage, startAdminStage } from './support.js';

const PEOPLE = 50_000;
/** Of a hundred, those whom no branch looks after. */
const WITHOUT_BRANCH = 2;

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  Plans?: PlanNode[];
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

describe('coverage gaps among fifty thousand people', () => {
  let stage: AdminStage;
  beforeAll(async () => {
    stage = await startAdminStage();
    const { units } = stage.organisation;
    await stage.database.sql(
      `
      INSERT INTO unit (id, kind, parent_id, slug, name)
        SELECT uuid_of(3, n), 'branch', '${units.yorkshire.id}', 'branch-' || n, 'Branch ' || n
          FROM generate_series(0, 29) AS n;
      CREATE TABLE made AS
        SELECT n, uuid_of(1, n) AS person, n % 100 < ${WITHOUT_BRANCH} AS alone,
               CASE WHEN n % 100 = 0 THEN '${units.wales.id}'::uuid
                    WHEN n % 100 < ${WITHOUT_BRANCH} THEN '${units.yorkshire.id}'::uuid
                    ELSE uuid_of(3, n % 30) END AS unit
          FROM generate_series(1, ${PEOPLE}) AS n;
      INSERT INTO person (id, given_name, country, postcode, unit_id, date_of_birth)
        SELECT person, 'Sam', 'GB', 'LS' || (n / 100) % 30 || ' 1AA', unit,
               CASE WHEN n % 7 = 0 THEN clock_now() - interval '15 years' END FROM made;
      INSERT INTO allocation (id, person_id, method, unit_id, branch_id, precision, explanation,
                              directory_version, dataset_version)
        SELECT uuid_of(2, n), person, 'region_only', unit, CASE WHEN NOT alone THEN unit END,
               'outcode', 'as the test says', 1, 'test' FROM made;
      DROP TABLE made;
      ANALYZE;`.replaceAll(
        /uuid_of\((\d), (n|n % 30)\)/g,
        `('01980000-$1000-7000-8000-' || lpad(to_hex($2), 12, '0'))::uuid`,
      ),
    );
  });
  afterAll(() => stage.close());

  const planOf = (who: OrganiserName, query: object) => {
    const { id } = stage.organisation.organisers[who];
    return stage.app
      .get(Database)
      .asOrganiser({ organiserId: id, roles: ROLES }, async (manager) => {
        const plans: PlanNode[] = [];
        const explaining = {
          query: async (text: string, values: unknown[]) => {
            const [row] = await manager.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }[]>(
              `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
              values,
            );
            plans.push(...(row?.['QUERY PLAN'] ?? []).map(({ Plan }) => Plan));
            return [];
          },
        } as unknown as OrganiserManager;
        await new CoverageGapsRepository().page(explaining, coverageGapsQuerySchema.parse(query));
        return plans.flatMap(nodesOf);
      });
  };

  it.each(['national', 'wales', 'cardiff'] as const)(
    'are counted for %s among those without a branch, and nobody else is read',
    async (who) => {
      const nodes = await planOf(who, {});
      expect(nodes.map((node) => node['Index Name'])).toContain('person_unit');
      const people = nodes.filter((node) =>
        ['person', 'allocation'].includes(node['Relation Name'] ?? ''),
      );
      expect(people.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
      const alone = (PEOPLE * WITHOUT_BRANCH) / 100;
      for (const node of people) {
        // Allocations are asked for those under eighteen alone, one in seven here.
        const most = node['Relation Name'] === 'allocation' ? alone / 6 : alone;
        expect(
          node['Actual Loops'] * Math.max(1, node['Actual Rows']),
          node['Relation Name'],
        ).toBeLessThanOrEqual(most);
      }
    },
  );
});
