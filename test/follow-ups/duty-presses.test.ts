import request from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FollowUpsService } from '../../src/follow-ups/follow-ups.service.js';
import { Database } from '../../src/platform/database/database.js';
import { type TestUnit, giveGrant, makeOrganiser } from '../factories/organisation.js';
import { DutyBench } from './duty-bench.js';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

let bench: DutyBench;
beforeAll(async () => {
  bench = await DutyBench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.smtp.clear());
afterEach(async () => {
  await bench.database.turnClock('0');
  await bench.database.sql('DELETE FROM outbox');
});

const open = (path: string) => request(bench.url).get(path).set('accept', BROWSER);
const press = (path: string, form: Record<string, string>) =>
  request(bench.url).post(path).set('accept', BROWSER).type('form').send(form);
const cardiffDuty = (options = {}) =>
  bench.giveDuty({ unit: bench.organisation.units.cardiff, ...options });
describe('contacted', () => {
  it('closes the duty and shows a page that may be reloaded', async () => {
    const { id, path } = await cardiffDuty();
    const { status, headers } = await press(path, {
      outcome: 'contacted',
      note: 'Comes on Monday.',
    });
    expect(status).toBe(303);
    expect(headers['location']).toBe(path);

    expect(await bench.duty(id)).toMatchObject({
      state: 'done',
      outcome: 'contacted',
      note: 'Comes on Monday.',
      handling: 'contacted',
      handlingOutcome: 'contacted',
    });
    expect(await bench.events(id)).toEqual(['contacted']);
    expect(await bench.audit(id)).toEqual(['duty_link follow_up.contacted']);
    const { text } = await open(path).expect(200);
    expect(text).toContain('Thank you, this is done');
    expect(text).toContain('telephone 020 7946 0000');
    expect(text).not.toMatch(/Robin|Carter|900123|robin@|Monday/);
  });

  it('pressed by two people at once is one outcome, and both get a kind page', async () => {
    const { id, path } = await cardiffDuty();
    const answers = await Promise.all([
      press(path, { outcome: 'contacted', note: 'first' }),
      press(path, { outcome: 'contacted', note: 'second' }),
      press(path, { outcome: 'contacted' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
    expect(await bench.events(id)).toEqual(['contacted']);
    expect(await bench.duty(id)).toMatchObject({ state: 'done', version: 2 });
  });

  it('that comes second to another outcome says so, and gives the note back', async () => {
    const { id, path } = await cardiffDuty();
    await press(path, { outcome: 'contacted' }).expect(303);
    const { status, text } = await press(path, { outcome: 'not_ours', note: 'Lives in <Bath>.' });
    expect(status).toBe(409);
    expect(text).toContain('Your press came second');
    expect(text).toContain('Lives in &lt;Bath&gt;.');
    expect(await bench.duty(id)).toMatchObject({ outcome: 'contacted', assignment: 1 });
    expect(await bench.messages(id)).toHaveLength(1);
  });
});

describe('no answer', () => {
  it('is recorded once, reminds on the next working evening, and closes with the second', async () => {
    const { id, path } = await cardiffDuty();
    await bench.runDueJobs();
    bench.smtp.clear();
    await press(path, { outcome: 'no_answer', tries: '0', note: 'Rang twice' }).expect(303);
    expect(await bench.duty(id)).toMatchObject({
      state: 'no_answer',
      tries: 1,
      handling: 'received',
    });
    const [reminder] = await bench.database.sql<{ at: string; data: object }>(
      `SELECT to_char(available_at AT TIME ZONE 'Europe/London', 'HH24:MI') AS at, data FROM outbox
        WHERE job = 'follow-ups.remind'`,
    );
    expect(reminder).toEqual({ at: '18:00', data: { followUpId: id, assignment: 1, again: true } });
    const page = await open(path).expect(200);
    expect(page.text).toContain('One try is recorded');
    expect(page.text).toContain('“Rang twice”');
    expect(page.text).toContain('name="tries" value="1"');

    await bench.database.turnClock('7 days');
    await bench.runDueJobs();
    expect(bench.smtp.messages.map(({ subject }) => subject)).toEqual([
      expect.stringMatching(/^Reminder: Robin in Cardiff/),
    ]);
    expect(bench.smtp.messages[0]?.text).toContain('You tried to reach Robin in Cardiff once.');

    await press(path, { outcome: 'no_answer', tries: '1' }).expect(303);
    expect(await bench.duty(id)).toMatchObject({
      state: 'done',
      outcome: 'no_answer',
      tries: 2,
      handling: 'received',
      handlingOutcome: 'no_answer',
    });
    expect(await bench.dueRows()).toEqual([]);
  });

  it.each([[{ tries: '0' }], [{}]])('tapped twice with %j is one try', async (page) => {
    const { id, path } = await cardiffDuty();
    const form = { outcome: 'no_answer', ...page };
    const answers = await Promise.all([press(path, form), press(path, form)]);
    expect(answers.map(({ status }) => status)).toEqual([303, 303]);
    expect(await bench.duty(id)).toMatchObject({ state: 'no_answer', tries: 1 });
    expect(await bench.events(id)).toEqual(['no_answer']);
  });

  it('asks for no second reminder once the person was reached', async () => {
    const { path } = await cardiffDuty();
    await bench.runDueJobs();
    bench.smtp.clear();
    await press(path, { outcome: 'no_answer', tries: '0' }).expect(303);
    await press(path, { outcome: 'contacted' }).expect(303);
    await bench.database.turnClock('7 days');
    await bench.runDueJobs();
    expect(bench.smtp.messages).toEqual([]);
  });
});

describe('not ours', () => {
  it('hands up to the unit above: the old link dies, the due time stays, one new notice goes', async () => {
    const { id, path } = await cardiffDuty();
    await bench.runDueJobs();
    bench.smtp.clear();
    const { dueAt, remindAt } = await bench.duty(id);
    await press(path, { outcome: 'not_ours', note: 'Lives in Newport' }).expect(303);
    expect(await bench.duty(id)).toMatchObject({
      slug: 'wales',
      office: 'regional_organiser',
      assignment: 2,
      state: 'open',
      dueAt,
      remindAt,
    });
    await bench.runDueJobs();
    expect(bench.smtp.messages.map(({ to }) => to)).toEqual([['wales@example.org']]);
    expect(bench.smtp.messages[0]?.text).toContain(bench.pathOf(id, 2));
    expect(await bench.events(id)).toEqual(['not_ours']);
    expect(await bench.audit(id)).toEqual(['duty_link follow_up.not_ours']);

    const old = await open(path).expect(410);
    expect(old.text).toContain('This is with somebody else now');
    expect(old.text).toContain('handed on to Wales');
    expect(old.text).not.toMatch(/Robin|Carter|900123|robin@|stall/);
    const pressed = await press(path, { outcome: 'contacted', note: 'my note' }).expect(410);
    expect(pressed.text).toContain('my note');
    expect(await bench.duty(id)).toMatchObject({ state: 'open', assignment: 2 });
    expect(await bench.audit(id)).toEqual([
      'duty_link follow_up.not_ours',
      'duty_link follow_up.opening_refused',
    ]);

    const next = await open(bench.pathOf(id, 2)).expect(200);
    expect(next.text).toContain('Before that it was with Cardiff.');
    expect(next.text).toContain('“Lives in Newport”');
  });

  it('pressed twice at once hands up once', async () => {
    const { id, path } = await cardiffDuty();
    const answers = await Promise.all([1, 2, 3].map(() => press(path, { outcome: 'not_ours' })));
    expect(answers.map(({ status }) => String(status)).sort()).toEqual(['303', '410', '410']);
    expect(await bench.duty(id)).toMatchObject({ slug: 'wales', assignment: 2 });
    expect(await bench.messages(id)).toHaveLength(2);
  });

  it('reminds the new holder on the next working evening where the time for it has passed', async () => {
    const { id, path } = await cardiffDuty({ dueIn: '-1 hour' });
    await press(path, { outcome: 'not_ours' }).expect(303);
    const { remindAt } = await bench.duty(id);
    expect(remindAt.getTime()).toBeGreaterThan(Date.now());
    const [job] = await bench.database.sql<{ data: object; available_at: Date }>(
      `SELECT data, available_at FROM outbox WHERE job = 'follow-ups.remind'`,
    );
    expect(job).toEqual({
      data: { followUpId: id, assignment: 2, again: false },
      available_at: remindAt,
    });
  });

  it('at the national office declines', async () => {
    const { id, path } = await bench.giveDuty({ unit: bench.organisation.units.national });
    expect((await open(path)).text).toContain('Nobody stands above you: this closes it, declined.');
    await press(path, { outcome: 'not_ours' }).expect(303);
    expect(await bench.duty(id)).toMatchObject({ state: 'declined', handling: 'declined' });
  });
});

describe('hand to my stand-in', () => {
  it('gives the duty to the stand-in of the post, and from there to the unit above', async () => {
    const standIn = await makeOrganiser(bench.database, `cover-${Date.now()}@example.org`, '-');
    await giveGrant(bench.database, standIn.id, 'reader', bench.organisation.units.cardiff.id);
    await bench.database.sql(
      `UPDATE post SET stand_in_id = $1 WHERE office = 'branch_secretary' AND unit_id = $2`,
      [standIn.id, bench.organisation.units.cardiff.id],
    );
    const { id, path } = await cardiffDuty();
    await bench.runDueJobs();
    bench.smtp.clear();
    expect((await open(path)).text).toContain('Your stand-in hears of it at once.');
    await press(path, { outcome: 'stand_in', note: 'On holiday' }).expect(303);
    await bench.runDueJobs();
    expect(bench.smtp.messages.map(({ to }) => to)).toEqual([[standIn.email]]);
    expect(bench.smtp.messages[0]?.text).toContain('as stand-in');
    expect(await bench.duty(id)).toMatchObject({ slug: 'cardiff', covered: true, assignment: 2 });
    expect((await open(path).expect(410)).text).toContain('the stand-in at Cardiff');

    await press(bench.pathOf(id, 2), { outcome: 'stand_in' }).expect(303);
    expect(await bench.duty(id)).toMatchObject({ slug: 'wales', covered: false, assignment: 3 });
    expect(await bench.events(id)).toEqual(['opened', 'handed_over', 'handed_over']);
    await bench.database.sql('UPDATE post SET stand_in_id = NULL');
  });

  it('stays where there is nobody, says so, and keeps the note', async () => {
    const { id, path } = await bench.giveDuty({ unit: bench.organisation.units.national });
    const { status, text } = await press(path, { outcome: 'stand_in', note: 'Help' });
    expect(status).toBe(409);
    expect(text).toContain('it stays with you');
    expect(text).toContain('>Help</textarea>');
    expect(await bench.duty(id)).toMatchObject({ state: 'open', assignment: 1, version: 1 });
  });
});

describe('a duty whose unit is found out later', () => {
  it('moves there with a notice of its own, unless somebody has dealt with it', async () => {
    const service = bench.worker.get(FollowUpsService, { strict: false });
    const { cardiff, leeds, national } = bench.organisation.units;
    const moveTo = (submissionId: string, unit: TestUnit) =>
      bench.worker
        .get(Database)
        .transaction((manager) => service.moveTo(manager, submissionId, unit));
    const untouched = await bench.giveDuty({ unit: national });
    await moveTo(untouched.submissionId, cardiff);
    expect(await bench.duty(untouched.id)).toMatchObject({ slug: 'cardiff', assignment: 2 });
    await moveTo(untouched.submissionId, leeds);
    expect(await bench.duty(untouched.id)).toMatchObject({ slug: 'cardiff', assignment: 2 });
    await bench.runDueJobs();
    expect(bench.smtp.messages.map(({ to }) => to)).toEqual([['cardiff@example.org']]);

    const tried = await bench.giveDuty({ unit: national });
    await press(tried.path, { outcome: 'no_answer' }).expect(303);
    await moveTo(tried.submissionId, cardiff);
    expect(await bench.duty(tried.id)).toMatchObject({ slug: 'national', assignment: 1 });
  });

  it('shows that our answer may not have reached the person', async () => {
    const { submissionId, path } = await cardiffDuty();
    await bench.worker
      .get(Database)
      .transaction((manager) =>
        bench.worker
          .get(FollowUpsService, { strict: false })
          .noteAcknowledgementFailed(manager, submissionId),
      );
    expect((await open(path)).text).toContain('Our answer may not have reached them');
  });
});
