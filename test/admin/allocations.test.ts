import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MovesStage } from '../allocation/moves-stage.js';
import type { OrganiserName } from '../factories/organisation.js';

let stage: MovesStage;
beforeAll(async () => {
  stage = await MovesStage.open();
});
afterAll(() => stage.close());
beforeEach(() => stage.smtp.clear());
afterEach(async () => {
  await stage.turnClock('0');
  await stage.database.sql('DELETE FROM outbox');
  await stage.database.sql('TRUNCATE idempotency_key');
});

const inCardiff = { givenName: 'Robin', postcode: 'CF10 1AA' };
const toSwansea = { branch: 'swansea', reason: 'goes to meetings there' };
const path = (personId: string) => `people/${personId}/allocation`;
const inDays = (days: number) => {
  const day = new Date();
  day.setUTCDate(day.getUTCDate() + days);
  return day.toISOString().slice(0, 10);
};

describe('an override', () => {
  it('puts somebody into a branch, says why in words, and tells both branches', async () => {
    const { personId } = await stage.joined(inCardiff);
    const answer = await stage.admin('wales').post(path(personId), toSwansea);
    expect(answer).toMatchObject({
      status: 201,
      body: {
        personId,
        current: {
          method: 'override',
          why: 'An organiser has put them into Swansea, until somebody ends it: goes to meetings there.',
          unit: { kind: 'branch', slug: 'swansea' },
          region: { slug: 'wales' },
          branch: { slug: 'swansea' },
          rule: null,
          override: { reason: 'goes to meetings there', until: null, endsAt: null },
          decidedById: stage.organisation.organisers.wales.id,
          validUntil: null,
        },
      },
    });
    expect(answer.headers['etag']).toBe(`"${answer.body.version}"`);
    expect(await stage.keepers(personId)).toEqual({
      person: 'swansea',
      submission: 'swansea',
      duty: 'swansea',
    });
    await stage.runDueJobs();
    expect(stage.mails()).toEqual([
      ['cardiff@example.org', 'Robin no longer belongs to Cardiff'],
      ['swansea@example.org', expect.stringMatching(/^Please get in touch with Robin by /)],
    ]);
    const [away] = stage.smtp.messages.filter(({ to }) => to.includes('cardiff@example.org'));
    expect(away?.text).toContain('an organiser has settled where they belong');
  });

  it('may name a region, without a branch, and units by their ids', async () => {
    const { units } = stage.organisation;
    const { personId } = await stage.joined(inCardiff);
    const region = { region: units.yorkshire.id, reason: 'knows people there' };
    const { body } = await stage.admin('national').post(path(personId), region).expect(201);
    expect(body.current).toMatchObject({
      unit: { kind: 'region', slug: 'yorkshire' },
      region: { slug: 'yorkshire' },
      branch: null,
    });
    const branch = { branch: units.leeds.id, reason: 'knows people there' };
    await stage.admin('national').post(path(personId), branch).expect(201);
    expect((await stage.keepers(personId)).person).toBe('leeds');
  });

  it('keeps the history, newest first, each with its reason in words', async () => {
    const { personId } = await stage.joined(inCardiff);
    const until = inDays(30);
    await stage
      .admin('wales')
      .post(path(personId), { ...toSwansea, until })
      .expect(201);
    await stage
      .admin('wales')
      .delete(`${path(personId)}/override`)
      .expect(200);
    const { body, headers } = await stage.admin('cardiff').get(path(personId)).expect(200);
    expect(body.history).toHaveLength(2);
    expect(body).toMatchObject({
      personId,
      current: { method: 'coverage_rule', rule: 'CF', branch: { slug: 'cardiff' } },
      history: [
        { method: 'override', override: { reason: toSwansea.reason, until } },
        { method: 'coverage_rule', rule: 'CF', override: null, decidedById: null },
      ],
    });
    expect(body.current.why).toMatch(/^CF belongs to Cardiff\./);
    expect(body.current.decidedById).toBe(stage.organisation.organisers.wales.id);
    expect(body.current).toMatchObject({
      precision: 'area',
      datasetVersion: expect.any(String),
      directoryVersion: expect.stringMatching(/^\d+$/),
    });
    expect(headers['etag']).toBe(`"${body.version}"`);
    const person = await stage.admin('cardiff').get(`people/${personId}`).expect(200);
    expect(person.body.allocationHistory[0]).toMatchObject({ method: 'override' });
  });

  it('may hold for as long as there are years', async () => {
    const { personId } = await stage.joined(inCardiff);
    const override = { ...toSwansea, until: '9999-12-30' };
    const { body } = await stage.admin('wales').post(path(personId), override).expect(201);
    expect(body.current.override).toMatchObject({ until: '9999-12-30' });
    expect(body.current.why).toContain('30 December 9999');
  });

  it('is made once for one key, and refuses a key with another input', async () => {
    const { personId } = await stage.joined(inCardiff);
    const send = (body: object) =>
      stage.admin('wales').post(path(personId), body, { 'Idempotency-Key': 'once' });
    const first = await send(toSwansea);
    const again = await send(toSwansea);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect({ status: again.status, body: again.body }).toEqual({ status: 201, body: first.body });
    expect(await stage.allocations(personId)).toHaveLength(2);
    expect(await send({ ...toSwansea, reason: 'another' })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
  });

  it('is refused where somebody has changed the person since', async () => {
    const { personId } = await stage.joined(inCardiff);
    const send = (ifMatch: string) =>
      stage.admin('wales').post(path(personId), toSwansea, { 'If-Match': ifMatch });
    expect(await send('"7"')).toMatchObject({ status: 412, body: { code: 'stale_version' } });
    expect((await send('"1"')).status).toBe(201);
  });

  it('within the same unit is news, too: what was read before is out of date', async () => {
    const { personId } = await stage.joined(inCardiff);
    const read = await stage.admin('wales').get(path(personId)).expect(200);
    const tag = String(read.headers['etag']);
    const stays = { branch: 'cardiff', reason: 'stays, wherever they move' };
    const send = (ifMatch: string, body: object = stays) =>
      stage.admin('wales').post(path(personId), body, { 'If-Match': ifMatch });
    const made = await send(tag);
    expect(made).toMatchObject({ status: 201, body: { version: read.body.version + 1 } });
    const again = await stage.admin('wales').get(path(personId)).set('If-None-Match', tag);
    expect(again).toMatchObject({ status: 200, body: { current: { method: 'override' } } });
    expect(again.headers['etag']).toBe(made.headers['etag']);
    expect(await send(tag, toSwansea)).toMatchObject({
      status: 412,
      body: { code: 'stale_version' },
    });
    const end = (ifMatch: string) =>
      stage.admin('wales').delete(`${path(personId)}/override`, { 'If-Match': ifMatch });
    expect((await end(tag)).status).toBe(412);
    expect((await end(String(made.headers['etag']))).status).toBe(200);
  });

  it.each([
    [{ branch: 'swansea' }, 'reason'],
    [{ reason: 'because' }, 'branch'],
    [{ ...toSwansea, region: 'wales' }, 'branch'],
    [{ ...toSwansea, branch: 'nowhere' }, 'branch'],
    [{ ...toSwansea, until: '2020-01-01' }, 'until'],
    [{ ...toSwansea, until: inDays(0) }, 'until'],
    [{ ...toSwansea, until: 'tomorrow' }, 'until'],
    [{ ...toSwansea, until: '9999-12-31' }, 'until'],
    [{ ...toSwansea, unit: 'x' }, 'unit'],
  ])('is a 422 that says what is wrong: %j', async (body, faulty) => {
    const { personId } = await stage.joined(inCardiff);
    expect(await stage.admin('national').post(path(personId), body)).toMatchObject({
      status: 422,
      body: { errors: [{ path: faulty }] },
    });
    expect(await stage.allocations(personId)).toHaveLength(1);
  });

  it('tells a branch nothing of somebody who is gone before it heard of them', async () => {
    const { personId } = await stage.joined(inCardiff);
    await stage.closeDuties(personId);
    await stage.admin('national').post(path(personId), toSwansea).expect(201);
    const toLeeds = { branch: 'leeds', reason: 'the other one was meant' };
    await stage.admin('national').post(path(personId), toLeeds).expect(201);
    await stage.runDueJobs();
    expect(stage.mails()).toEqual([
      ['cardiff@example.org', 'Robin no longer belongs to Cardiff'],
      ['leeds@example.org', 'Robin now belongs to Leeds'],
    ]);
    stage.smtp.clear();
    // Leeds has heard of them, and so hears that they are gone.
    await stage.admin('national').post(path(personId), toSwansea).expect(201);
    await stage.runDueJobs();
    expect(stage.mails().map(([to]) => to)).toEqual(['leeds@example.org', 'swansea@example.org']);
  });

  it('is within one’s own region only, at both ends', async () => {
    const inWales = await stage.joined(inCardiff);
    const inYorkshire = await stage.joined({ postcode: 'LS1 1UR' });
    const as = (who: OrganiserName) => stage.admin(who);
    // Not to another region's branch, not somebody of another region, and not everybody may.
    const away = { branch: 'leeds', reason: 'moves soon' };
    expect(await as('wales').post(path(inWales.personId), away)).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'branch', code: 'unknown_branch' }] },
    });
    expect((await as('wales').post(path(inYorkshire.personId), toSwansea)).status).toBe(404);
    expect((await as('wales').delete(`${path(inYorkshire.personId)}/override`)).status).toBe(404);
    expect((await as('wales').get(path(inYorkshire.personId))).status).toBe(404);
    expect(await as('cardiff').post(path(inWales.personId), toSwansea)).toMatchObject({
      status: 403,
      body: { permission: 'allocations.write' },
    });
    expect((await as('national').post(path(inWales.personId), away)).status).toBe(201);
  });

  it('leaves a child with the national office', async () => {
    const sixteen = new Date();
    sixteen.setUTCFullYear(sixteen.getUTCFullYear() - 16);
    const dateOfBirth = sixteen.toISOString().slice(0, 10);
    const { personId } = await stage.joined({ ...inCardiff, dateOfBirth });
    expect((await stage.admin('wales').post(path(personId), toSwansea)).status).toBe(404);
    const { body } = await stage.admin('national').post(path(personId), toSwansea).expect(201);
    expect(body.current.why).toMatch(/They are under eighteen: .* the national office keeps/);
    expect((await stage.keepers(personId)).person).toBe('national');
    await stage.runDueJobs();
    expect(stage.mails()).toEqual([]);
  });

  it('is audited', async () => {
    const { personId } = await stage.joined(inCardiff);
    await stage.admin('wales').post(path(personId), toSwansea).expect(201);
    await stage
      .admin('wales')
      .delete(`${path(personId)}/override`)
      .expect(200);
    expect(
      await stage.database.sql(
        `SELECT action, actor_id FROM audit_event
          WHERE subject_id = $1 AND action LIKE 'allocation%' ORDER BY id`,
        [personId],
      ),
    ).toEqual(
      ['allocation.overridden', 'allocation.override_ended'].map((action) => ({
        action,
        actor_id: stage.organisation.organisers.wales.id,
      })),
    );
  });
});

