import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/platform/new-id.js';
import type { MovesStage } from './moves-stage.js';
import { QUARTER, RunsStage } from './runs-stage.js';

let bench: RunsStage;
let stage: MovesStage;
beforeAll(async () => {
  bench = await RunsStage.open();
  ({ stage } = bench);
});
afterAll(() => stage.close());
beforeEach(() => bench.begin());

describe('runs', () => {
  it('show scoped organisers the pairs and people of their units, and no others', async () => {
    const shown = await bench.finishedDryRun(await bench.proposal());
    const people = async (id: string, who: 'wales' | 'yorkshire') => {
      const { body } = await stage
        .admin(who)
        .get(`allocation-runs/${id}/people?count=true&limit=1`)
        .expect(200);
      return [body.total.count, body.data[0]?.from.slug, body.data[0]?.to.slug];
    };
    expect((await bench.read(shown.id, 'wales')).moves).toMatchObject([
      { from: { slug: 'cardiff' }, to: { slug: 'swansea' } },
    ]);
    expect((await bench.read(shown.id, 'yorkshire')).moves).toMatchObject([
      { from: { slug: 'leeds' }, to: { slug: 'yorkshire' } },
    ]);
    expect(await people(shown.id, 'wales')).toEqual([QUARTER, 'cardiff', 'swansea']);
    expect(await people(shown.id, 'yorkshire')).toEqual([QUARTER, 'leeds', 'yorkshire']);
    // Somebody who would come from elsewhere is not theirs to know yet.
    const { units } = stage.organisation;
    const across = await bench.finishedDryRun({
      add: [{ unitId: units.leeds.id, code: 'CF10' }],
    });
    expect(across.moves).toMatchObject([{ from: { slug: 'cardiff' }, to: { slug: 'leeds' } }]);
    expect((await bench.read(across.id, 'yorkshire')).moves).toHaveLength(1);
    expect(await people(across.id, 'yorkshire')).toEqual([0, undefined, undefined]);
    await bench.recompute(across.id).expect(202);
    await stage.runDueJobs();
    expect(await people(across.id, 'yorkshire')).toEqual([QUARTER, 'cardiff', 'leeds']);
    expect(await people(across.id, 'wales')).toEqual([0, undefined, undefined]);
  });

  it('are listed newest first, and started by the national office alone', async () => {
    const { id } = await bench.finishedDryRun();
    await bench.recompute(id).expect(202);
    const { body } = await stage.admin('wales').get('allocation-runs').expect(200);
    expect(body.data.map(({ kind, state }: Record<string, string>) => [kind, state])).toEqual([
      ['recompute', 'running'],
      ['dry_run', 'finished'],
    ]);
    expect((await stage.admin('wales').get('allocation-runs?kind=dry_run')).body.data).toHaveLength(
      1,
    );
    for (const [path, sent] of [
      ['coverage-rules/dry-run', {}],
      ['allocations/recompute', { dryRunId: id }],
      [`allocation-runs/${id}/cancel`, {}],
    ] as const) {
      expect(await stage.admin('wales').post(path, sent)).toMatchObject({
        status: 403,
        body: { permission: 'allocation_runs.write' },
      });
    }
    expect((await stage.admin('cardiff').get('allocation-runs')).status).toBe(403);
    expect((await stage.admin('national').get(`allocation-runs/${newId()}`)).status).toBe(404);
  });

  it('are forgotten after a while, with whom they list', async () => {
    const { id } = await bench.finishedDryRun(await bench.proposal());
    await bench.recompute(id).expect(202);
    await stage.runDueJobs();
    await stage.database.sql(
      `INSERT INTO outbox (id, queue, job, data)
       VALUES (gen_random_uuid(), 'bulk', 'platform.purge-expired', '{}')`,
    );
    const purge = async () => {
      const [row] = await stage.database.sql<{ id: string; job: string; attempts: number }>(
        `SELECT id, job, attempts FROM outbox WHERE job = 'platform.purge-expired'`,
      );
      if (row !== undefined) await stage.runJob(row);
      await stage.database.sql(`UPDATE outbox SET available_at = clock_now()`);
    };
    const left = async () => {
      const [row] = await stage.database.sql(
        `SELECT (SELECT count(*)::integer FROM allocation_run) AS runs,
                (SELECT count(*)::integer FROM allocation_run_move) AS moves,
                (SELECT count(*)::integer FROM allocation_run_person) AS people,
                (SELECT count(*)::integer FROM message WHERE kind = 'people_reallocated') AS told`,
      );
      return row;
    };
    await purge();
    expect(await left()).toEqual({ runs: 2, moves: 4, people: 4 * QUARTER, told: 4 });
    await stage.turnClock('31 days');
    await purge();
    await purge();
    expect(await left()).toEqual({ runs: 0, moves: 0, people: 0, told: 4 });
  });
});
