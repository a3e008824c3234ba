import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ExpiredOpenIdSignInsRepository } from '../../src/organisers/openid/expired-openid-sign-ins.repository.js';
import { Database } from '../../src/platform/database/database.js';
import { Clock } from '../../src/platform/time/clock.js';
import { makeOrganiser } from '../factories/organisation.js';
import { CodeApp, enrol, StageClock } from './factors.js';
import {
  ConsoleBrowser,
  startOpenIdStage,
  startProvider,
  type TestProvider,
} from './openid-stage.js';
import { runCli } from './run-cli.js';
import { type AdminStage, bearer, startAdminStage } from './support.js';

let provider: TestProvider;
let stage: AdminStage;
beforeAll(async () => {
  provider = await startProvider();
  stage = await startOpenIdStage(provider);
});
afterAll(async () => {
  await stage.close();
  await provider.close();
});
let subjects = 0;
/** The provider's user from here on: a new one each time. */
function user(email: string, more: Record<string, unknown> = {}): void {
  subjects += 1;
  provider.claims = { sub: `subject-${subjects}`, email, email_verified: true, ...more };
  provider.userinfo = { sub: `subject-${subjects}` };
}
beforeEach(() => user('nobody@example.org'));

const identitiesOf = (id: string) =>
  stage.database.sql('SELECT subject FROM organiser_openid_identity WHERE organiser_id = $1', [id]);
const trailOf = async (id: string) =>
  (
    await stage.database.sql<{ action: string }>(
      'SELECT action FROM audit_event WHERE $1 IN (subject_id, actor_id) ORDER BY at, id',
      [id],
    )
  ).map(({ action }) => action);

