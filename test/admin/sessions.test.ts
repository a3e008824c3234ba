import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giveGrant, makeOrganiser, TEST_PASSWORD } from '../factories/organisation.js';
import { type AdminStage, bearer, startAdminStage } from './support.js';

describe('signing in', () => {
  let stage: AdminStage;
  beforeAll(async () => {
    stage = await startAdminStage();
  });
  afterAll(() => stage.close());

  const post = (body: object) => stage.call().post('/v1/admin/sessions').send(body);

  it('gives a token that opens “me”, whatever the case of the address', async () => {
    const answer = await post({ email: ' Wales@Example.org ', password: TEST_PASSWORD });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      token: expect.stringMatching(/^bls_[\w-]{43}$/),
      expiresAt: expect.stringMatching(/Z$/),
      organiser: {
        id: stage.organisation.organisers.wales.id,
        name: 'Organiser wales',
        email: 'wales@example.org',
      },
    });
    const lasts = Date.parse(answer.body.expiresAt) - Date.now();
    expect(Math.abs(lasts - 12 * 3_600_000)).toBeLessThan(60_000);

    const me = await stage.call().get('/v1/admin/me').set(bearer(answer.body.token)).expect(200);
    expect(me.body).toEqual({
      organiser: answer.body.organiser,
      grants: [
        {
          id: expect.any(String),
          role: 'regional_organiser',
          unit: { kind: 'region', slug: 'wales', name: 'Wales' },
          state: 'current',
          validFrom: expect.any(String),
          validUntil: null,
          readOnlyUntil: null,
        },
      ],
      permissions: [
        'join_submissions.read',
        'join_submissions.write',
        'people.read',
        'people.write',
        'allocations.write',
        'allocation_runs.read',
        'follow_ups.read',
        'follow_ups.write',
        'units.read',
        'units.write',
        'organisers.read',
        'organisers.write',
        'cover.write',
        'grants.read',
        'grants.write',
        'forms.read',
        'forms.write',
        'api_keys.read',
        'api_keys.write',
      ],
    });
  });

  it('keeps the token as its hash only, and audits the session', async () => {
    const token = await stage.signIn('wales@example.org');
    const kept = await stage.database.sql<{ text: string }>(
      'SELECT organiser_session::text AS text FROM organiser_session',
    );
    expect(kept.every(({ text }) => !text.includes(token) && !text.includes(token.slice(4)))).toBe(
      true,
    );
    const [audit] = await stage.database.sql<{ n: number }>(`
      SELECT count(*)::integer AS n FROM audit_event a JOIN organiser_session s ON s.id = a.subject_id
       WHERE a.action = 'session.created' AND a.actor_id = s.organiser_id`);
    expect(audit?.n).toBeGreaterThan(0);
  });

  it('answers an unknown account, a wrong password and a disabled account alike', async () => {
    const disabled = await makeOrganiser(stage.database, 'disabled@example.org');
    await stage.database.sql('UPDATE organiser SET disabled_at = clock_now() WHERE id = $1', [
      disabled.id,
    ]);
    const answers = await Promise.all([
      post({ email: 'nobody@example.org', password: TEST_PASSWORD }),
      post({ email: 'wales@example.org', password: 'not the password' }),
      post({ email: 'disabled@example.org', password: TEST_PASSWORD }),
    ]);
    const shapes = answers.map(({ status, body, headers }) => ({
      status,
      body: { ...body, requestId: 'r' },
      challenge: headers['www-authenticate'],
    }));
    expect(shapes[0]).toMatchObject({
      status: 401,
      challenge: 'Bearer',
      body: { code: 'invalid_credentials', status: 401 },
    });
    expect(shapes[1]).toEqual(shapes[0]);
    expect(shapes[2]).toEqual(shapes[0]);
  });

  it.each([
    [{}, ['email', 'password']],
    [{ email: 7, password: true }, ['email', 'password']],
    [{ email: 'a@example.org', password: 'x', totp: 'abc', more: 1 }, ['more', 'totp']],
    [{ email: 'a\u0000@example.org', password: 'x' }, ['email']],
    [{ email: 'a@example.org', password: 'x'.repeat(1001) }, ['password']],
  ])('names all faults of input %#', async (body, paths) => {
    const answer = await post(body);
    expect(answer.status).toBe(422);
    const faults = (answer.body as { errors: { path: string }[] }).errors.map(({ path }) => path);
    expect(faults.sort()).toEqual(paths);
  });

  it('takes a password with any characters at all as a wrong one', async () => {
    for (const password of ['\u0000', '\ud800', "' OR 1=1 --", '<script>', '😀'.repeat(50)]) {
      expect((await post({ email: 'wales@example.org', password })).status).toBe(401);
    }
  });

  it('takes a six-digit code and does not need it yet', async () => {
    const answer = await post({
      email: 'wales@example.org',
      password: TEST_PASSWORD,
      totp: '123456',
    });
    expect(answer.status).toBe(201);
  });
});