describe('the end of an override', () => {
  it('comes by itself when its last day is over, and both branches hear of it', async () => {
    const { personId } = await stage.joined(inCardiff);
    await stage.admin('wales').post(path(personId), { ...toSwansea, until: inDays(3) });
    await stage.closeDuties(personId);
    await stage.runDueJobs();
    stage.smtp.clear();

    await stage.turnClock('2 days');
    await stage.runDueJobs();
    expect((await stage.keepers(personId)).person).toBe('swansea');

    await stage.turnClock('4 days 2 hours');
    const due = (await stage.dueRows()).filter(({ job }) => job === 'allocation.end-override');
    expect(due).toHaveLength(1);
    await stage.runDueJobs();
    expect(await stage.allocations(personId)).toMatchObject([
      { unit: 'cardiff', current: false },
      { method: 'override', unit: 'swansea', current: false },
      { method: 'coverage_rule', unit: 'cardiff', current: true },
    ]);
    expect(stage.mails().filter(([, subject]) => subject.includes('belongs'))).toEqual([
      ['cardiff@example.org', 'Robin now belongs to Cardiff'],
      ['swansea@example.org', 'Robin no longer belongs to Swansea'],
    ]);
  });

  it('leaves alone what has taken its place', async () => {
    const { personId } = await stage.joined(inCardiff);
    await stage.admin('wales').post(path(personId), { ...toSwansea, until: inDays(1) });
    await stage.admin('wales').post(path(personId), { ...toSwansea, reason: 'for good' });
    await stage.turnClock('3 days');
    await stage.runDueJobs();
    expect(await stage.allocations(personId)).toMatchObject([
      { unit: 'cardiff' },
      { method: 'override', current: false },
      { method: 'override', unit: 'swansea', current: true },
    ]);
  });

  it('is an organiser’s to bring about, once', async () => {
    const { personId } = await stage.joined(inCardiff);
    await stage.admin('wales').post(path(personId), toSwansea).expect(201);
    const end = () => stage.admin('wales').delete(`${path(personId)}/override`);
    expect((await end()).body.current).toMatchObject({
      method: 'coverage_rule',
      branch: { slug: 'cardiff' },
    });
    expect(await end()).toMatchObject({ status: 409, body: { code: 'no_override' } });
  });

  it('tells whoever ended it where the person has gone, though out of sight', async () => {
    const { personId } = await stage.joined({ postcode: 'LS1 1UR' });
    const toCardiff = { branch: 'cardiff', reason: 'studies there' };
    await stage.admin('national').post(path(personId), toCardiff).expect(201);
    const { status, body } = await stage.admin('wales').delete(`${path(personId)}/override`);
    expect({ status, unit: body.current?.unit.slug }).toEqual({ status: 200, unit: 'leeds' });
    expect((await stage.admin('wales').get(path(personId))).status).toBe(404);
  });
});