describe('signing in by a provider of identities', () => {
  it('tells where it begins', async () => {
    const { body } = await stage.call().get('/v1/admin/sessions/openid').expect(200);
    expect(body).toEqual({
      label: 'Sign in with your organisation',
      startUrl: 'http://localhost:3000/v1/admin/sessions/openid/start',
    });
  });

  it('sends the browser with state, nonce and PKCE, and keeps all in one cookie', async () => {
    const browser = new ConsoleBrowser(stage);
    const answer = await browser.start();
    expect(answer.status).toBe(302);
    const url = new URL(browser.location);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'branchline',
      response_type: 'code',
      redirect_uri: 'http://localhost:3000/v1/admin/sessions/openid/callback',
      scope: 'openid email',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^branchline_openid=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
      ),
    ]);
    const other = new ConsoleBrowser(stage);
    await other.start();
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(new URL(other.location).searchParams.get(name)).not.toBe(url.searchParams.get(name));
    }
  });

  it('has a cookie of this host alone, and for https alone, where we are reached by it', async () => {
    const own = await startOpenIdStage(provider, { PUBLIC_URL: 'https://join.example.org' });
    try {
      const browser = new ConsoleBrowser(own);
      const answer = await browser.start();
      expect(answer.headers['set-cookie']).toEqual([
        expect.stringMatching(
          /^__Host-branchline_openid=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
        ),
      ]);
      user('wales@example.org');
      expect((await browser.comeBack(await browser.atProvider())).status).toBe(302);
    } finally {
      await own.close();
    }
  });

  it('finds the account by its verified address once, and by the subject from then on', async () => {
    const { id, email } = await makeOrganiser(stage.database, 'linked@example.org');
    user('Linked@Example.org');
    const browser = new ConsoleBrowser(stage);
    const back = await browser.signIn();
    expect(back.status).toBe(302);
    expect(back.headers['location']).toMatch(
      /^https:\/\/console\.example\.org\/signed-in#openIdCode=[\w-]{43}$/,
    );
    expect(back.headers['set-cookie']).toEqual([expect.stringContaining('Max-Age=0')]);
    const session = await browser.exchange(browser.codeOf(back)).expect(201);
    expect(session.body).toEqual({
      token: expect.stringMatching(/^bls_/),
      expiresAt: expect.any(String),
      organiser: { id, email, name: 'Organiser linked' },
    });
    await stage.call().get('/v1/admin/me').set(bearer(session.body.token)).expect(200);
    // The address may change at the provider, even to somebody else's here.
    provider.claims['email'] = 'wales@example.org';
    const again = new ConsoleBrowser(stage);
    const second = await again.exchange(again.codeOf(await again.signIn())).expect(201);
    expect(second.body.organiser.id).toBe(id);
    expect(await identitiesOf(id)).toEqual([{ subject: provider.claims['sub'] }]);
    expect(await trailOf(id)).toEqual([
      'organiser.openid_linked',
      'session.created_by_openid',
      'session.created_by_openid',
    ]);
    const told = await stage.database.sql(
      `SELECT 1 FROM message WHERE organiser_id = $1 AND business_key LIKE '%:openid_linked:%'`,
      [id],
    );
    expect(told).toHaveLength(1);
  });

  it('asks the provider for the address where the token has none', async () => {
    const { id } = await makeOrganiser(stage.database, 'asked@example.org');
    user('asked@example.org');
    provider.userinfo = { ...provider.claims };
    delete provider.claims['email'];
    const browser = new ConsoleBrowser(stage);
    expect((await browser.signIn()).status).toBe(302);
    expect(await identitiesOf(id)).toHaveLength(1);
  });

  it.each([
    ['an address that is not verified', 'unverified@example.org', { email_verified: false }],
    ['an address of which that is not said', 'unsaid@example.org', { email_verified: undefined }],
    ['an address of which that is said in words', 'words@example.org', { email_verified: 'true' }],
  ])('opens no account by %s', async (_what, email, claims) => {
    const { id } = await makeOrganiser(stage.database, email);
    user(email, claims);
    const answer = await new ConsoleBrowser(stage).signIn();
    expect(answer.body).toMatchObject({ status: 403, code: 'openid_no_account' });
    expect(await identitiesOf(id)).toEqual([]);
  });

  it('makes no account, opens none that is closed, and tells the two not apart', async () => {
    const { id } = await makeOrganiser(stage.database, 'closed@example.org');
    user('closed@example.org');
    const first = new ConsoleBrowser(stage);
    const code = first.codeOf(await first.signIn());
    await stage.database.sql('UPDATE organiser SET disabled_at = clock_now() WHERE id = $1', [id]);
    // Closed between coming back and the console, and then for good.
    await first.exchange(code).expect(401);
    const closed = await new ConsoleBrowser(stage).signIn();
    user('stranger@example.org');
    const stranger = await new ConsoleBrowser(stage).signIn();
    expect(closed.body).toMatchObject({ status: 403, code: 'openid_no_account' });
    expect({ ...closed.body, requestId: '' }).toEqual({ ...stranger.body, requestId: '' });
    expect(await trailOf(id)).toContain('session.refused');
    const made = await stage.database.sql(
      `SELECT 1 FROM organiser WHERE email = 'stranger@example.org'`,
    );
    expect(made).toEqual([]);
  });

  it('opens an account no more that the operator has parted from it', async () => {
    const { id, email } = await makeOrganiser(stage.database, 'parted@example.org');
    user(email);
    const browser = new ConsoleBrowser(stage);
    const session = await browser.exchange(browser.codeOf(await browser.signIn())).expect(201);
    const waiting = new ConsoleBrowser(stage);
    const code = waiting.codeOf(await waiting.signIn());
    const command = ['organiser', 'unlink-openid', '--email'];
    expect(await runCli(stage.database.ownerUrl, [...command, 'Parted@example.org'])).toEqual({
      code: 0,
      out: 'parted@example.org is no longer opened by the provider. Sessions ended: 1.\n',
      err: '',
    });
    await stage.call().get('/v1/admin/me').set(bearer(session.body.token)).expect(401);
    await waiting.exchange(code).expect(401);
    expect(await identitiesOf(id)).toEqual([]);
    expect((await trailOf(id)).at(-1)).toBe('organiser.openid_unlinked');
    expect((await runCli(stage.database.ownerUrl, [...command, email])).code).toBe(1);
  });

  it('gives an account to one subject of a provider alone', async () => {
    const { id } = await makeOrganiser(stage.database, 'taken@example.org');
    user('taken@example.org');
    expect((await new ConsoleBrowser(stage).signIn()).status).toBe(302);
    user('taken@example.org');
    expect((await new ConsoleBrowser(stage).signIn()).status).toBe(403);
    expect(await identitiesOf(id)).toHaveLength(1);
  });

  it('links once, where two browsers come back at the same moment', async () => {
    const { id } = await makeOrganiser(stage.database, 'twice@example.org');
    user('twice@example.org');
    const browsers = [new ConsoleBrowser(stage), new ConsoleBrowser(stage)];
    const answers = await Promise.all(browsers.map((browser) => browser.signIn()));
    expect(answers.some(({ status }) => status === 302)).toBe(true);
    expect(await identitiesOf(id)).toHaveLength(1);
  });
});

