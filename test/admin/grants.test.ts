import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { giveGrant, makeOrganiser } from '../factories/organisation.js';
import { clearAudit } from '../support/clear-audit.js';
import { type AdminStage, bearer, startAdminStage } from './support.js';

const MARCH = '2031-03-31';
/** The end of that day in London, where it is summer already. */
const END_OF_MARCH = '2031-03-31T23:00:00.000Z';
const JUNE = '2031-06-30';

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
afterEach(async () => {
  await stage.database.turnClock('0');
  await stage.database.sql(
    `DELETE FROM organiser_grant g USING organiser o
      WHERE o.id = g.organiser_id AND (o.email LIKE 'made-%' OR g.cover_id IS NOT NULL)`,
  );
  await clearAudit(stage.database);
});

const unit = (slug: keyof AdminStage['organisation']['units']) => stage.organisation.units[slug].id;
const organiser = (name: keyof AdminStage['organisation']['organisers']) =>
  stage.organisation.organisers[name].id;
const get = (path: string, who: Who) =>
  stage.call().get(`/v1/admin/grants${path}`).set(bearer(tokens[who]));
const post = (path: string, who: Who, body: object) =>
  stage.call().post(`/v1/admin/grants${path}`).set(bearer(tokens[who])).send(body);
const patch = async (id: string, who: Who, body: object, version?: number) => {
  const tag = version ?? (await get(`/${id}`, who)).body.version;
  return stage
    .call()
    .patch(`/v1/admin/grants/${id}`)
    .set(bearer(tokens[who]))
    .set('If-Match', `"${tag}"`)
    .send(body);
};
const grantOf = async (name: Parameters<typeof organiser>[0]): Promise<string> => {
  const { body } = await get(`?organiser=${organiser(name)}`, 'national');
  return (body as { data: { id: string }[] }).data[0]?.id ?? '';
};

let made = 0;
/** An account with a role on Cardiff that Wales sees, and its grant. */
async function holder(span: { until?: string; readOnlyUntil?: string; from?: string } = {}) {
  const account = await makeOrganiser(stage.database, `made-${(made += 1)}@example.org`);
  const grant = await giveGrant(stage.database, account.id, 'branch_secretary', unit('cardiff'));
  const { until = null, readOnlyUntil = null, from = '0 s' } = span;
  await stage.database.sql(
    `UPDATE organiser_grant SET valid_from = clock_now() + $2::interval - interval '1 year',
            valid_until = clock_now() + $3::interval, read_only_until = clock_now() + $4::interval
      WHERE id = $1`,
    [grant, from, until, readOnlyUntil],
  );
  return { ...account, grant };
}
const deeds = async () =>
  (
    await stage.database.sql<{ deed: string }>(
      `SELECT action || ' ' || subject_id AS deed FROM audit_event
        WHERE subject_kind = 'organiser_grant' ORDER BY id`,
    )
  ).map(({ deed }) => deed);

describe('the list of grants', () => {
  it('shows those of my units with whose they are, and one by one', async () => {
    const { body } = await get('', 'wales').expect(200);
    expect(body.data.map((one: { role: string }) => one.role)).toEqual([
      'regional_organiser',
      'branch_secretary',
    ]);
    const [, grant] = body.data;
    expect(grant).toEqual({
      id: expect.any(String),
      organiser: {
        id: organiser('cardiff'),
        name: 'Organiser cardiff',
        email: 'cardiff@example.org',
        disabled: false,
      },
      role: 'branch_secretary',
      unit: { id: unit('cardiff'), kind: 'branch', slug: 'cardiff', name: 'Cardiff' },
      state: 'current',
      validFrom: expect.stringMatching(/Z$/),
      validUntil: null,
      readOnlyUntil: null,
      endedAt: null,
      endReason: null,
      coverId: null,
      version: 1,
      updatedAt: expect.stringMatching(/Z$/),
    });
    const one = await get(`/${grant.id}`, 'wales').expect(200);
    expect(one.body).toEqual(grant);
    expect(one.headers['etag']).toBe('"1"');
    await get(`/${await grantOf('leeds')}`, 'wales').expect(404);
    await get('/nonsense', 'wales').expect(404);
    expect((await get('', 'treasurer')).body.data).toHaveLength(1);
    expect((await get('', 'cardiff')).body).toMatchObject({ permission: 'grants.read' });
  });

  it('is narrowed by unit, role, organiser and state, and goes page by page', async () => {
    const spans = {
      upcoming: { from: '2 years' },
      current: { until: '31 days' },
      ending: { until: '30 days' },
      grace: { until: '-1 s', readOnlyUntil: '1 s' },
      ended: { until: '-2 s', readOnlyUntil: '-1 s' },
    } as const;
    for (const [state, span] of Object.entries(spans)) {
      const { grant } = await holder(span);
      const query = `?unit=${unit('cardiff')}&role=branch_secretary&state=${state}`;
      const { body } = await get(query, 'national').expect(200);
      expect([state, body.data.map(({ id }: { id: string }) => id)]).toEqual([
        state,
        state === 'current' ? [await grantOf('cardiff'), grant] : [grant],
      ]);
    }
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const at: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await get(`?limit=4&count=true${at}`, 'national').expect(200);
      expect(body.total).toEqual({ count: 12, capped: false });
      seen.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
    }
    expect(new Set(seen).size).toBe(12);
    expect(seen).toHaveLength(12);
    await get('?state=sleeping', 'national').expect(422);
  });
});

