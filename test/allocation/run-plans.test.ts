import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunSlices } from '../../src/allocation/runs/run-slices.js';
import { Database } from '../../src/platform/database/database.js';
import { MovesStage } from './moves-stage.js';
import { makePeople } from './people-in-bulk.js';

const PEOPLE = 30_000;
/** Tables that do not grow with people. */
const SMALL = new Set([
  'unit',
  'coverage_rule',
  'directory_version',
  'current_postcode_dataset',
  'postcode_dataset',
  'allocation_run',
  'allocation_run_move',
]);

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: PlanNode[];
}

function wholeTables(node: PlanNode): string[] {
  const own = node['Node Type'] === 'Seq Scan' ? [node['Relation Name'] ?? ''] : [];
  return [...own, ...(node.Plans ?? []).flatMap(wholeTables)].filter((name) => !SMALL.has(name));
}

/** A manager that looks at the plan of each statement before it runs it. */
function explaining(manager: EntityManager, read: Map<string, string[]>): EntityManager {
  return new Proxy(manager, {
    get(target, property) {
      if (property !== 'query') {
        const value: unknown = Reflect.get(target, property);
        return value;
      }
      return async (text: string, values: unknown[] = []) => {
        const [row] = await target.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }[]>(
          `EXPLAIN (FORMAT JSON) ${text}`,
          values,
        );
        const plan = row?.['QUERY PLAN'][0]?.Plan;
        read.set(text, plan === undefined ? ['no plan'] : wholeTables(plan));
        return target.query(text, values);
      };
    },
  });
}

describe('a slice of a run over thirty thousand people', () => {
  let stage: MovesStage;
  beforeAll(async () => {
    stage = await MovesStage.open();
    await makePeople(stage, PEOPLE);
    const { units } = stage.organisation;
    await stage.database.sql(
      `INSERT INTO join_submission (id, reference, form_id, channel, posted, answer)
         SELECT id, 'J-' || id, 'join', 'json', '{"givenName":"Sam"}', '{}' FROM person;
       INSERT INTO join_submission_handling (submission_id, person_id, unit_id)
         SELECT id, id, unit_id FROM person;
       INSERT INTO follow_up (id, kind, submission_id, person_id, unit_id, office, calendar, state,
                              closed_at, due_at, remind_at)
         SELECT id, 'join', id, id, unit_id, 'branch_secretary', 'england-and-wales',
                CASE WHEN id::text LIKE '%0' THEN 'open' ELSE 'done' END,
                CASE WHEN id::text LIKE '%0' THEN NULL ELSE clock_now() END,
                clock_now(), clock_now()
           FROM person`,
    );
    await stage.database.sql('ANALYZE');
    const rule = { unitId: units.swansea.id, code: 'CF10' };
    const { body } = await stage
      .admin('national')
      .post('coverage-rules/dry-run', { add: [rule] })
      .expect(202);
    dryRunId = body.id;
  });
  afterAll(() => stage.close());
  let dryRunId: string;

  /** Takes a slice as a worker does, and tells what it read whole. */
  const slice = async (runId: string): Promise<Map<string, string[]>> => {
    const read = new Map<string, string[]>();
    const slices = stage.worker.get(RunSlices, { strict: false });
    await stage.worker
      .get(Database)
      .transaction((manager) => slices.take(explaining(manager, read), runId));
    return read;
  };
  const finish = async () => {
    for (;;) {
      const [row] = (await stage.dueRows()).filter(({ job }) => job === 'allocation.run-slice');
      if (row === undefined) return;
      await stage.runJob(row);
    }
  };

  it('reads no table that grows with people as a whole, in a dry run', async () => {
    await slice(dryRunId);
    const read = await slice(dryRunId);
    expect(read.size).toBeGreaterThan(5);
    expect([...read].filter(([, tables]) => tables.length > 0)).toEqual([]);
    await finish();
  });

  it('nor in a recompute, which moves people and their duties', async () => {
    const { body } = await stage
      .admin('national')
      .post('allocations/recompute', { dryRunId })
      .expect(202);
    // The first slice counts everybody, once a run.
    const first = await slice(body.id);
    expect([...first.values()].flat()).toEqual(['person']);
    const read = await slice(body.id);
    expect(read.size).toBeGreaterThan(10);
    expect([...read].filter(([, tables]) => tables.length > 0)).toEqual([]);
    const [moved] = await stage.database.sql<{ duties: number }>(
      'SELECT duties_moved AS duties FROM allocation_run WHERE id = $1',
      [body.id],
    );
    expect(moved?.duties).toBeGreaterThan(50);
  });
});
