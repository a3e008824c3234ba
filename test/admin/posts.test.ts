import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { giveGrant, makeOrganiser } from '../factories/organisation.js';
import { clearAudit } from '../support/clear-audit.js';
import { type AdminStage, bearer, startAdminStage } from './support.js';

interface Listed {
  id: string;
  office: string;
  unit: { slug: string };
  holder: { id: string; name: string } | null;
}

let stage: AdminStage;
const tokens = {} as Record<'national' | 'wales' | 'cardiff' | 'leeds', string>;
type Who = keyof typeof tokens;
beforeAll(async () => {
  stage = await startAdminStage();
  for (const who of ['national', 'wales', 'cardiff', 'leeds'] as const) {
    tokens[who] = await stage.signIn(`${who}@example.org`);
  }
});
afterAll(() => stage.close());
afterEach(() => clearAudit(stage.database));

const get = (path: string, who: Who) =>
  stage.call().get(`/v1/admin/posts${path}`).set(bearer(tokens[who]));
const list = async (query: string, who: Who) => {
  const answer = await get(query, who);
  expect(answer).toMatchObject({ status: 200 });
  return (answer.body as { data: Listed[] }).data;
};
const postOf = async (slug: string, office: string): Promise<Listed> => {
  const found = (await list('', 'national')).find(
    (post) => post.unit.slug === slug && post.office === office,
  );
  if (found === undefined) throw new Error(`${slug} has no ${office}`);
  return found;
};
const patch = async (id: string, who: Who, body: object, ifMatch?: string) => {
  const tag = ifMatch ?? (await get(`/${id}`, 'national')).headers['etag'];
  return stage
    .call()
    .patch(`/v1/admin/posts/${id}`)
    .set(bearer(tokens[who]))
    .set('If-Match', String(tag))
    .send(body);
};

describe('the list of posts', () => {
  it('shows those of my units, with names, by unit', async () => {
    const { organisers, units } = stage.organisation;
    const [first] = await list('', 'wales');
    expect(first).toEqual({
      id: expect.any(String),
      office: 'branch_secretary',
      unit: { id: units.cardiff.id, kind: 'branch', slug: 'cardiff', name: 'Cardiff' },
      holder: { id: organisers.cardiff.id, name: 'Organiser cardiff' },
      standIn: null,
      vacant: false,
      covers: [],
      version: 1,
      updatedAt: expect.stringMatching(/Z$/),
    });
    const shown = async (who: Who) =>
      (await list('', who)).map(({ unit, office }) => `${unit.slug} ${office}`);
    expect(await shown('wales')).toEqual(['cardiff branch_secretary', 'wales regional_organiser']);
    expect(await shown('cardiff')).toEqual(['cardiff branch_secretary']);
    expect(await shown('national')).toEqual([
      'cardiff branch_secretary',
      'leeds branch_secretary',
      'national data_protection_officer',
      'national national_office',
      'national treasurer',
      'wales regional_organiser',
      'yorkshire regional_organiser',
    ]);
  });

  it('is narrowed by unit and to vacant ones, and goes page by page', async () => {
    const { units } = stage.organisation;
    expect(await list(`?unit=${units.leeds.id}`, 'national')).toHaveLength(1);
    expect(await list(`?unit=${units.leeds.id}`, 'wales')).toEqual([]);
    expect(await list('?vacant=true', 'national')).toEqual([]);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const at: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await get(`?limit=2&count=true${at}`, 'national');
      expect(body.total).toEqual({ count: 7, capped: false });
      seen.push(...body.data.map(({ id }: Listed) => id));
      cursor = body.nextCursor;
    }
    expect(new Set(seen).size).toBe(7);
    expect((await get('?unit=leeds', 'national')).status).toBe(422);
  });

  it('is a 404 for a post elsewhere', async () => {
    const leeds = await postOf('leeds', 'branch_secretary');
    expect((await get(`/${leeds.id}`, 'wales')).status).toBe(404);
    expect((await get(`/${leeds.id}`, 'leeds')).status).toBe(200);
  });
});

