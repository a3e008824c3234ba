import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeSubmission } from '../factories/submissions.js';
import { clearAudit } from '../support/clear-audit.js';
import { type AdminStage, bearer, startAdminStage } from './support.js';

let stage: AdminStage;
const tokens = {} as Record<'national' | 'wales' | 'cardiff' | 'treasurer', string>;
type Who = keyof typeof tokens;
beforeAll(async () => {
  stage = await startAdminStage();
  for (const who of ['national', 'wales', 'cardiff', 'treasurer'] as const) {
    tokens[who] = await stage.signIn(`${who}@example.org`);
  }
});
afterAll(() => stage.close());
afterEach(() => clearAudit(stage.database));

const get = (path: string, who: Who) =>
  stage.call().get(`/v1/admin/${path}`).set(bearer(tokens[who]));
const post = (path: string, who: Who, body: object, headers: Record<string, string> = {}) =>
  stage.call().post(`/v1/admin/${path}`).set(bearer(tokens[who])).set(headers).send(body);
const patch = (path: string, who: Who, body: object, ifMatch?: string) => {
  const asked = stage.call().patch(`/v1/admin/${path}`).set(bearer(tokens[who]));
  return (ifMatch === undefined ? asked : asked.set('If-Match', ifMatch)).send(body);
};
const slugs = async (path: string, who: Who) => {
  const answer = await get(path, who);
  expect(answer).toMatchObject({ status: 200 });
  return (answer.body as { data: { slug: string }[] }).data.map(({ slug }) => slug);
};
const audited = () =>
  stage.database.sql(
    'SELECT action, subject_kind, subject_id, actor_id FROM audit_event ORDER BY id',
  );

describe('the lists of regions and branches', () => {
  it('show the units of the grant and those below, to every role', async () => {
    expect(await slugs('regions', 'national')).toEqual(['wales', 'yorkshire']);
    expect(await slugs('regions', 'treasurer')).toEqual(['wales', 'yorkshire']);
    expect(await slugs('regions', 'wales')).toEqual(['wales']);
    expect(await slugs('regions', 'cardiff')).toEqual([]);
    expect(await slugs('branches', 'national')).toEqual(['cardiff', 'leeds', 'swansea']);
    expect(await slugs('branches', 'wales')).toEqual(['cardiff', 'swansea']);
    expect(await slugs('branches', 'cardiff')).toEqual(['cardiff']);
  });

  it('are narrowed by region, and widened by nothing', async () => {
    expect(await slugs('branches?region=wales', 'national')).toEqual(['cardiff', 'swansea']);
    expect(await slugs('branches?region=yorkshire', 'wales')).toEqual([]);
  });

  it('go page by page, each unit once, and count what is asked for', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const at: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await get(`branches?limit=1&count=true${at}`, 'national');
      expect(body.total).toEqual({ count: 3, capped: false });
      seen.push(...body.data.map(({ slug }: { slug: string }) => slug));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(['cardiff', 'leeds', 'swansea']);
  });

  it.each(['regions?colour=red', 'branches?state=lost', 'branches?limit=0', 'regions?cursor=x'])(
    'refuse %s',
    async (path) => {
      expect((await get(path, 'national')).status).toBe(422);
    },
  );
});

describe('one region or branch', () => {
  it('tells all that its officers may know, with its version as the tag', async () => {
    const { cardiff } = stage.organisation.units;
    await stage.database.sql(
      `UPDATE unit SET venue = 'The Old Library', latitude = 51.48151, longitude = -3.17911
        WHERE id = $1`,
      [cardiff.id],
    );
    const answer = await get(`branches/${cardiff.id}`, 'wales');
    expect(answer.headers['etag']).toBe('"1"');
    expect(answer.body).toEqual({
      id: cardiff.id,
      slug: 'cardiff',
      name: 'Cardiff',
      region: { slug: 'wales', name: 'Wales' },
      phone: null,
      email: 'cardiff@example.org',
      town: null,
      meets: null,
      venue: 'The Old Library',
      position: { lat: 51.48151, long: -3.17911 },
      publishes: { position: false, venue: false },
      closedAt: null,
      version: 1,
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
    });
    const region = await get(`regions/${stage.organisation.units.wales.id}`, 'wales');
    expect(region.headers['etag']).toBe('"1"');
    expect(region.body).toMatchObject({ slug: 'wales', email: 'wales@example.org', version: 1 });
  });

  it('is a 404 where it is not the caller’s, of the other kind, or none at all', async () => {
    const { leeds, yorkshire, cardiff, wales, national } = stage.organisation.units;
    for (const path of [
      `branches/${leeds.id}`,
      `regions/${yorkshire.id}`,
      `regions/${cardiff.id}`,
      `branches/${wales.id}`,
      `regions/${national.id}`,
      'branches/nonsense',
      'regions/018f0000-0000-7000-8000-000000000000',
    ]) {
      expect([path, (await get(path, 'wales')).status]).toEqual([path, 404]);
    }
  });
});