describe('a session', () => {
  let stage: AdminStage;
  beforeAll(async () => {
    stage = await startAdminStage();
  });
  afterAll(() => stage.close());

  const me = (headers: Record<string, string>) => stage.call().get('/v1/admin/me').set(headers);

  it('is worth nothing once it is signed out, and others go on', async () => {
    const [token, other] = [
      await stage.signIn('wales@example.org'),
      await stage.signIn('wales@example.org'),
    ];
    await stage.call().delete('/v1/admin/sessions/current').set(bearer(token)).expect(204);
    const answer = await me(bearer(token));
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    await me(bearer(other)).expect(200);
    await stage.call().delete('/v1/admin/sessions/current').set(bearer(token)).expect(401);
  });

  it('ends with its account', async () => {
    const organiser = await makeOrganiser(stage.database, 'leaver@example.org');
    const token = await stage.signIn(organiser.email);
    await me(bearer(token)).expect(200);
    await stage.database.sql('UPDATE organiser SET disabled_at = clock_now() WHERE id = $1', [
      organiser.id,
    ]);
    await me(bearer(token)).expect(401);
  });

  it('loses a permission with the grant that gave it, at once', async () => {
    const organiser = await makeOrganiser(stage.database, 'officer@example.org');
    const unit = stage.organisation.units.cardiff.id;
    const grantId = await giveGrant(stage.database, organiser.id, 'reader', unit);
    const token = await stage.signIn(organiser.email);
    const people = () => stage.call().get('/v1/admin/people').set(bearer(token));
    await people().expect(200);
    await stage.database.sql(
      `UPDATE organiser_grant SET valid_from = clock_now() - interval '2 days',
              valid_until = clock_now() - interval '1 day' WHERE id = $1`,
      [grantId],
    );
    expect((await people()).body).toMatchObject({
      status: 403,
      code: 'permission_missing',
      permission: 'people.read',
    });
    expect((await me(bearer(token))).body).toMatchObject({ grants: [], permissions: [] });
  });

  it.each([
    ['nothing', {}],
    ['an unknown token', { Authorization: `Bearer bls_${'A'.repeat(43)}` }],
    ['another scheme', { Authorization: 'Basic d2FsZXM6cGFzc3dvcmQ=' }],
    ['rubbish', { Authorization: "Bearer ' OR 1=1 --" }],
    ['a bare token', { Authorization: `bls_${'A'.repeat(43)}` }],
  ])('is not made of %s', async (_what, headers) => {
    const answer = await me(headers);
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ code: 'unauthenticated' });
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it('ends after twelve hours', async () => {
    const token = await stage.signIn('wales@example.org');
    await stage.database.turnClock('11 hours 59 minutes');
    await me(bearer(token)).expect(200);
    await stage.database.turnClock('12 hours 1 minute');
    await me(bearer(token)).expect(401);
  });
});

