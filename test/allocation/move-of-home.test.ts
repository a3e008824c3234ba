import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PostcodeLocator } from '../../src/postcodes/postcode-locator.js';
import { clearAudit } from '../support/clear-audit.js';
import { MovesStage } from './moves-stage.js';
import { faultsOfAllocations } from './people-in-bulk.js';

let stage: MovesStage;
beforeAll(async () => {
  stage = await MovesStage.open();
});
afterAll(() => stage.close());
beforeEach(() => stage.smtp.clear());
afterEach(async () => {
  await stage.database.sql('DELETE FROM outbox');
  await clearAudit(stage.database);
});

const inCardiff = {
  givenName: 'Robin',
  familyName: 'Carter',
  postcode: 'CF10 1AA',
  address: { line1: '1 Castle Street', town: 'Cardiff' },
};
const leedsHome = {
  postcode: 'ls1 1ur',
  address: { line1: '7 Secret Lane', town: 'Leeds' },
};

describe('a new address on a record', () => {
  it('brings the person to the branch there, with duty and submission, and tells both once', async () => {
    const { personId } = await stage.joined(inCardiff);
    const answer = await stage.change('national', personId, leedsHome);
    expect(answer).toMatchObject({
      status: 200,
      body: { id: personId, postcode: 'LS1 1UR', branch: { slug: 'leeds' }, version: 3 },
    });
    expect(answer.headers['etag']).toBe('"3"');
    expect(await stage.keepers(personId)).toEqual({
      person: 'leeds',
      submission: 'leeds',
      duty: 'leeds',
    });
    expect(await stage.allocations(personId)).toEqual([
      { method: 'coverage_rule', unit: 'cardiff', current: false },
      { method: 'coverage_rule', unit: 'leeds', current: true },
    ]);
    expect(await faultsOfAllocations(stage)).toEqual([]);

    const rows = await stage.dueRows();
    await stage.runDueJobs();
    // The same jobs once more, as a queue that was restored hands them over.
    for (const row of rows) await stage.runJob(row);
    await stage.runDueJobs();
    expect(stage.mails()).toEqual([
      ['cardiff@example.org', 'Robin no longer belongs to Cardiff'],
      ['leeds@example.org', expect.stringMatching(/^Please get in touch with Robin in .* by /)],
    ]);
    const [away] = stage.smtp.messages.filter(({ to }) => to.includes('cardiff@example.org'));
    expect(away?.text).toContain('Robin has moved away');
    for (const secret of ['LS1', 'Leeds', 'Secret', 'Carter', '@example.org>']) {
      expect(`${away?.text}${away?.html}`).not.toContain(secret);
    }
  });

  it('tells the new branch the first name, the town and where to look, where no duty does', async () => {
    const { personId } = await stage.joined(inCardiff);
    await stage.closeDuties(personId);
    expect((await stage.change('national', personId, leedsHome)).status).toBe(200);
    await stage.runDueJobs();
    expect(stage.mails()).toEqual([
      ['cardiff@example.org', 'Robin no longer belongs to Cardiff'],
      ['leeds@example.org', 'Robin in Leeds now belongs to Leeds'],
    ]);
    const [mail] = stage.smtp.messages.filter(({ to }) => to.includes('leeds@example.org'));
    expect(mail?.text).toContain('You find them in your list of people, after signing in.');
    expect(`${mail?.text}${mail?.html}`).not.toMatch(/\/v1\/|href=/);
    for (const secret of ['LS1', 'Secret', 'Carter', 'sam.', 'Cardiff']) {
      expect(`${mail?.subject}${mail?.text}${mail?.html}`).not.toContain(secret);
    }
  });

  it('tells nobody twice: said again, nothing is changed, and an old version is refused', async () => {
    const { personId } = await stage.joined(inCardiff);
    const first = await stage.change('national', personId, leedsHome);
    const again = await stage.change('national', personId, leedsHome);
    expect(again).toMatchObject({ status: 200, body: { version: first.body.version } });
    const stale = await stage
      .admin('national')
      .patch(`people/${personId}`, { ...leedsHome, postcode: 'CF10 1AA' }, '"1"');
    expect(stale).toMatchObject({ status: 412, body: { code: 'stale_version' } });
    expect(await stage.allocations(personId)).toHaveLength(2);
    await stage.runDueJobs();
    expect(stage.mails()).toHaveLength(2);
  });

  it('tells nobody where the branch stays the same', async () => {
    const { personId } = await stage.joined(inCardiff);
    const change = { postcode: 'CF24 2BB', givenName: 'Robyn', address: { line2: 'Flat 3' } };
    const { body } = await stage.change('wales', personId, change);
    expect(body).toMatchObject({
      givenName: 'Robyn',
      postcode: 'CF24 2BB',
      address: { line1: '1 Castle Street', line2: 'Flat 3', town: 'Cardiff' },
      branch: { slug: 'cardiff' },
      version: 2,
    });
    expect(await stage.allocations(personId)).toHaveLength(1);
    await stage.runDueJobs();
    expect(stage.mails()).toEqual([]);
  });

  it('takes the person back without telling anybody who has not lost them in the end', async () => {
    const { personId } = await stage.joined(inCardiff);
    await stage.closeDuties(personId);
    await stage.change('national', personId, leedsHome);
    await stage.change('national', personId, { postcode: 'CF10 1AA' });
    await stage.runDueJobs();
    // Leeds had them for a moment, and never heard of it; Cardiff has them.
    expect(stage.mails()).toEqual([
      ['cardiff@example.org', 'Robin in Leeds now belongs to Cardiff'],
    ]);
  });

  it('leaves an override as it is', async () => {
    const { personId } = await stage.joined(inCardiff);
    await stage
      .admin('national')
      .post(`people/${personId}/allocation`, { branch: 'swansea', reason: 'works there' })
      .expect(201);
    await stage.runDueJobs();
    stage.smtp.clear();
    const { body } = await stage.change('national', personId, leedsHome);
    expect(body).toMatchObject({ postcode: 'LS1 1UR', branch: { slug: 'swansea' } });
    await stage.runDueJobs();
    expect(stage.mails()).toEqual([]);
  });

  it('measures the way to the branch of an override from the new home', async () => {
    const { personId } = await stage.joined(inCardiff);
    await stage.database.sql(
      `UPDATE unit SET latitude = 51.62, longitude = -3.94 WHERE slug = 'swansea'`,
    );
    await stage.reloadDirectory();
    const { body: overridden } = await stage
      .admin('national')
      .post(`people/${personId}/allocation`, { branch: 'swansea', reason: 'works there' })
      .expect(201);
    expect(overridden.current.distanceKm).toBeLessThan(80);
    await stage.change('national', personId, leedsHome);
    const { body } = await stage.admin('national').get(`people/${personId}/allocation`);
    expect(body.current).toMatchObject({ id: overridden.current.id, method: 'override' });
    expect(body.current.distanceKm).toBeGreaterThan(200);
  });

  it('answers the organiser who lets somebody go, who is then out of sight', async () => {
    const { personId } = await stage.joined(inCardiff);
    const { status, body } = await stage.change('wales', personId, leedsHome);
    expect({ status, branch: body.branch }).toMatchObject({
      status: 200,
      branch: { slug: 'leeds' },
    });
    expect((await stage.admin('wales').get(`people/${personId}`)).status).toBe(404);
    expect((await stage.change('wales', personId, { givenName: 'X' })).status).toBe(404);
  });

  it('waits for a locator that is down, and goes on when it is back', async () => {
    const { personId } = await stage.joined(inCardiff);
    const locators = [stage.api, stage.worker].map((process) =>
      process.get(PostcodeLocator, { strict: false }),
    );
    const honest = locators.map((locator) => locator.locate.bind(locator));
    for (const locator of locators) {
      locator.locate = () => {
        throw new Error('the reference data cannot be read');
      };
    }
    expect((await stage.change('national', personId, leedsHome)).status).toBe(200);
    await stage.runDueJobs();
    expect((await stage.keepers(personId)).person).toBe('cardiff');
    for (const [index, locator] of locators.entries()) {
      locator.locate = honest[index] as typeof locator.locate;
    }
    await stage.database.sql('UPDATE outbox SET available_at = clock_now()');
    await stage.runDueJobs();
    expect((await stage.keepers(personId)).person).toBe('leeds');
    expect(stage.mails().map(([to]) => to)).toContain('cardiff@example.org');
  });
});

