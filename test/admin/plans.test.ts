import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FollowUpsAdminRepository } from '../../src/follow-ups/follow-ups-admin.repository.js';
import { followUpsQuerySchema } from '../../src/follow-ups/follow-ups.admin-schemas.js';
import { BatchesRepository } from '../../src/join/intake/batches.repository.js';
import { batchesQuerySchema } from '../../src/join/intake/batches.schemas.js';
import { LikelyMatchesRepository } from '../../src/join/intake/likely-matches.repository.js';
import { JoinAdminRepository } from '../../src/join/join-admin.repository.js';
import { joinSubmissionsQuerySchema } from '../../src/join/join.admin-schemas.js';
import { PeopleAdminRepository } from '../../src/people/people-admin.repository.js';
import { peopleQuerySchema } from '../../src/people/people.admin-schemas.js';
import type { OrganiserManager } from '../../src/platform/database/database.js';
import { type OrganiserName } from '../factories/organisation.js';
import { type PlanNode, planOf } from './plan-of.js';
import { type AdminStage, startAdminStage } from './support.js';

const PEOPLE = 30_000;

/** Every read of a whole table within a plan. */
function wholeTables(node: PlanNode): string[] {
  const own = node['Node Type'] === 'Seq Scan' ? [node['Relation Name'] ?? ''] : [];
  return [...own, ...(node.Plans ?? []).flatMap(wholeTables)];
}

/** How many rows of a table were read, whether they were wanted or not. */
function rowsLookedAt(node: PlanNode, table: string): number {
  const { 'Actual Rows': kept, 'Rows Removed by Filter': removed = 0 } = node;
  const own = node['Relation Name'] === table ? (kept + removed) * node['Actual Loops'] : 0;
  return (node.Plans ?? []).reduce((sum, part) => sum + rowsLookedAt(part, table), own);
}

