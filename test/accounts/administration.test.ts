import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer } from '../admin/support.js';
import {
  giveGrant,
  makeOrganiser,
  type OrganiserName,
  TEST_PASSWORD,
} from '../factories/organisation.js';
import { type AccountsStage, startAccountsStage } from './accounts-stage.js';

let stage: AccountsStage;
beforeAll(async () => {
  stage = await startAccountsStage();
});
afterAll(() => stage.close());

const idOf = (name: OrganiserName) => stage.organisation.organisers[name].id;
const pathOf = (id: string) => `/v1/admin/organisers/${id}`;
const emailsSeen = async (by: OrganiserName, query = '') => {
  const organiser = await stage.as(by);
  const { body } = await organiser.get(`/v1/admin/organisers?limit=200${query}`).expect(200);
  return (body.data as { email: string }[])
    .map(({ email }) => email.replace('@example.org', ''))
    .sort();
};

describe('the list of organisers', () => {
  it('shows a national administrator everybody, with their grants', async () => {
    expect(await emailsSeen('national')).toEqual(
      ['cardiff', 'dpo', 'leeds', 'national', 'treasurer', 'wales', 'yorkshire'].sort(),
    );
    const national = await stage.as('national');
    const { body } = await national.get('/v1/admin/organisers?q=CARD&count=true').expect(200);
    expect(body).toMatchObject({
      total: { count: 1, capped: false },
      data: [
        {
          id: idOf('cardiff'),
          email: 'cardiff@example.org',
          disabledAt: null,
          grants: [{ role: 'branch_secretary', unit: { slug: 'cardiff' }, validUntil: null }],
        },
      ],
    });
    expect(JSON.stringify(body)).not.toContain('argon2');
  });

  it('shows a regional organiser those who hold a grant in their units, and whom they invited', async () => {
    expect(await emailsSeen('wales')).toEqual(['cardiff', 'wales']);
    expect(await emailsSeen('treasurer')).toEqual(['treasurer']);
    const { id } = await stage.invite({ email: 'invited@example.org', role: 'reader' }, 'wales');
    expect(await emailsSeen('wales')).toEqual(['cardiff', 'wales']);
    const { body } = await stage.accept(id).expect(201);
    expect(await emailsSeen('wales')).toEqual(['cardiff', 'invited', 'wales']);
    await stage.database.sql('DELETE FROM organiser_grant WHERE organiser_id = $1', [
      body.organiser.id,
    ]);
    expect(await emailsSeen('wales')).toEqual(['cardiff', 'invited', 'wales']);
    expect(await emailsSeen('yorkshire')).toEqual(['leeds', 'yorkshire']);
    const cardiff = await stage.as('cardiff');
    await cardiff.get('/v1/admin/organisers').expect(403);
  });

  it('shows no grant outside of the caller’s units', async () => {
    await giveGrant(stage.database, idOf('cardiff'), 'reader', stage.organisation.units.leeds.id);
    const wales = await stage.as('wales');
    const { body } = await wales.get(pathOf(idOf('cardiff'))).expect(200);
    expect(body.grants).toMatchObject([{ unit: { slug: 'cardiff' } }]);
    const { body: own } = await (
      await stage.as('cardiff')
    )
      .get(pathOf(idOf('cardiff')))
      .expect(200);
    expect(own.grants).toHaveLength(2);
    await stage.database.sql(
      `DELETE FROM organiser_grant WHERE organiser_id = $1 AND role = 'reader'`,
      [idOf('cardiff')],
    );
  });

  it('narrows by a unit and walks page by page', async () => {
    const unit = `&unit=${stage.organisation.units.leeds.id}`;
    expect(await emailsSeen('national', unit)).toEqual(['leeds']);
    expect(await emailsSeen('wales', unit)).toEqual([]);
    const national = await stage.as('national');
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 20; page++) {
      const { body } = await national.get(`/v1/admin/organisers?limit=2${cursor}`).expect(200);
      seen.push(...(body.data as { id: string }[]).map(({ id }) => id));
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    const all = await stage.database.sql('SELECT id FROM organiser');
    expect(seen).toHaveLength(all.length);
    expect(new Set(seen).size).toBe(all.length);
  });

  it.each([`'; DROP TABLE organiser; --`, '%', '_', '\\', '<script>'])(
    'takes “%s” for words to look for',
    async (q) => {
      expect(await emailsSeen('national', `&q=${encodeURIComponent(q)}`)).toEqual([]);
    },
  );
});

