import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/platform/new-id.js';
import type { MovesStage } from './moves-stage.js';
import { faultsOfAllocations, tableHashes } from './people-in-bulk.js';
import { PEOPLE, QUARTER, RunsStage } from './runs-stage.js';

let bench: RunsStage;
let stage: MovesStage;
beforeAll(async () => {
  bench = await RunsStage.open();
  ({ stage } = bench);
});
afterAll(() => stage.close());
beforeEach(() => bench.begin());

describe('a recompute', () => {
  it('moves exactly those whom the dry run has shown, and nobody twice', async () => {
    const shown = await bench.finishedDryRun(await bench.proposal());
    const { body, status } = await bench.recompute(shown.id);
    expect(status).toBe(202);
    await stage.runDueJobs();
    const done = await bench.read(body.id);
    expect(done).toMatchObject({ state: 'finished', dryRunId: shown.id, progress: shown.progress });
    expect(done.counts).toEqual(shown.counts);
    expect(done.moves).toEqual(shown.moves);
    expect(await faultsOfAllocations(stage)).toEqual([]);
    const [moved] = await stage.database.sql(
      `SELECT count(*) FILTER (WHERE valid_until IS NOT NULL)::integer AS ended,
              count(*)::integer AS all FROM allocation`,
    );
    expect(moved).toEqual({ ended: 2 * QUARTER, all: PEOPLE + 2 * QUARTER });
    const [rules] = await stage.database.sql(
      `SELECT array_agg(prefix || ' ' || unit_kind ORDER BY prefix) AS rules FROM coverage_rule
        WHERE prefix LIKE 'CF10%' OR prefix = 'LS'`,
    );
    expect(rules).toEqual({ rules: ['CF10 branch', 'LS region'] });
    // And now there is nothing left to do.
    expect((await bench.finishedDryRun()).counts).toMatchObject({ moved: 0, renewed: 0 });
  });

  it('tells each unit that gained or lost people once, with numbers', async () => {
    const { id } = await bench.finishedDryRun(await bench.proposal());
    await bench.recompute(id).expect(202);
    const rows = await stage.dueRows();
    await stage.runDueJobs();
    for (const row of rows) await stage.runJob(row);
    await stage.runDueJobs();
    expect(stage.mails()).toEqual(
      ['cardiff', 'leeds', 'swansea', 'yorkshire'].map((slug) => [
        `${slug}@example.org`,
        expect.stringMatching(/^Who belongs to \w+ has been decided anew$/),
      ]),
    );
    const textTo = (slug: string) =>
      stage.smtp.messages.find(({ to }) => to.includes(`${slug}@example.org`))?.text;
    expect(textTo('swansea')).toContain(
      `${QUARTER} people now belong to Swansea who did not before.`,
    );
    expect(textTo('swansea')).toContain(
      'Those who came are in your list of people, after signing in.',
    );
    expect(textTo('leeds')).toContain(`${QUARTER} people no longer belong to Leeds.`);
    for (const { text, html } of stage.smtp.messages)
      expect(`${text}${html}`).not.toMatch(/\/v1\//);
  });

  it('leaves overrides where they are, and children with the national office', async () => {
    const { personId: kept } = await stage.joined({ postcode: 'CF10 1AA' });
    const override = { branch: 'leeds', reason: 'studies there' };
    await stage.admin('national').post(`people/${kept}/allocation`, override).expect(201);
    const sixteen = new Date();
    sixteen.setUTCFullYear(sixteen.getUTCFullYear() - 16);
    const dateOfBirth = sixteen.toISOString().slice(0, 10);
    const { personId: child } = await stage.joined({ postcode: 'CF10 1AA', dateOfBirth });
    const shown = await bench.finishedDryRun(await bench.proposal());
    expect(shown.counts).toMatchObject({ overridden: 1, minors: 1, moved: 2 * QUARTER });
    const { body } = await bench.recompute(shown.id).expect(202);
    await stage.runDueJobs();
    expect((await bench.read(body.id)).counts).toEqual(shown.counts);
    expect((await stage.allocations(kept)).at(-1)).toMatchObject({
      method: 'override',
      unit: 'leeds',
    });
    expect((await stage.keepers(kept)).person).toBe('leeds');
    expect((await stage.allocations(child)).at(-1)?.unit).toBe('swansea');
    expect((await stage.keepers(child)).person).toBe('national');
  });

  it('takes open duties along, whose links come with their reminders and not all at once', async () => {
    const { personId } = await stage.joined({ postcode: 'CF10 1AA' });
    const { personId: other } = await stage.joined({ postcode: 'CF10 1AA' });
    await stage.closeDuties(other);
    const { id } = await bench.finishedDryRun(await bench.proposal());
    const { body } = await bench.recompute(id).expect(202);
    await stage.runDueJobs();
    expect((await bench.read(body.id)).counts.dutiesMoved).toBe(1);
    expect(await stage.keepers(personId)).toEqual({
      person: 'swansea',
      submission: 'swansea',
      duty: 'swansea',
    });
    expect(await stage.keepers(other)).toMatchObject({ person: 'swansea', duty: 'cardiff' });
    const subjects = stage.mails().filter(([to]) => to === 'swansea@example.org');
    expect(subjects).toEqual([['swansea@example.org', expect.stringMatching(/decided anew/)]]);
    const mail = stage.smtp.messages.find(({ to }) => to.includes('swansea@example.org'));
    expect(mail?.text).toContain('1 of them is still waiting');
    const reminders = await stage.database.sql(
      `SELECT o.data, f.remind_at = o.available_at AS "onTime"
         FROM outbox o JOIN follow_up f ON f.id = (o.data ->> 'followUpId')::uuid
        WHERE o.job = 'follow-ups.remind' AND f.person_id = $1 AND f.assignment = 2
          AND (o.data ->> 'assignment')::integer = 2`,
      [personId],
    );
    expect(reminders).toMatchObject([{ onTime: true }]);
    expect(
      await stage.database.sql(
        `SELECT e.action FROM follow_up_event e JOIN follow_up f ON f.id = e.follow_up_id
          WHERE f.person_id = $1`,
        [personId],
      ),
    ).toEqual([{ action: 'reassigned' }]);
  });

  it('needs a finished dry run of what holds now', async () => {
    expect(await bench.recompute(newId())).toMatchObject({
      status: 409,
      body: { code: 'dry_run_needed' },
    });
    const { id } = await bench.dryRun();
    expect((await bench.recompute(id)).body).toMatchObject({ code: 'dry_run_needed' });
    await stage.runDueJobs();
    // A telephone number is nothing that decides …
    await stage.database.sql(`UPDATE unit SET phone = '029 2018 0000' WHERE slug = 'cardiff'`);
    await bench.recompute(id).expect(202);
    await stage.runDueJobs();
    // … a position is, and a rule, and a branch that closes.
    for (const change of [
      `UPDATE unit SET latitude = 51.5, longitude = -3.2 WHERE slug = 'cardiff'`,
      `INSERT INTO coverage_rule (id, prefix, unit_id, unit_kind)
       SELECT gen_random_uuid(), 'EX1', id, 'branch' FROM unit WHERE slug = 'cardiff'`,
      `UPDATE unit SET closed_at = clock_now() WHERE slug = 'leeds'`,
    ]) {
      const { id: older } = await bench.finishedDryRun();
      await stage.database.sql(change);
      const late = await bench.recompute(older);
      expect(late).toMatchObject({ status: 409, body: { code: 'dry_run_out_of_date' } });
    }
  });

  it('runs one at a time, and its rules come with it or not at all', async () => {
    const { id } = await bench.finishedDryRun();
    const withRules = await bench.finishedDryRun(await bench.proposal());
    await bench.recompute(id).expect(202);
    const before = await tableHashes(stage, ['coverage_rule']);
    expect(await bench.recompute(withRules.id)).toMatchObject({
      status: 409,
      body: { code: 'recompute_under_way' },
    });
    expect(await tableHashes(stage, ['coverage_rule'])).toEqual(before);
  });

  it('fails when what it decides from changes in the middle, and can be begun anew', async () => {
    const { id } = await bench.finishedDryRun(await bench.proposal());
    const { body } = await bench.recompute(id).expect(202);
    await bench.nextSlice();
    await stage.database.sql(`DELETE FROM coverage_rule WHERE prefix = 'SA'`);
    await stage.runDueJobs();
    expect(await bench.read(body.id)).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('Make a new dry run'),
      progress: { seen: 2_000 },
    });
    // Those who have lost or gained by then hear of it, once.
    expect(stage.mails()).toHaveLength(4);
    const again = await bench.finishedDryRun();
    await bench.recompute(again.id).expect(202);
    await stage.runDueJobs();
    expect(await faultsOfAllocations(stage)).toEqual([]);
    expect((await bench.finishedDryRun()).counts).toMatchObject({ moved: 0, renewed: 0 });
  });

  it('fails with the reason when a slice has used up its tries', async () => {
    const { id } = await bench.dryRun();
    await stage.database.sql(
      `UPDATE allocation_run SET dataset_version = 'of tomorrow' WHERE id = $1`,
      [id],
    );
    await stage.database.sql('UPDATE outbox SET attempts = 38');
    await bench.nextSlice();
    expect(await bench.read(id)).toMatchObject({ state: 'running', error: null });
    await stage.database.sql('UPDATE outbox SET available_at = clock_now()');
    await bench.nextSlice();
    expect(await bench.read(id)).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('not yet of tomorrow'),
    });
  });

  it('takes each slice once, though jobs are given to several, and two say the same', async () => {
    const { id } = await bench.finishedDryRun(await bench.proposal());
    const { body } = await bench.recompute(id).expect(202);
    await stage.database.sql(
      `INSERT INTO outbox (id, queue, job, data)
       SELECT gen_random_uuid(), queue, job, data FROM outbox WHERE job = 'allocation.run-slice'`,
    );
    for (;;) {
      const rows = await bench.sliceRows();
      if (rows.length === 0) break;
      await Promise.all([...rows, ...rows].map((row) => stage.runJob(row)));
    }
    expect(await bench.read(body.id)).toMatchObject({
      state: 'finished',
      progress: { seen: PEOPLE },
    });
    expect(await faultsOfAllocations(stage)).toEqual([]);
    const [counted] = await stage.database.sql(
      `SELECT (SELECT sum(people)::integer FROM allocation_run_move WHERE run_id = $1) AS pairs,
              (SELECT count(*)::integer FROM allocation_run_person WHERE run_id = $1) AS people`,
      [body.id],
    );
    expect(counted).toEqual({ pairs: 2 * QUARTER, people: 2 * QUARTER });
  });
});

describe('a recompute without a dry run', () => {
  it('is told that it needs one, and of what is no id that it is none', async () => {
    const faultOf = async (body: object) => {
      const answer = await stage.admin('national').post('allocations/recompute', body).expect(422);
      return (answer.body as { errors: unknown[] }).errors[0];
    };
    expect(await faultOf({})).toEqual({
      path: 'dryRunId',
      code: 'required',
      message: 'Please give the id of the finished dry run that you have looked at.',
    });
    expect(await faultOf({ dryRunId: 'nonsense' })).toMatchObject({
      path: 'dryRunId',
      message: 'This is not an id of this system.',
    });
  });
});