describe('giving a role', () => {
  it('to somebody whom I see holds from now on, or from day to day', async () => {
    const { id } = await holder();
    const answer = await post('', 'wales', {
      organiserId: id,
      role: 'reader',
      unit: unit('swansea'),
      validUntil: MARCH,
    });
    expect(answer).toMatchObject({ status: 201, headers: { etag: '"1"' } });
    expect(answer.body).toMatchObject({
      state: 'current',
      validUntil: END_OF_MARCH,
      readOnlyUntil: '2031-05-30T23:00:00.000Z',
      unit: { slug: 'swansea' },
    });
    const next = await post('', 'wales', {
      organiserId: id,
      role: 'reader',
      unit: unit('swansea'),
      validFrom: '2031-04-01',
      validUntil: '2031-04-30T12:00:00+02:00',
    });
    expect(next.body).toMatchObject({
      state: 'upcoming',
      validFrom: END_OF_MARCH,
      validUntil: '2031-04-30T10:00:00.000Z',
    });
    expect(await deeds()).toEqual([`grant.given ${answer.body.id}`, `grant.given ${next.body.id}`]);
  });

  it('a second time with the same key gives the same answer', async () => {
    const { id } = await holder();
    const input = { organiserId: id, role: 'reader', unit: unit('swansea') };
    const [first, second] = [
      await post('', 'wales', input).set('Idempotency-Key', 'once'),
      await post('', 'wales', input).set('Idempotency-Key', 'once'),
    ];
    expect(second.headers['idempotent-replayed']).toBe('true');
    expect(second.body).toEqual(first.body);
  });

  it('names all faults at once', async () => {
    const closed = await makeOrganiser(stage.database, 'made-closed@example.org', '-');
    await giveGrant(stage.database, closed.id, 'reader', unit('cardiff'));
    await stage.database.sql('UPDATE organiser SET disabled_at = clock_now() WHERE id = $1', [
      closed.id,
    ]);
    const faults = async (body: object) => {
      const answer = await post('', 'wales', body);
      expect(answer).toMatchObject({ status: 422 });
      return (answer.body.errors as { path: string; code: string }[]).map(
        ({ path, code }) => `${path} ${code}`,
      );
    };
    const fine = { organiserId: closed.id, role: 'reader', unit: unit('cardiff') };
    expect(await faults({ ...fine, unit: unit('leeds'), validUntil: '2020-01-01' })).toEqual([
      'organiserId organiser_disabled',
      'unit unknown_unit',
      'validUntil in_the_past',
    ]);
    expect(
      await faults({
        organiserId: organiser('leeds'),
        role: 'branch_secretary',
        unit: unit('wales'),
        validFrom: '2020-01-01',
      }),
    ).toEqual(['organiserId unknown_organiser', 'role role_does_not_fit', 'validFrom in_the_past']);
    expect(await faults({ ...fine, validFrom: JUNE, validUntil: MARCH })).toEqual([
      'organiserId organiser_disabled',
      'validUntil not_after',
    ]);
    expect(await faults({ validFrom: 'soon', validUntil: '9999-12-31', more: 1 })).toEqual([
      'organiserId required',
      'role required',
      'unit required',
      'validFrom invalid_time',
      'validUntil out_of_range',
      'more unknown_field',
    ]);
  });

  it('that I do not hold in full, or to myself, is refused', async () => {
    const { id } = await holder();
    const give = (who: Who, role: string, slug: Parameters<typeof unit>[0], to = id) =>
      post('', who, { organiserId: to, role, unit: unit(slug) });
    expect((await give('wales', 'treasurer', 'cardiff')).body).toMatchObject({
      status: 403,
      code: 'may_not_give',
    });
    expect((await give('wales', 'data_protection_officer', 'wales')).body).toMatchObject({
      code: 'may_not_give',
    });
    expect((await give('wales', 'reader', 'cardiff', organiser('wales'))).body).toMatchObject({
      status: 403,
      code: 'own_grant',
    });
    expect((await give('cardiff', 'reader', 'cardiff')).body).toMatchObject({
      status: 403,
      permission: 'grants.write',
    });
    // The one national administrator has nobody to ask.
    const own = await give('national', 'reader', 'cardiff', organiser('national'));
    expect(own.status).toBe(201);
    await stage.database.sql('DELETE FROM organiser_grant WHERE id = $1', [own.body.id]);
    const second = await giveGrant(
      stage.database,
      (await holder()).id,
      'national_administrator',
      unit('national'),
    );
    expect((await give('national', 'reader', 'cardiff', organiser('national'))).body).toMatchObject(
      { code: 'own_grant' },
    );
    await stage.database.sql('DELETE FROM organiser_grant WHERE id = $1', [second]);
    expect(await deeds()).toEqual([`grant.given ${own.body.id}`]);
  });

  it('for times that overlap is refused, and the grant that is there is named', async () => {
    const { id, grant } = await holder({ until: '10 days' });
    const again = (validFrom: string) =>
      post('', 'wales', {
        organiserId: id,
        role: 'branch_secretary',
        unit: unit('cardiff'),
        validFrom,
      });
    const [{ end }] = (await stage.database.sql<{ end: Date }>(
      'SELECT valid_until AS "end" FROM organiser_grant WHERE id = $1',
      [grant],
    )) as [{ end: Date }];
    expect((await again(new Date(end.getTime() - 5).toISOString())).body).toMatchObject({
      status: 409,
      code: 'grant_exists',
      grantId: grant,
    });
    const after = await again(new Date(end.getTime() + 5).toISOString());
    expect(after.status).toBe(201);
    expect((await patch(grant, 'wales', { validUntil: null })).body).toMatchObject({
      code: 'grant_exists',
      grantId: after.body.id,
    });
    // Of two at once, one is given.
    const other = await holder();
    const both = await Promise.all(
      [1, 2].map(() =>
        post('', 'wales', { organiserId: other.id, role: 'reader', unit: unit('swansea') }),
      ),
    );
    expect(both.map(({ status }) => status)).toEqual(expect.arrayContaining([201, 409]));
  });
});