describe('one organiser', () => {
  it('has grants, posts, and the day of the latest sign-in; that others read it is audited', async () => {
    await stage.signIn('cardiff@example.org');
    const wales = await stage.as('wales');
    const answer = await wales
      .get(pathOf(idOf('cardiff')))
      .expect(200)
      .expect('ETag', '"1"');
    const [today] = await stage.database.sql<{ day: string }>(
      `SELECT (clock_now() AT TIME ZONE 'UTC')::date::text AS day`,
    );
    expect(answer.body).toMatchObject({
      id: idOf('cardiff'),
      lastSignInOn: today?.day,
      posts: [{ office: 'branch_secretary', unit: { slug: 'cardiff' }, as: 'holder' }],
      disabledReason: null,
    });
    expect(await stage.trailOf(idOf('cardiff'))).toContain('organiser.read');
    const before = (await stage.trailOf(idOf('wales'))).length;
    await wales.get(pathOf(idOf('wales'))).expect(200);
    expect(await stage.trailOf(idOf('wales'))).toHaveLength(before);
  });

  it('elsewhere is as if there were none', async () => {
    const wales = await stage.as('wales');
    await wales.get(pathOf(idOf('leeds'))).expect(404);
    await wales.patch(pathOf(idOf('leeds')), { name: 'X' }, 1).expect(404);
    await wales.get(pathOf('018f0000-0000-7000-8000-000000000000')).expect(404);
    const cardiff = await stage.as('cardiff');
    await cardiff.get(pathOf(idOf('wales'))).expect(404);
  });

  it('renames themself; only a national administrator renames others', async () => {
    const cardiff = await stage.as('cardiff');
    const renamed = await cardiff
      .patch(pathOf(idOf('cardiff')), { name: ' Secretary of Cardiff ' }, 1)
      .expect(200)
      .expect('ETag', '"2"');
    expect(renamed.body.name).toBe('Secretary of Cardiff');
    await cardiff.patch(pathOf(idOf('cardiff')), { name: 'Other' }, 1).expect(412);
    const wales = await stage.as('wales');
    const refused = await wales.patch(pathOf(idOf('cardiff')), { name: 'Mine' }, 2).expect(403);
    expect(refused.body.permission).toBe('accounts.write');
    const national = await stage.as('national');
    await national.patch(pathOf(idOf('cardiff')), { name: 'Cardiff' }, 2).expect(200);
    await national.patch(pathOf(idOf('cardiff')), { email: 'x@example.org' }, 3).expect(422);
    expect(await stage.trailOf(idOf('cardiff'))).toContain('organiser.renamed');
  });
});

describe('closing an account', () => {
  it('ends its sessions at once, says why to administrators alone, and is undone', async () => {
    const token = await stage.signIn('leeds@example.org');
    const national = await stage.as('national');
    const closed = await national
      .post(`${pathOf(idOf('leeds'))}/disable`, { reason: 'Left the committee' })
      .expect(200);
    expect(closed.body).toMatchObject({
      disabledAt: expect.any(String),
      disabledReason: 'Left the committee',
    });
    await stage.call().get('/v1/admin/me').set(bearer(token)).expect(401);
    const signIn = { email: 'leeds@example.org', password: TEST_PASSWORD };
    await stage.call().post('/v1/admin/sessions').send(signIn).expect(401);
    const again = await national.post(`${pathOf(idOf('leeds'))}/disable`).expect(200);
    expect(again.body.disabledAt).toBe(closed.body.disabledAt);
    const yorkshire = await stage.as('yorkshire');
    const { body } = await yorkshire.get(pathOf(idOf('leeds'))).expect(200);
    expect(body).toMatchObject({ disabledAt: closed.body.disabledAt, disabledReason: null });
    const opened = await national.post(`${pathOf(idOf('leeds'))}/enable`).expect(200);
    expect(opened.body).toMatchObject({ disabledAt: null, disabledReason: null });
    await stage.call().get('/v1/admin/me').set(bearer(token)).expect(401);
    await stage.call().post('/v1/admin/sessions').send(signIn).expect(201);
    const deeds = (await stage.trailOf(idOf('leeds'))).filter((action) => action.endsWith('abled'));
    expect(deeds).toEqual(['organiser.disabled', 'organiser.enabled']);
  });

  it('is for national administrators alone, and never for one’s own', async () => {
    const wales = await stage.as('wales');
    const refused = await wales.post(`${pathOf(idOf('cardiff'))}/disable`).expect(403);
    expect(refused.body.permission).toBe('accounts.write');
    const national = await stage.as('national');
    const own = await national.post(`${pathOf(idOf('national'))}/disable`).expect(409);
    expect(own.body.code).toBe('own_account');
    await national.post(`${pathOf('018f0000-0000-7000-8000-000000000000')}/disable`).expect(404);
    await national
      .post(`${pathOf(idOf('cardiff'))}/disable`, { reason: 'x'.repeat(501) })
      .expect(422);
  });

  it('of two administrators who close each other’s at the same moment leaves one', async () => {
    const tokens: string[] = [];
    const ids: string[] = [];
    for (const name of ['one', 'two']) {
      const { id, email } = await makeOrganiser(stage.database, `admin-${name}@example.org`);
      const { id: unit } = stage.organisation.units.national;
      await giveGrant(stage.database, id, 'national_administrator', unit);
      ids.push(id);
      tokens.push(await stage.signIn(email));
    }
    for (let round = 0; round < 10; round++) {
      await stage.database.sql(
        'UPDATE organiser_session SET revoked_at = NULL WHERE organiser_id = ANY ($1)',
        [ids],
      );
      const answers = await Promise.all(
        ids.map((_, n) =>
          stage
            .call()
            .post(`${pathOf(ids[1 - n] ?? '')}/disable`)
            .set(bearer(tokens[n] ?? ''))
            .send({}),
        ),
      );
      const [won, lost] = answers.map(({ status }) => status).sort((a, b) => a - b);
      expect(won).toBe(200);
      // Closed before it was looked up, or while: then nobody is in sight any more.
      expect([401, 404]).toContain(lost);
      const left = await stage.database.sql(
        'SELECT id FROM organiser WHERE id = ANY ($1) AND disabled_at IS NULL',
        [ids],
      );
      expect(left).toHaveLength(1);
      await stage.database.sql('UPDATE organiser SET disabled_at = NULL WHERE id = ANY ($1)', [
        ids,
      ]);
    }
  });
});