describe('the lists of thirty thousand people', () => {
  let stage: AdminStage;
  beforeAll(async () => {
    stage = await startAdminStage();
    const { units } = stage.organisation;
    // Ids rise with time as UUID v7 do; one in a hundred belongs to Cardiff, a fifth to Wales.
    await stage.database.sql(
      `
      CREATE TABLE made AS
        SELECT n, uuid_of(1, n) AS person, uuid_of(2, n) AS submission, uuid_of(3, n) AS duty,
               CASE WHEN n % 100 = 0 THEN '${units.cardiff.id}'::uuid
                    WHEN n % 5 = 0 THEN '${units.swansea.id}'::uuid
                    ELSE '${units.leeds.id}'::uuid END AS unit
          FROM generate_series(1, ${PEOPLE}) AS n;
      INSERT INTO person (id, given_name, family_name, country, postcode, unit_id)
        SELECT person, 'Sam', 'Jones ' || n, 'GB', 'M14 5RX', unit FROM made;
      INSERT INTO contact_point (id, person_id, kind, value)
        SELECT uuid_of(4, n), person, 'email', n || '@example.org' FROM made;
      INSERT INTO join_submission (id, reference, form_id, channel, posted, answer, email)
        SELECT submission, 'J-' || n, 'join', 'json', '{"givenName":"Sam"}', '{}', n || '@example.org'
          FROM made;
      INSERT INTO join_submission_handling (submission_id, person_id, unit_id)
        SELECT submission, person, unit FROM made;
      INSERT INTO follow_up (id, kind, submission_id, person_id, unit_id, office, calendar, state,
                             closed_at, due_at, remind_at)
        SELECT duty, 'join', submission, person, unit, 'branch_secretary', 'england-and-wales',
               CASE WHEN n % 4 = 0 THEN 'open' ELSE 'done' END,
               CASE WHEN n % 4 = 0 THEN NULL ELSE clock_now() END,
               clock_now() + make_interval(mins => n - 15000), clock_now()
          FROM made;
      INSERT INTO message (id, business_key, kind, channel, message_id_header, submission_id,
                           follow_up_id)
        SELECT uuid_of(5, n), 'made:' || n, 'follow_up_notice', 'email', '<' || n || '@example.org>',
               CASE WHEN n % 2 = 0 THEN submission END, CASE WHEN n % 2 = 1 THEN duty END FROM made;
      INSERT INTO join_batch (id, unit_id, name, channel, conversation_on, created_by)
        SELECT uuid_of(6, n), unit, 'Stall', 'stall_card', current_date,
               '${stage.organisation.organisers.wales.id}' FROM made WHERE n % 10 = 0;
      INSERT INTO join_intake (submission_id, unit_id, batch_id, card, input_hash, conversation_on,
                               conversation_from, conversation_until, taken_by)
        SELECT submission, unit, uuid_of(6, n), n, '', current_date, clock_now(), clock_now(),
               '${stage.organisation.organisers.wales.id}' FROM made WHERE n % 10 = 0;
      DROP TABLE made;
      ANALYZE;`.replaceAll(
        /uuid_of\((\d), n\)/g,
        `('01980000-$1000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`,
      ),
    );
  });
  afterAll(() => stage.close());

  const submissions = (query: object) => (manager: OrganiserManager, id: string) =>
    new JoinAdminRepository().page(manager, joinSubmissionsQuerySchema.parse(query), id);
  const people = (query: object) => (manager: OrganiserManager) =>
    new PeopleAdminRepository().page(manager, peopleQuerySchema.parse(query));
  const followUps = (query: object) => (manager: OrganiserManager, id: string) =>
    new FollowUpsAdminRepository().page(manager, followUpsQuerySchema.parse(query), id);

  const batches = (manager: OrganiserManager) =>
    new BatchesRepository().page(manager, batchesQuerySchema.parse({}));
  const BATCH = '01980000-6000-7000-8000-000000000064';

  const LISTS = [
    ['join submissions', submissions({})],
    ['join submissions of a state', submissions({ state: 'received' })],
    ['join submissions of a batch', submissions({ batch: BATCH })],
    ['telephone calls', submissions({ channel: 'telephone' })],
    ['batches', batches],
    ['people', people({})],
    ['people of a branch', people({ branch: 'cardiff' })],
    ['overdue follow-ups', followUps({ view: 'overdue' })],
    ['follow-ups', followUps({})],
  ] as const;
  const CALLERS: readonly OrganiserName[] = ['national', 'wales', 'cardiff'];
  const cases = LISTS.flatMap(([name, page]) => CALLERS.map((who) => [name, who, page] as const));

  it.each(cases)('%s are read by index for %s', async (_name, who, page) => {
    const plan = await planOf(stage, who, page);
    expect(wholeTables(plan).filter((table) => !['unit', 'post'].includes(table))).toEqual([]);
  });

  it.each(CALLERS)(
    'likely matches are found by index for %s, and nobody else is read',
    async (who) => {
      const terms = {
        email: '20000@example.org',
        phone: '+447700900123',
        givenName: 'Sam',
        familyName: 'Jones 20000',
        postcode: 'SA1 1AA',
      };
      const plan = await planOf(stage, who, (manager) =>
        new LikelyMatchesRepository().find(manager, terms),
      );
      expect(wholeTables(plan).filter((table) => table !== 'unit')).toEqual([]);
      expect(rowsLookedAt(plan, 'person')).toBeLessThan(20);
      expect(rowsLookedAt(plan, 'contact_point')).toBeLessThan(20);
    },
  );

  it('what was said because of a submission is found without looking through all that was said', async () => {
    const plan = await planOf(stage, 'cardiff', (manager) =>
      new JoinAdminRepository().submission(manager, '01980000-2000-7000-8000-000000000064'),
    );
    expect(rowsLookedAt(plan, 'message')).toBeLessThan(10);
  });
});