describe('what comes back', () => {
  beforeAll(async () => {
    await makeOrganiser(stage.database, 'back@example.org');
    user('back@example.org');
    expect((await new ConsoleBrowser(stage).signIn()).status).toBe(302);
  });
  let known: Record<string, unknown>;
  beforeAll(() => {
    known = { ...provider.claims };
  });
  beforeEach(() => {
    provider.claims = { ...known };
  });
  const unproved = { status: 401, code: 'openid_unproved' };

  it('is worth nothing in another browser, nor without its cookie', async () => {
    const [browser, other] = [new ConsoleBrowser(stage), new ConsoleBrowser(stage)];
    await browser.start();
    await other.start();
    const query = await browser.atProvider();
    expect((await browser.comeBack(query, '')).body).toMatchObject(unproved);
    expect((await other.comeBack(query)).body).toMatchObject(unproved);
    expect((await browser.comeBack(query, `${browser.cookie}x`)).body).toMatchObject(unproved);
    expect((await browser.comeBack(query)).status).toBe(302);
  });

  it('is worth nothing with another state, or none', async () => {
    const browser = new ConsoleBrowser(stage);
    await browser.start();
    const query = await browser.atProvider();
    const forged = query.replace(/state=[^&]+/, `state=${'A'.repeat(43)}`);
    expect((await browser.comeBack(forged)).body).toMatchObject(unproved);
    expect((await browser.comeBack(query.replace(/&?state=[^&]+/, ''))).status).toBe(422);
    expect((await browser.comeBack(`${query}&state=${'A'.repeat(43)}`)).status).toBe(422);
  });

  it('serves once', async () => {
    const browser = new ConsoleBrowser(stage);
    await browser.start();
    const query = await browser.atProvider();
    const answers = await Promise.all([1, 2, 3].map(() => browser.comeBack(query)));
    const statuses = answers.map(({ status }) => status).toSorted((one, other) => one - other);
    expect(statuses[0]).toBe(302);
    expect(statuses.filter((status) => status === 302)).toHaveLength(1);
    expect((await browser.comeBack(query)).status).not.toBe(302);
    // Nor does the same attempt serve for another visit to the provider.
    expect((await browser.comeBack(await browser.atProvider())).body).toMatchObject(unproved);
  });

  it('is too late after ten minutes', async () => {
    const browser = new ConsoleBrowser(stage);
    await browser.start();
    const query = await browser.atProvider();
    await stage.database.turnClock('601 seconds');
    await stage.app.get(Clock, { strict: false }).synchronise();
    expect((await browser.comeBack(query)).body).toMatchObject(unproved);
    await stage.database.turnClock('0 seconds');
    await stage.app.get(Clock, { strict: false }).synchronise();
  });

  const now = () => Math.floor(Date.now() / 1000);
  it.each<[string, () => Record<string, unknown>]>([
    ['another nonce', () => ({ nonce: 'another' })],
    ['no nonce', () => ({ nonce: undefined })],
    ['another issuer', () => ({ iss: 'https://evil.example' })],
    ['another audience', () => ({ aud: 'another client' })],
    ['several audiences, and another party', () => ({ aud: ['branchline', 'x'], azp: 'x' })],
    ['a time that is over', () => ({ iat: now() - 7200, exp: now() - 3600 })],
    ['a time that is yet to come', () => ({ nbf: now() + 3600 })],
    ['no subject', () => ({ sub: undefined })],
  ])('is worth nothing in a token with %s', async (_what, claims) => {
    Object.assign(provider.claims, claims());
    expect((await new ConsoleBrowser(stage).signIn()).body).toMatchObject(unproved);
  });

  it('is worth nothing under a signature of somebody else', async () => {
    const forge = (answer: { body: unknown }) => {
      const body = answer.body as { id_token: string };
      const [head, payload] = body.id_token.split('.');
      body.id_token = `${head}.${payload}.${Buffer.alloc(256, 7).toString('base64url')}`;
    };
    provider.server.service.once('beforeResponse', forge);
    expect((await new ConsoleBrowser(stage).signIn()).body).toMatchObject(unproved);
  });

  it('may be a refusal of the provider', async () => {
    const browser = new ConsoleBrowser(stage);
    await browser.start();
    const state = new URL(browser.location).searchParams.get('state');
    const answer = await browser.comeBack(`?error=access_denied&state=${state}`);
    expect(answer.body).toMatchObject(unproved);
  });

  it('is a page for a person who is refused', async () => {
    const { text, headers } = await stage
      .call()
      .get('/v1/admin/sessions/openid/callback?state=x')
      .set('Accept', 'text/html')
      .expect(401);
    expect(headers['content-type']).toContain('text/html');
    expect(text).toContain('Please begin once more');
  });
});