describe('changing', () => {
  const current = async (path: string) => (await get(path, 'national')).headers['etag'] as string;

  it('sets what is given, takes away what is null, and leaves the rest', async () => {
    const path = `branches/${stage.organisation.units.swansea.id}`;
    const tag = await current(path);
    const answer = await patch(
      path,
      'wales',
      {
        name: 'Swansea and Gower',
        email: null,
        phone: '01792 496 000',
        position: { lat: 51.62, long: -3.94 },
        meets: 'Mondays, Town Hall',
        publishes: { venue: true },
      },
      tag,
    );
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.headers['etag']).toBe('"2"');
    expect(answer.body).toMatchObject({
      slug: 'swansea',
      name: 'Swansea and Gower',
      email: null,
      phone: '01792 496 000',
      position: { lat: 51.62, long: -3.94 },
      meets: 'Mondays',
      venue: 'Town Hall',
      publishes: { position: false, venue: true },
      version: 2,
      closing: null,
    });
    const next = await patch(path, 'wales', { position: null, venue: 'Library' }, '"2"');
    expect(next.body).toMatchObject({
      position: null,
      meets: 'Mondays',
      venue: 'Library',
      phone: '01792 496 000',
      version: 3,
    });
    expect((await audited()).map(({ action }) => action)).toEqual([
      'branch.changed',
      'branch.changed',
    ]);
  });

  it('of nothing changes nothing', async () => {
    const path = `regions/${stage.organisation.units.wales.id}`;
    const tag = await current(path);
    const answer = await patch(path, 'national', {}, tag);
    expect([answer.status, answer.headers['etag']]).toEqual([200, tag]);
    expect(await audited()).toEqual([]);
  });

  it('wants to know from which version, and refuses another', async () => {
    const path = `regions/${stage.organisation.units.wales.id}`;
    expect((await patch(path, 'national', { name: 'Cymru' })).body).toMatchObject({
      status: 428,
      code: 'precondition_required',
    });
    for (const tag of ['"99"', '*', 'nonsense']) {
      expect((await patch(path, 'national', { name: 'Cymru' }, tag)).body).toMatchObject({
        status: 412,
        code: 'stale_version',
      });
    }
  });

  it('of ten changes at once of one version takes one', async () => {
    const path = `regions/${stage.organisation.units.yorkshire.id}`;
    const tag = await current(path);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => patch(path, 'national', { phone: `020 ${n}` }, tag)),
    );
    const statuses = answers.map(({ status }) => String(status));
    expect(statuses.sort()).toEqual(['200', ...Array<string>(9).fill('412')]);
    expect((await audited()).length).toBe(1);
  });

  it('names all faults, and knows no field that may not be changed', async () => {
    const path = `branches/${stage.organisation.units.cardiff.id}`;
    const { body } = await patch(path, 'wales', { slug: 'x', region: 'x', name: '' }, '"1"');
    expect(body.errors.map(({ path: at }: { path: string }) => at).sort()).toEqual([
      'name',
      'region',
      'slug',
    ]);
  });

  it('puts no branch where these islands are not', async () => {
    const path = `branches/${stage.organisation.units.cardiff.id}`;
    const position = { lat: -3.18, long: 51.48 };
    const { body } = await patch(path, 'wales', { position }, '"1"').expect(422);
    expect(body.errors).toMatchObject([
      { path: 'position.lat', message: expect.stringContaining('latitude') },
      { path: 'position.long', message: expect.stringContaining('longitude') },
    ]);
  });

  it('is a 404 for a unit elsewhere, a 403 for one’s own region', async () => {
    const { leeds, wales } = stage.organisation.units;
    expect((await patch(`branches/${leeds.id}`, 'wales', { name: 'X' }, '"1"')).status).toBe(404);
    expect((await patch(`regions/${wales.id}`, 'wales', { name: 'X' }, '"1"')).body).toMatchObject({
      status: 403,
      permission: 'regions.write',
    });
  });
});

