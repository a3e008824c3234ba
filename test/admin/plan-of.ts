import { ROLES } from '../../src/organisers/permissions.js';
import { Database, type OrganiserManager } from '../../src/platform/database/database.js';
import type { OrganiserName } from '../factories/organisation.js';
import type { AdminStage } from './support.js';

/** A part of a plan, as `EXPLAIN (ANALYZE, FORMAT JSON)` tells of it. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Loops': number;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: PlanNode[];
}

/** The plan of the statement by which a page is read, as this organiser runs it. */
export async function planOf(
  { app, organisation }: AdminStage,
  who: OrganiserName,
  page: (manager: OrganiserManager, organiserId: string) => Promise<unknown>,
): Promise<PlanNode> {
  const { id } = organisation.organisers[who];
  return app.get(Database).asOrganiser({ organiserId: id, roles: ROLES }, async (manager) => {
    let plan: PlanNode | undefined;
    const explaining = {
      query: async (text: string, values: unknown[]) => {
        const [row] = await manager.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }[]>(
          `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
          values,
        );
        plan = row?.['QUERY PLAN'][0]?.Plan;
        return [];
      },
    };
    await page(explaining as unknown as OrganiserManager, id);
    if (plan === undefined) throw new Error('Nothing was asked.');
    return plan;
  });
}