describe('a grant', () => {
  it('is changed by the version that was read, and what is left out stays', async () => {
    const { grant } = await holder();
    const ends = await patch(grant, 'wales', { validUntil: MARCH });
    expect(ends).toMatchObject({ status: 200, headers: { etag: '"3"' } });
    expect(ends.body).toMatchObject({ validUntil: END_OF_MARCH, version: 3 });
    expect((await patch(grant, 'wales', { validUntil: JUNE }, 2)).status).toBe(412);
    expect((await patch(grant, 'wales', {})).body).toMatchObject({
      validUntil: END_OF_MARCH,
      version: 3,
    });
    expect(await deeds()).toEqual([`grant.changed ${grant}`]);
    const open = await patch(grant, 'wales', { validUntil: null });
    expect(open.body).toMatchObject({ validUntil: null, readOnlyUntil: null });
    expect((await patch(grant, 'wales', { validFrom: JUNE })).body).toMatchObject({
      status: 409,
      code: 'grant_has_begun',
    });
    const later = await holder({ from: '2 years' });
    expect((await patch(later.grant, 'wales', { validFrom: JUNE })).body).toMatchObject({
      validFrom: '2031-06-29T23:00:00.000Z',
      state: 'upcoming',
    });
    expect((await patch(later.grant, 'wales', { validUntil: MARCH })).body).toMatchObject({
      errors: [{ path: 'validUntil', code: 'not_after' }],
    });
    await post(`/${await grantOf('leeds')}/end`, 'wales', {}).expect(404);
  });

  it('of my own is not lengthened or confirmed by me, but I may step down', async () => {
    const account = await makeOrganiser(stage.database, 'made-second-wales@example.org');
    const grant = await giveGrant(stage.database, account.id, 'regional_organiser', unit('wales'));
    await stage.database.sql(
      `UPDATE organiser_grant SET valid_until = clock_now() + interval '9 days' WHERE id = $1`,
      [grant],
    );
    const token = await stage.signIn(account.email);
    const own = (path: string, body: object) =>
      stage.call().post(`/v1/admin/grants/${grant}/${path}`).set(bearer(token)).send(body);
    expect((await own('confirm', { validUntil: MARCH })).body).toMatchObject({
      status: 403,
      code: 'own_grant',
    });
    const lengthened = await stage
      .call()
      .patch(`/v1/admin/grants/${grant}`)
      .set(bearer(token))
      .set('If-Match', '"2"')
      .send({ validUntil: JUNE });
    expect(lengthened.body).toMatchObject({ code: 'own_grant' });
    const ended = await own('end', { reason: 'Moving away' });
    expect(ended.body).toMatchObject({ state: 'ended', endReason: 'Moving away', postsLeft: [] });
    expect((await own('end', {})).body).toMatchObject({ code: 'permission_missing' });
  });

  it('that ends is confirmed by whoever may give it, and so is one in its grace', async () => {
    const ending = await holder({ until: '3 days', readOnlyUntil: '63 days' });
    const graced = await holder({ until: '-5 days', readOnlyUntil: '55 days' });
    for (const { grant } of [ending, graced]) {
      const answer = await post(`/${grant}/confirm`, 'wales', { validUntil: MARCH });
      expect(answer.body).toMatchObject({ state: 'current', validUntil: END_OF_MARCH });
    }
    expect(await deeds()).toEqual([
      `grant.confirmed ${ending.grant}`,
      `grant.confirmed ${graced.grant}`,
    ]);
    expect((await post(`/${ending.grant}/confirm`, 'wales', { validUntil: MARCH })).body).toEqual(
      expect.objectContaining({
        status: 422,
        errors: [expect.objectContaining({ code: 'not_later' })],
      }),
    );
    const endless = await holder();
    expect(
      (await post(`/${endless.grant}/confirm`, 'wales', { validUntil: MARCH })).body,
    ).toMatchObject({ status: 409, code: 'nothing_to_confirm' });
    const over = await holder({ until: '-61 days', readOnlyUntil: '-1 day' });
    expect(
      (await post(`/${over.grant}/confirm`, 'wales', { validUntil: MARCH })).body,
    ).toMatchObject({ status: 409, code: 'grant_over' });
    const waiting = await holder({ until: '-5 days', readOnlyUntil: '55 days' });
    expect((await patch(waiting.grant, 'wales', { validUntil: MARCH })).body).toMatchObject({
      status: 409,
      code: 'grant_in_grace',
    });
  });

  it('is ended at once and without a grace, one that has not begun as well', async () => {
    const { grant, id, email } = await holder({ until: '9 days', readOnlyUntil: '69 days' });
    const token = await stage.signIn(email);
    const people = () => stage.call().get('/v1/admin/people').set(bearer(token));
    await people().expect(200);
    const [{ post: postId } = { post: '' }] = await stage.database.sql<{ post: string }>(
      `UPDATE post SET holder_id = $1 WHERE unit_id = $2 RETURNING id AS post`,
      [id, unit('cardiff')],
    );
    const ended = await post(`/${grant}/end`, 'wales', { reason: 'Has resigned' });
    expect(ended.body).toMatchObject({
      state: 'ended',
      readOnlyUntil: null,
      endReason: 'Has resigned',
      postsLeft: [{ id: postId, office: 'branch_secretary', unit: { slug: 'cardiff' } }],
    });
    await people().expect(403);
    expect((await post(`/${grant}/end`, 'wales', {})).body).toMatchObject({
      status: 409,
      code: 'grant_over',
    });
    await stage.database.sql('UPDATE post SET holder_id = $1 WHERE id = $2', [
      organiser('cardiff'),
      postId,
    ]);
    const upcoming = await holder({ from: '2 years' });
    expect((await post(`/${upcoming.grant}/end`, 'wales', {})).body).toMatchObject({
      state: 'ended',
    });
    await stage.database.turnClock('3 years');
    const [row] = await stage.database.sql(
      `SELECT valid_from = valid_until AS never FROM organiser_grant WHERE id = $1`,
      [upcoming.grant],
    );
    expect(row).toEqual({ never: true });
  });

  it('of the last national administrator is neither ended nor given an end', async () => {
    const grant = await grantOf('national');
    expect((await post(`/${grant}/end`, 'national', {})).body).toMatchObject({
      status: 409,
      code: 'last_administrator',
    });
    expect((await patch(grant, 'national', { validUntil: MARCH })).body).toMatchObject({
      code: 'last_administrator',
    });
    const { id } = await holder();
    await giveGrant(stage.database, id, 'national_administrator', unit('national'));
    expect((await patch(grant, 'national', { validUntil: MARCH })).status).toBe(200);
    await stage.database.sql(
      'UPDATE organiser_grant SET valid_until = NULL, read_only_until = NULL WHERE id = $1',
      [grant],
    );
  });
});

