import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FollowUpsAdminRepository } from '../../src/follow-ups/follow-ups-admin.repository.js';
import {
  FOLLOW_UP_VIEWS,
  followUpsQuerySchema,
} from '../../src/follow-ups/follow-ups.admin-schemas.js';
import { type PlanNode, planOf } from './plan-of.js';
import { type AdminStage, startAdminStage } from './support.js';

const BRANCHES = 1_000;
const DUTIES = 4_000;

/** A page of fifty, and the one behind it that tells that there is another. */
const ENTRIES = 51;

/** How often the part of a plan is run that is run most often. */
function mostLoops(node: PlanNode): number {
  return Math.max(node['Actual Loops'], ...(node.Plans ?? []).map(mostLoops));
}

describe('an organisation of many branches that PostgreSQL has no statistics of', () => {
  let stage: AdminStage;
  beforeAll(async () => {
    stage = await startAdminStage();
    const { units, organisers } = stage.organisation;
    await stage.database.sql(`
      ALTER TABLE post SET (autovacuum_enabled = false);
      ALTER TABLE follow_up SET (autovacuum_enabled = false);
      CREATE TABLE made AS SELECT gen_random_uuid() AS unit, n FROM generate_series(1, ${BRANCHES}) n;
      INSERT INTO unit (id, kind, parent_id, slug, name, email)
        SELECT unit, 'branch', '${units.wales.id}', 'more-' || n, 'More ' || n, 'more@example.org'
          FROM made;
      INSERT INTO post (id, unit_id, office, holder_id)
        SELECT gen_random_uuid(), unit, 'branch_secretary', '${organisers.national.id}' FROM made;
      CREATE TABLE duty AS
        SELECT ('01980000-2000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id, n
          FROM generate_series(1, ${DUTIES}) n;
      INSERT INTO join_submission (id, reference, form_id, channel, posted, answer)
        SELECT id, 'J-' || n, 'join', 'json', '{"givenName":"Sam"}', '{}' FROM duty;
      INSERT INTO follow_up (id, kind, submission_id, unit_id, office, calendar, due_at, remind_at)
        SELECT duty.id, 'join', duty.id, unit,
               CASE duty.n % 50 WHEN 0 THEN 'treasurer' ELSE 'branch_secretary' END,
               'england-and-wales', clock_now() + make_interval(mins => duty.n), clock_now()
          FROM duty JOIN made ON made.n = 1 + duty.n % ${BRANCHES};
      DROP TABLE made, duty;`);
  });
  afterAll(() => stage.close());

  it.each(FOLLOW_UP_VIEWS)(
    'looks at what is on the page alone one by one, for the view “%s”',
    async (view) => {
      const query = followUpsQuerySchema.parse({ view });
      const plan = await planOf(stage, 'national', (manager, id) =>
        new FollowUpsAdminRepository().page(manager, query, id),
      );
      expect(mostLoops(plan)).toBeLessThanOrEqual(ENTRIES);
    },
  );
});