describe('a date of birth on a record', () => {
  it('that makes a child brings them to the national office, and one that does not, back', async () => {
    const { personId } = await stage.joined(inCardiff);
    const sixteen = new Date();
    sixteen.setUTCFullYear(sixteen.getUTCFullYear() - 16);
    const dateOfBirth = sixteen.toISOString().slice(0, 10);
    const { body } = await stage.change('national', personId, { dateOfBirth });
    expect(body).toMatchObject({ unit: { kind: 'national' }, branch: null });
    const [duty] = await stage.database.sql('SELECT office FROM follow_up WHERE person_id = $1', [
      personId,
    ]);
    expect(duty).toEqual({ office: 'safeguarding_officer' });
    expect(await stage.keepers(personId)).toMatchObject({ submission: 'national' });
    // Cardiff may not see them any more, whatever it asks.
    expect((await stage.admin('cardiff').get(`people/${personId}`)).status).toBe(404);
    await stage.change('national', personId, { dateOfBirth: '1990-05-17' });
    expect(await stage.keepers(personId)).toEqual({
      person: 'cardiff',
      submission: 'cardiff',
      duty: 'cardiff',
    });
  });
});

describe('a change of a record', () => {
  it('names the version that it was made from', async () => {
    const { personId } = await stage.joined(inCardiff);
    const call = (ifMatch?: string) =>
      stage.admin('national').patch(`people/${personId}`, { givenName: 'Kim' }, ifMatch);
    expect(await call()).toMatchObject({ status: 428, body: { code: 'precondition_required' } });
    expect((await call('*')).status).toBe(412);
    const { headers } = await stage.admin('national').get(`people/${personId}`);
    expect((await call(headers['etag'] as string)).status).toBe(200);
  });

  it.each([
    [{ status: 'member' }, 'status', 'unknown_field'],
    [{ address: { street: 'x' } }, 'address.street', 'unknown_field'],
    [{ givenName: null }, 'givenName', 'invalid_type'],
    [{ postcode: 'hello there' }, 'postcode', 'not_a_postcode'],
    [{ country: 'XX' }, 'country', undefined],
    [{ dateOfBirth: '2999-01-01' }, 'dateOfBirth', 'out_of_range'],
    [{ familyName: 'x'.repeat(101) }, 'familyName', 'too_big'],
  ])('is a 422 that says what is wrong: %j', async (change, path, code) => {
    const { personId } = await stage.joined(inCardiff);
    const before = await stage.database.sql('SELECT * FROM person WHERE id = $1', [personId]);
    const answer = await stage.change('national', personId, change);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path }] } });
    if (code !== undefined) expect(answer.body.errors[0]).toMatchObject({ code });
    expect(await stage.database.sql('SELECT * FROM person WHERE id = $1', [personId])).toEqual(
      before,
    );
  });

  it('is for those who may, about their own people', async () => {
    const { personId } = await stage.joined(inCardiff);
    const change = { givenName: 'Kim' };
    expect(await stage.change('dpo', personId, change)).toMatchObject({
      status: 403,
      body: { permission: 'people.write' },
    });
    for (const who of ['yorkshire', 'leeds'] as const) {
      expect((await stage.change(who, personId, change)).status).toBe(404);
    }
    expect((await stage.change('cardiff', personId, change)).status).toBe(200);
  });

  it('is audited by the names of what it changed, and nothing of what stood there', async () => {
    const { personId } = await stage.joined(inCardiff);
    await clearAudit(stage.database);
    await stage.change('national', personId, { ...leedsHome, givenName: 'Robin' });
    expect(
      await stage.database.sql(
        `SELECT action, actor_id, subject_id FROM audit_event
          WHERE subject_kind = 'person' ORDER BY action`,
      ),
    ).toEqual(
      ['address_line1', 'postcode', 'town'].map((column) => ({
        action: `person.${column}_changed`,
        actor_id: stage.organisation.organisers.national.id,
        subject_id: personId,
      })),
    );
  });
});

describe('a new address that its owner confirms', () => {
  it('tells the old branch and the new one once, however often the link is pressed', async () => {
    const known = { ...inCardiff, givenName: 'Ivy', email: 'ivy.moves@example.org' };
    const { personId } = await stage.joined(known);
    await stage.closeDuties(personId);
    const { id } = await stage.join({ ...known, ...leedsHome });
    await stage.runDueJobs();
    await stage.confirm(id);
    await stage.confirm(id);
    await stage.runDueJobs();
    expect((await stage.allocations(personId)).map(({ unit }) => unit)).toEqual([
      'cardiff',
      'leeds',
    ]);
    // The notice of this post has told Leeds already.
    expect(stage.mails().filter(([to]) => to !== known.email)).toEqual([
      ['cardiff@example.org', 'Ivy no longer belongs to Cardiff'],
      ['leeds@example.org', expect.stringMatching(/^Please get in touch with Ivy in Leeds by /)],
    ]);
  });
});