describe('the code for the console', () => {
  beforeEach(async () => {
    user(`console${subjects}@example.org`);
    await makeOrganiser(stage.database, `console${subjects - 1}@example.org`);
  });
  const invalid = { status: 401, code: 'openid_code_invalid' };

  it('serves once, however many ask at once', async () => {
    const browser = new ConsoleBrowser(stage);
    const code = browser.codeOf(await browser.signIn());
    const answers = await Promise.all([1, 2, 3, 4].map(() => browser.exchange(code)));
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      201, 401, 401, 401,
    ]);
  });

  it('serves nobody but the console that began, and is spent by the wrong one', async () => {
    const browser = new ConsoleBrowser(stage);
    const code = browser.codeOf(await browser.signIn());
    expect((await new ConsoleBrowser(stage).exchange(code)).body).toMatchObject(invalid);
    expect((await browser.exchange(code)).body).toMatchObject(invalid);
  });

  it('serves for a minute', async () => {
    const browser = new ConsoleBrowser(stage);
    const code = browser.codeOf(await browser.signIn());
    await stage.database.turnClock('61 seconds');
    expect((await browser.exchange(code)).body).toMatchObject(invalid);
    await stage.database.turnClock('0 seconds');
  });

  it('is kept as its hash alone, and forgotten', async () => {
    const browser = new ConsoleBrowser(stage);
    const code = browser.codeOf(await browser.signIn());
    const rows = await stage.database.sql<{ text: string }>('SELECT s::text FROM openid_sign_in s');
    expect(rows.map(({ text }) => text).join()).not.toContain(Buffer.from(code).toString('hex'));
    const expired = new ExpiredOpenIdSignInsRepository(stage.app.get(Database, { strict: false }));
    await stage.database.turnClock('601 seconds');
    await expired.deleteBatch(1000);
    await stage.database.turnClock('0 seconds');
    expect(await stage.database.sql('SELECT attempt FROM openid_sign_in')).toEqual([]);
  });

  it.each([{}, { code: 'x', verifier: 'y' }, { code: 'A'.repeat(43) }])(
    'is asked for in full: %j',
    async (body) => {
      await stage.call().post('/v1/admin/sessions/openid').send(body).expect(422);
    },
  );
});

