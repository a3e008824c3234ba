import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giveGrant, makeOrganiser } from '../factories/organisation.js';
import { type AdminStage, bearer, startAdminStage } from './support.js';

interface Event {
  id: string;
  at: string;
  action: string;
  actor: { id: string; name: string } | null;
  address: string | null;
}

describe('the audit trail', () => {
  let stage: AdminStage;
  let dpo: string;
  let secretary: string;
  beforeAll(async () => {
    stage = await startAdminStage({ TRUSTED_PROXIES: '127.0.0.1' });
    secretary = await stage.signIn('cardiff@example.org');
    dpo = await stage.signIn('dpo@example.org');
  });
  afterAll(() => stage.close());

  const read = (query = '', token = dpo) =>
    stage.call().get(`/v1/admin/audit${query}`).set(bearer(token));

  it('tells who did what, from where and under which request, and that it was read', async () => {
    await stage
      .call()
      .get('/v1/admin/people')
      .set({ ...bearer(secretary), 'X-Forwarded-For': '198.51.100.9' })
      .expect(200);
    await stage
      .call()
      .delete('/v1/admin/sessions/current')
      .set({
        ...bearer(await stage.signIn('cardiff@example.org')),
        'X-Forwarded-For': '198.51.100.9',
        'X-Request-Id': 'Sam.Jones/left-the-union',
      })
      .expect(204);
    expect((await read('?action=person.listed')).body.data).toMatchObject([
      { actor: { id: stage.organisation.organisers.cardiff.id }, address: '198.51.100.9' },
    ]);
    const { body } = await read('?action=session.revoked').expect(200);
    expect(body.data).toEqual([
      {
        id: expect.any(String),
        at: expect.stringMatching(/Z$/),
        actorKind: 'organiser',
        actor: { id: stage.organisation.organisers.cardiff.id, name: 'Organiser cardiff' },
        action: 'session.revoked',
        subjectKind: 'organiser_session',
        subjectId: expect.any(String),
        // An id that could be words: the UUID of version 5 that is made of it.
        requestId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-/),
        address: '198.51.100.9',
      },
    ]);
    const readings = (await read('?action=audit.read')).body.data as Event[];
    expect(readings[0]?.actor?.id).toBe(stage.organisation.organisers.dpo.id);
  });

  it('is paged from the latest on, each event once, also where many have one moment', async () => {
    await stage.database.sql(
      `INSERT INTO audit_event (id, actor_kind, action, subject_kind, at)
       SELECT uuid_v7(), 'system', 'test.paged', 'test', '2026-01-02T03:04:05.123456Z'
         FROM generate_series(1, 12)`,
    );
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await read(`?action=test.paged&limit=5${more}`).expect(200);
      seen.push(...(body.data as Event[]).map(({ id }) => id));
      cursor = body.nextCursor as string | null;
    }
    expect(new Set(seen).size).toBe(12);
    expect(seen).toHaveLength(12);
  });

  it('is narrowed by actor, subject and time, and counted', async () => {
    const actor = stage.organisation.organisers.dpo.id;
    const deeds = (await read(`?actorId=${actor}`)).body.data as Event[];
    expect(deeds.length).toBeGreaterThan(0);
    for (const event of deeds) expect(event.actor?.id).toBe(actor);
    const { body } = await read('?from=2026-01-02T03:04:05Z&to=2026-01-02T03:04:06Z&count=true');
    expect(body.total).toEqual({ count: 12, capped: false });
    await read('?to=2026-01-02T03:04:05Z').expect(200, /"data":\[\]/);
    const refused = [
      '?from=yesterday',
      '?actorKind=ghost',
      '?cursor=bm8',
      '?q=x',
      // What was typed here would come into the trail, where nothing can be deleted.
      '?subjectKind=sam_jones',
      `?subjectId=${actor}`,
    ];
    for (const query of refused) {
      expect((await read(query)).status, query).toBe(422);
    }
  });

  it('is for whose grant carries it; over a part of the organisation it shows their own deeds', async () => {
    expect((await read('', secretary)).body).toMatchObject({ permission: 'audit.read' });
    const regional = await makeOrganiser(stage.database, 'dpo-wales@example.org');
    const { wales } = stage.organisation.units;
    await giveGrant(stage.database, regional.id, 'data_protection_officer', wales.id);
    const { body } = await read('', await stage.signIn(regional.email)).expect(200);
    const actors = new Set((body.data as Event[]).map(({ actor }) => actor?.id));
    expect([...actors]).toEqual([regional.id]);
  });
});