describe('closing a branch', () => {
  it('drops its rules, leaves people and duties, and says so', async () => {
    const made = await post('branches', 'wales', { slug: 'barry', name: 'Barry', region: 'wales' });
    const barry = { id: made.body.id as string, kind: 'branch' as const, slug: 'barry' };
    for (const [who, code] of [
      ['wales', 'CF62'],
      ['national', 'W05001234'],
    ] as const) {
      await post('coverage-rules', who, { unitId: barry.id, code }).expect(201);
    }
    const { personId, followUpId } = await makeSubmission(stage.database, { unit: barry });
    await clearAudit(stage.database);
    const path = `branches/${barry.id}`;
    expect(
      (await patch(path, 'wales', { closedAt: '2999-01-01T00:00:00Z' }, '"1"')).body,
    ).toMatchObject({ status: 422, errors: [{ path: 'closedAt', code: 'in_the_future' }] });

    const closed = await patch(path, 'wales', { closedAt: '2026-11-01T00:00:00Z' }, '"1"');
    expect(closed.body).toMatchObject({
      closedAt: '2026-11-01T00:00:00.000Z',
      closing: {
        rulesDropped: ['CF62', 'W05001234'],
        peopleToMove: { count: 1, overridden: 0, capped: false },
        openDuties: 1,
        next:
          'Nobody new is sent to Barry. Its people stay there until allocations are recomputed; ' +
          'its open duties go to Wales with their next notice.',
      },
    });
    expect((await audited()).map(({ action }) => action)).toEqual([
      'branch.closed',
      'coverage_rule.deleted',
      'coverage_rule.deleted',
    ]);
    const [left] = await stage.database.sql(
      `SELECT p.unit_id, f.state FROM person p JOIN follow_up f ON f.person_id = p.id
        WHERE p.id = $1 AND f.id = $2`,
      [personId, followUpId],
    );
    expect(left).toEqual({ unit_id: barry.id, state: 'open' });
    expect(await slugs('branches', 'wales')).not.toContain('barry');
    expect(await slugs('branches?state=closed', 'wales')).toEqual(['barry']);
    expect(await slugs('branches?state=all', 'wales')).toEqual(['barry', 'cardiff', 'swansea']);
    const refused = await post('coverage-rules', 'wales', { unitId: barry.id, code: 'CF62' });
    expect(refused.body).toMatchObject({ errors: [{ path: 'unitId', code: 'unknown_unit' }] });

    const opened = await patch(path, 'wales', { closedAt: null }, '"2"');
    expect(opened.body).toMatchObject({ closedAt: null, closing: null, version: 3 });
    expect((await audited()).at(-1)).toMatchObject({ action: 'branch.reopened' });
    const rules = await get(`coverage-rules?unit=${barry.id}`, 'wales');
    expect(rules.body.data).toEqual([]);
  });

  it('says how many are there by an override that holds, which no recompute touches', async () => {
    const made = await post('branches', 'wales', { slug: 'neath', name: 'Neath', region: 'wales' });
    const neath = { id: made.body.id as string, kind: 'branch' as const, slug: 'neath' };
    const people: string[] = [];
    for (const until of ['none', null, '30 days', '-1 hour']) {
      const { personId } = await makeSubmission(stage.database, { unit: neath });
      people.push(personId);
      if (until === 'none') continue;
      await stage.database.sql(
        `UPDATE allocation SET method = 'override', reason = 'goes to meetings there',
                decided_by = $2, overridden_until = clock_now() + $3::interval
          WHERE person_id = $1`,
        [personId, stage.organisation.organisers.wales.id, until],
      );
    }
    const path = `branches/${neath.id}`;
    const closed = await patch(path, 'wales', { closedAt: '2026-11-01T00:00:00Z' }, '"1"');
    expect(closed.body.closing).toMatchObject({
      peopleToMove: { count: 4, overridden: 2, capped: false },
      next: expect.stringContaining(
        '; 2 of them were put there by an organiser’s override, and no recompute moves anybody who ' +
          'was: they stay until their override ends or an organiser moves them by hand; its open',
      ),
    });
    const listed = await get('people?branch=neath', 'wales');
    expect(listed.body.data.map(({ id }: { id: string }) => id).sort()).toEqual(people.sort());
  });
});