describe('a second factor', () => {
  it('is asked for as after a password, and the code serves again with it', async () => {
    const clock = new StageClock(stage);
    const { email } = await makeOrganiser(stage.database, 'factor@example.org');
    const { app } = await enrol(stage, await stage.signIn(email), clock);
    user(email, { amr: ['pwd', 'mfa'] });
    const browser = new ConsoleBrowser(stage);
    const code = browser.codeOf(await browser.signIn());
    expect((await browser.exchange(code)).body).toMatchObject({
      status: 401,
      code: 'second_factor_required',
    });
    await browser.exchange(code, { totp: app.code(9) }).expect(401);
    await clock.turnOn(31);
    await browser.exchange(code, { totp: app.code() }).expect(201);
    await stage.database.turnClock('0 seconds');
  });

  it.each([
    ['amr', ['pwd', 'mfa'], 201],
    ['amr', ['pwd'], 401],
    ['amr', undefined, 401],
    ['trusted', undefined, 201],
  ])('of the provider counts by “%s” where it says %j: %i', async (setting, amr, status) => {
    const own = await startOpenIdStage(provider, {
      OIDC_SECOND_FACTOR: setting,
      SECOND_FACTOR_FOR: 'everybody',
    });
    try {
      const { body } = await own
        .call()
        .post('/v1/admin/sessions')
        .send({ email: 'wales@example.org', password: 'a password of tests' })
        .expect(201);
      const { app } = await enrol(own, body.token as string, new StageClock(own));
      expect(app).toBeInstanceOf(CodeApp);
      user('wales@example.org', { amr });
      const browser = new ConsoleBrowser(own);
      const answer = await browser.exchange(browser.codeOf(await browser.signIn()));
      expect(answer.status).toBe(status);
      if (status === 201) {
        await own.call().get('/v1/admin/people').set(bearer(answer.body.token)).expect(200);
      }
    } finally {
      await own.close();
    }
  });
});

describe('the provider', () => {
  it('may be away: 503, and the sign-in after goes on', async () => {
    const other = await startProvider();
    const { port } = other.server.address();
    const own = await startOpenIdStage(other);
    try {
      await other.close();
      const away = await new ConsoleBrowser(own).start();
      expect(away.body).toMatchObject({ status: 503, code: 'openid_provider_away' });
      expect(away.headers['retry-after']).toBe('10');
      await other.server.start(port, 'localhost');
      other.claims = { sub: 's', email: 'wales@example.org', email_verified: true };
      const browser = new ConsoleBrowser(own);
      await browser.start();
      const query = await browser.atProvider();
      await other.close();
      expect((await browser.comeBack(query)).body).toMatchObject({
        status: 503,
        code: 'openid_provider_away',
      });
    } finally {
      await own.close();
    }
  });

  it('may be none: 404', async () => {
    const own = await startAdminStage();
    try {
      await own.call().get('/v1/admin/sessions/openid').expect(404);
      const challenge = 'A'.repeat(43);
      await own.call().get('/v1/admin/sessions/openid/start').query({ challenge }).expect(404);
      await own.call().get('/v1/admin/sessions/openid/callback?state=x').expect(404);
      const body = { code: challenge, verifier: challenge };
      await own.call().post('/v1/admin/sessions/openid').send(body).expect(404);
    } finally {
      await own.close();
    }
  });

  it('shows a page with nothing secret where no console is configured, and links by no address unless told', async () => {
    const own = await startOpenIdStage(provider, { OIDC_CONSOLE_URL: '' });
    const careful = await startOpenIdStage(provider, { OIDC_LINK_BY_EMAIL: 'false' });
    try {
      user('wales@example.org');
      const page = await new ConsoleBrowser(own).signIn();
      expect(page.status).toBe(200);
      expect(page.headers['content-type']).toContain('text/html');
      expect(page.headers['location']).toBeUndefined();
      expect(page.text).not.toMatch(/[\w-]{43}/);
      expect((await new ConsoleBrowser(careful).signIn()).status).toBe(403);
    } finally {
      await own.close();
      await careful.close();
    }
  });
});