describe('a grant in its grace', () => {
  it('lets its holder read and change nothing, and says who can confirm it', async () => {
    const { email, grant } = await holder({ until: '1 hour', readOnlyUntil: '60 days' });
    const token = await stage.signIn(email);
    await stage.database.turnClock('2 hours');
    const call = (method: 'get' | 'post', path: string) =>
      stage.call()[method](`/v1/admin/${path}`).set(bearer(token));
    await call('get', 'people').expect(200);
    const { body: branches } = await call('get', 'branches').expect(200);
    expect(branches.data.map(({ slug }: { slug: string }) => slug)).toEqual(['cardiff']);
    const refused = await call('post', `follow-ups/${grant}/acknowledge`).send({});
    expect(refused.body).toMatchObject({
      status: 403,
      code: 'grant_in_grace',
      permission: 'follow_ups.write',
      detail: expect.stringMatching(
        /^You were branch secretary of Cardiff until .+ you can still read, but change nothing\. Ask the office of Wales or the national office to confirm it/,
      ),
    });
    const { body: me } = await call('get', 'me').expect(200);
    expect(me.grants).toMatchObject([{ id: grant, state: 'grace' }]);
    expect(me.permissions).toEqual([
      'join_submissions.read',
      'people.read',
      'follow_ups.read',
      'units.read',
      'forms.read',
    ]);
    // What it never allowed is refused as ever.
    expect((await call('get', 'audit')).body).toMatchObject({ code: 'permission_missing' });
    expect((await call('post', 'regions').send({})).body).toMatchObject({
      code: 'permission_missing',
    });

    await post(`/${grant}/confirm`, 'wales', { validUntil: MARCH }).expect(200);
    await call('post', `follow-ups/${grant}/acknowledge`).send({}).expect(404);
  });

  it('beside one that holds: both are read, and the one that holds is written', async () => {
    const { email, grant } = await holder({ until: '-1 day', readOnlyUntil: '1 day' });
    const [{ id }] = (await stage.database.sql<{ id: string }>(
      'SELECT organiser_id AS id FROM organiser_grant WHERE id = $1',
      [grant],
    )) as [{ id: string }];
    await stage.database.sql(
      `UPDATE organiser_grant SET role = 'regional_organiser', unit_id = $2 WHERE id = $1`,
      [grant, unit('wales')],
    );
    await giveGrant(stage.database, id, 'regional_organiser', unit('yorkshire'));
    const token = await stage.signIn(email);
    const { body } = await stage.call().get('/v1/admin/branches').set(bearer(token)).expect(200);
    expect(body.data.map(({ slug }: { slug: string }) => slug)).toEqual([
      'cardiff',
      'leeds',
      'swansea',
    ]);
    const rename = (slug: 'cardiff' | 'leeds') =>
      stage
        .call()
        .patch(`/v1/admin/branches/${unit(slug)}`)
        .set(bearer(token))
        .set('If-Match', '"1"')
        .send({ town: 'Somewhere' });
    await rename('leeds').expect(200);
    await rename('cardiff').expect(404);
  });
});

it('with a grace of no days a grant ends when it ends', async () => {
  const strict = await startAdminStage({ GRANT_GRACE_DAYS: '0' });
  try {
    const { organisation } = strict;
    const token = await strict.signIn('wales@example.org');
    const answer = await strict.call().post('/v1/admin/grants').set(bearer(token)).send({
      organiserId: organisation.organisers.cardiff.id,
      role: 'reader',
      unit: organisation.units.swansea.id,
      validUntil: MARCH,
    });
    expect(answer.body).toMatchObject({ validUntil: END_OF_MARCH, readOnlyUntil: null });
  } finally {
    await strict.close();
  }
});
