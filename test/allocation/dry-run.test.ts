import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/platform/new-id.js';
import type { MovesStage } from './moves-stage.js';
import { tableHashes } from './people-in-bulk.js';
import { PEOPLE, QUARTER, RunsStage, unit } from './runs-stage.js';

let bench: RunsStage;
let stage: MovesStage;
beforeAll(async () => {
  bench = await RunsStage.open();
  ({ stage } = bench);
});
afterAll(() => stage.close());
beforeEach(() => bench.begin());

describe('a dry run', () => {
  it('finds nothing to move where nothing has changed', async () => {
    const run = await bench.finishedDryRun();
    expect(run).toMatchObject({
      kind: 'dry_run',
      progress: { seen: PEOPLE, total: PEOPLE },
      counts: { moved: 0, renewed: 0, overridden: 0, withoutBranch: QUARTER, losingBranch: 0 },
      moves: [],
      rules: { add: [], remove: [] },
      error: null,
    });
  });

  it('shows who would move from where to where, slice by slice, and changes nothing', async () => {
    const before = await tableHashes(stage);
    const answer = await stage
      .admin('national')
      .post('coverage-rules/dry-run', await bench.proposal())
      .expect(202);
    expect(answer.headers['location']).toBe(`/v1/admin/allocation-runs/${answer.body.id}`);
    expect(answer.body).toMatchObject({ state: 'running', progress: { seen: 0, total: null } });
    await bench.nextSlice();
    expect(await bench.read(answer.body.id)).toMatchObject({
      state: 'running',
      progress: { seen: 2_000, total: PEOPLE },
    });
    await stage.runDueJobs();
    expect(await bench.read(answer.body.id)).toMatchObject({
      state: 'finished',
      progress: { seen: PEOPLE, total: PEOPLE },
      counts: {
        moved: 2 * QUARTER,
        renewed: 0,
        withoutBranch: 2 * QUARTER,
        losingBranch: QUARTER,
        dutiesMoved: 0,
      },
      rules: {
        add: [{ id: null, code: 'CF10', unit: { slug: 'swansea' } }],
        remove: [{ code: 'LS', unit: { slug: 'leeds' } }],
      },
      moves: expect.arrayContaining([
        { from: unit('cardiff'), to: unit('swansea'), people: QUARTER, duties: 0 },
        { from: unit('leeds'), to: unit('yorkshire'), people: QUARTER, duties: 0 },
      ]),
    });
    expect(await tableHashes(stage)).toEqual(before);
  });

  it('lists those who would move, page by page, each once and with the reason', async () => {
    const { id } = await bench.finishedDryRun(await bench.proposal());
    const list = (cursor = '') =>
      stage.admin('national').get(`allocation-runs/${id}/people?limit=200&count=true${cursor}`);
    const seen = new Set<string>();
    let cursor: string | null = '';
    while (cursor !== null) {
      const at: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await list(at).expect(200);
      expect(body.total).toEqual({ count: 2 * QUARTER, capped: false });
      for (const person of body.data) seen.add(person.id);
      if (cursor === '') {
        expect(body.data[0]).toMatchObject({
          givenName: 'Sam',
          familyName: 'Jones 2',
          from: unit('leeds'),
          to: { slug: 'yorkshire' },
          explanation: 'LS belongs to Yorkshire, which has no branch close by',
        });
      }
      cursor = body.nextCursor;
    }
    expect(seen.size).toBe(2 * QUARTER);
  });

  it('is refused for rules that clash, and names them', async () => {
    const { units } = stage.organisation;
    const send = (add: object[], remove: string[] = []) =>
      stage.admin('national').post('coverage-rules/dry-run', { add, remove });
    const toLeeds = { unitId: units.leeds.id, code: 'CF' };
    expect(await send([toLeeds])).toMatchObject({
      status: 409,
      body: {
        code: 'coverage_rule_clash',
        rules: expect.arrayContaining([
          { code: 'CF', unit: expect.objectContaining({ slug: 'leeds' }) },
          { code: 'CF', unit: expect.objectContaining({ slug: 'cardiff' }) },
        ]),
      },
    });
    // Two of the proposal itself, of which one does not know the other.
    const both = [
      { unitId: units.leeds.id, code: 'EX' },
      { unitId: units.cardiff.id, code: 'EX' },
    ];
    expect((await send(both)).status).toBe(409);
    // The rule that goes makes room for the one that comes.
    const gone = [await bench.ruleOf('CF', 'branch'), await bench.ruleOf('CF', 'region')];
    expect((await send([toLeeds], gone)).status).toBe(202);
  });

  it('is refused for rules and units that are not there, all at once', async () => {
    const answer = await stage.admin('national').post('coverage-rules/dry-run', {
      add: [{ unitId: newId(), code: 'EX' }],
      remove: [newId()],
    });
    expect(answer).toMatchObject({
      status: 422,
      body: {
        errors: expect.arrayContaining([
          expect.objectContaining({ path: 'add.0.unitId', code: 'unknown_unit' }),
          expect.objectContaining({ path: 'remove.0', code: 'unknown_rule' }),
        ]),
      },
    });
  });

  it('is made once for one key, and runs one at a time', async () => {
    const send = (key?: string) =>
      stage
        .admin('national')
        .post('coverage-rules/dry-run', {}, key === undefined ? {} : { 'Idempotency-Key': key });
    const first = await send('a key');
    const again = await send('a key');
    expect(again).toMatchObject({ status: 202, body: { id: first.body.id } });
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(await send()).toMatchObject({ status: 409, body: { code: 'dry_run_under_way' } });
  });

  it('can be stopped, once, and stops', async () => {
    const { id } = await bench.dryRun(await bench.proposal());
    await bench.nextSlice();
    const cancel = () => stage.admin('national').post(`allocation-runs/${id}/cancel`);
    expect(await cancel()).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    await stage.runDueJobs();
    expect(await bench.read(id)).toMatchObject({ state: 'cancelled', progress: { seen: 2_000 } });
    expect(await cancel()).toMatchObject({ status: 409, body: { code: 'run_is_over' } });
    expect((await bench.recompute(id)).body).toMatchObject({ code: 'dry_run_needed' });
  });
});