describe('the sessions of an organiser', () => {
  let stage: AdminStage;
  beforeAll(async () => {
    stage = await startAdminStage({ TRUSTED_PROXIES: '127.0.0.1' });
  });
  afterAll(() => stage.close());

  interface OwnSession {
    readonly id: string;
    readonly current: boolean;
  }
  const list = async (token: string, query = '') =>
    (await stage.call().get(`/v1/admin/sessions${query}`).set(bearer(token)).expect(200)).body as {
      data: OwnSession[];
      nextCursor: string | null;
    };
  const end = (token: string, id: string) =>
    stage.call().delete(`/v1/admin/sessions/${id}`).set(bearer(token));

  it('are shown to them alone, with what tells them apart, and none that has ended', async () => {
    const { email } = await makeOrganiser(stage.database, 'several@example.org');
    await stage.signIn('wales@example.org');
    const ended = await stage.signIn(email);
    await stage.call().delete('/v1/admin/sessions/current').set(bearer(ended)).expect(204);
    const { body } = await stage
      .call()
      .post('/v1/admin/sessions')
      .set({ 'X-Forwarded-For': '198.51.100.9', 'User-Agent': `A phone\u00e9 ${'x'.repeat(400)}` })
      .send({ email, password: TEST_PASSWORD })
      .expect(201);
    const token = await stage.signIn(email);
    const { data, nextCursor } = await list(token);
    expect(nextCursor).toBeNull();
    expect(data).toHaveLength(2);
    expect(data[0]).toMatchObject({ current: true });
    expect(data[1]).toEqual({
      id: expect.any(String),
      createdAt: expect.stringMatching(/Z$/),
      lastUsedAt: null,
      expiresAt: body.expiresAt,
      address: '198.51.100.9',
      client: expect.stringMatching(/^A phone x{100,}$/),
      current: false,
    });
    expect((await list(body.token as string)).data.map(({ current }) => current)).toEqual([
      false,
      true,
    ]);
  });

  it('are paged', async () => {
    const { email } = await makeOrganiser(stage.database, 'paged@example.org');
    const tokens = [];
    for (let count = 0; count < 3; count += 1) tokens.push(await stage.signIn(email));
    const [token = ''] = tokens;
    const first = await list(token, '?limit=2');
    const second = await list(token, `?limit=2&cursor=${first.nextCursor}`);
    expect(new Set([...first.data, ...second.data].map(({ id }) => id)).size).toBe(3);
    expect(second.nextCursor).toBeNull();
    const { status } = await stage.call().get('/v1/admin/sessions?cursor=bm8').set(bearer(token));
    expect(status).toBe(422);
  });

  it('end one by one at once, are audited once, and nobody ends another’s', async () => {
    const { email, id: organiserId } = await makeOrganiser(stage.database, 'lost@example.org');
    const [lost, kept] = [await stage.signIn(email), await stage.signIn(email)];
    const other = await stage.signIn('national@example.org');
    const { id } = (await list(kept)).data.find(({ current }) => !current) ?? { id: '' };
    await end(other, id).expect(404);
    await stage.call().get('/v1/admin/me').set(bearer(lost)).expect(200);
    const answers = await Promise.all([end(kept, id), end(kept, id), end(kept, id)]);
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 404)).toHaveLength(2);
    await stage.call().get('/v1/admin/me').set(bearer(lost)).expect(401);
    await stage.call().get('/v1/admin/me').set(bearer(kept)).expect(200);
    expect(
      await stage.database.sql(
        `SELECT actor_id FROM audit_event WHERE action = 'session.revoked' AND subject_id = $1`,
        [id],
      ),
    ).toEqual([{ actor_id: organiserId }]);
    await end(kept, 'no-id').expect(404);
  });
});

describe('trying again and again', () => {
  let stage: AdminStage;
  beforeAll(async () => {
    stage = await startAdminStage({
      RATE_LIMIT_EXEMPT: '',
      RATE_LIMIT_SIGN_IN_PER_ADDRESS: '4',
      TRUSTED_PROXIES: '127.0.0.1',
    });
  });
  afterAll(() => stage.close());

  const attempt = (email: string, address: string, password = 'wrong') =>
    stage
      .call()
      .post('/v1/admin/sessions')
      .set('X-Forwarded-For', address)
      .send({ email, password });

  it('from one address is stopped with a time to wait, whatever the accounts', async () => {
    for (let index = 0; index < 4; index++) {
      expect((await attempt(`guess-${index}@example.org`, '192.0.2.1')).status).toBe(401);
    }
    const answer = await attempt('wales@example.org', '192.0.2.1', TEST_PASSWORD);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    await attempt('wales@example.org', '192.0.2.2', TEST_PASSWORD).expect(201);
  });

  it.each(['yorkshire@example.org', 'nobody@example.org'])(
    'at one account from many addresses is stopped, for %s alike',
    async (email) => {
      const statuses: number[] = [];
      for (let index = 0; index < 21; index++) {
        statuses.push((await attempt(email, `198.51.100.${index}`)).status);
      }
      // Five times as often as one address may try.
      expect(statuses).toEqual([...Array<number>(20).fill(401), 429]);
    },
  );
});