describe('a post', () => {
  it('is given to somebody, covered, and made vacant again', async () => {
    const { organisers } = stage.organisation;
    const { id } = await postOf('cardiff', 'branch_secretary');
    const covered = await patch(id, 'wales', { standInId: organisers.wales.id });
    expect(covered).toMatchObject({ status: 200 });
    expect(covered.headers['etag']).toBe('"2"');
    expect(covered.body).toMatchObject({
      holder: { id: organisers.cardiff.id },
      standIn: { id: organisers.wales.id, name: 'Organiser wales' },
      version: 2,
    });
    const vacant = await patch(id, 'national', { holderId: null, standInId: null });
    expect(vacant.body).toMatchObject({ holder: null, standIn: null, version: 3 });
    expect((await list('?vacant=true', 'wales')).map((post) => post.id)).toEqual([id]);
    const again = await patch(id, 'wales', { holderId: organisers.cardiff.id });
    expect(again.body).toMatchObject({ holder: { id: organisers.cardiff.id }, version: 4 });
    const audit = await stage.database.sql(
      'SELECT action, subject_kind, subject_id, actor_id FROM audit_event ORDER BY id',
    );
    const changed = (actor_id: string) => ({
      action: 'post.changed',
      subject_kind: 'post',
      subject_id: id,
      actor_id,
    });
    expect(audit).toEqual([
      changed(organisers.wales.id),
      changed(organisers.national.id),
      changed(organisers.wales.id),
    ]);
  });

  it('given to who has it changes nothing', async () => {
    const { organisers } = stage.organisation;
    const { id } = await postOf('leeds', 'branch_secretary');
    for (const body of [{}, { holderId: organisers.leeds.id }]) {
      expect((await patch(id, 'national', body)).body).toMatchObject({ version: 1 });
    }
    expect(await stage.database.sql('SELECT FROM audit_event')).toEqual([]);
  });

  it('is only for an open account with a role that reaches the unit', async () => {
    const { organisers, units } = stage.organisation;
    const { id } = await postOf('cardiff', 'branch_secretary');
    const stranger = await makeOrganiser(stage.database, 'stranger@example.org');
    const former = await makeOrganiser(stage.database, 'former@example.org');
    const closed = await makeOrganiser(stage.database, 'closed@example.org');
    await giveGrant(stage.database, former.id, 'branch_secretary', units.cardiff.id);
    await stage.database.sql(
      `UPDATE organiser_grant SET valid_from = clock_now() - interval '2 days',
              valid_until = clock_now() - interval '1 day' WHERE organiser_id = $1`,
      [former.id],
    );
    await giveGrant(stage.database, closed.id, 'branch_secretary', units.cardiff.id);
    await stage.database.sql('UPDATE organiser SET disabled_at = clock_now() WHERE id = $1', [
      closed.id,
    ]);
    for (const candidate of [
      stranger.id,
      former.id,
      closed.id,
      organisers.leeds.id,
      '018f0000-0000-7000-8000-000000000000',
    ]) {
      expect((await patch(id, 'wales', { holderId: candidate })).body).toMatchObject({
        status: 422,
        errors: [{ path: 'holderId', code: 'unknown_organiser' }],
      });
    }
    const both = await patch(id, 'wales', { holderId: stranger.id, standInId: stranger.id });
    expect(both.body.errors.map(({ code }: { code: string }) => code)).toEqual([
      'unknown_organiser',
      'unknown_organiser',
      'same_person',
    ]);
  });

  it('leaves who is there already, though their role has ended', async () => {
    const { organisers } = stage.organisation;
    const { id } = await postOf('leeds', 'branch_secretary');
    await stage.database.sql(
      'UPDATE organiser_grant SET valid_until = clock_now() WHERE organiser_id = $1',
      [organisers.leeds.id],
    );
    const answer = await patch(id, 'national', { standInId: organisers.yorkshire.id });
    expect(answer.body).toMatchObject({ holder: { id: organisers.leeds.id } });
  });

  it('of a version that is gone, or without one, is not changed', async () => {
    const { id } = await postOf('cardiff', 'branch_secretary');
    expect((await patch(id, 'wales', { holderId: null }, '"99"')).body).toMatchObject({
      status: 412,
      code: 'stale_version',
    });
    const without = await stage
      .call()
      .patch(`/v1/admin/posts/${id}`)
      .set(bearer(tokens.wales))
      .send({});
    expect(without.status).toBe(428);
  });

  it('of a region or of the national office is for the national office', async () => {
    const { organisers } = stage.organisation;
    const region = await postOf('wales', 'regional_organiser');
    expect(
      (await patch(region.id, 'wales', { standInId: null, holderId: null })).body,
    ).toMatchObject({ status: 403, permission: 'regions.write' });
    const covered = await patch(region.id, 'national', { standInId: organisers.national.id });
    expect(covered.status).toBe(200);
    const office = await postOf('national', 'national_office');
    expect((await patch(office.id, 'national', { holderId: null })).status).toBe(200);
    const cardiff = await postOf('cardiff', 'branch_secretary');
    expect((await patch(cardiff.id, 'cardiff', { holderId: null })).body).toMatchObject({
      status: 403,
      permission: 'units.write',
    });
  });
});
