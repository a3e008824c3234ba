import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinPost } from '../factories/join-post.js';
import { TEST_PASSWORD } from '../support/application.js';
import { rawCall } from '../support/raw-call.js';
import { tableCounts } from '../support/stored.js';
import { type LoggedApplication, startLoggedApplication } from './logged-application.js';

const SITE = 'https://www.example.org';
/** What a browser adds to a form that a page of another site sends off. */
const CROSS_SITE = {
  origin: 'https://evil.example',
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  referer: 'https://evil.example/',
  accept: 'text/html',
};
const FIELDS = {
  givenName: 'Sam',
  email: 'sam@example.org',
  postcode: 'M14 5RX',
  'consent.privacyNotice': '2026-11',
};

let app: LoggedApplication;
beforeAll(async () => {
  app = await startLoggedApplication({
    RATE_LIMIT_EXEMPT: '127.0.0.0/8',
    JOIN_FORM_ORIGINS: SITE,
  });
});
afterAll(() => app.close());

const signIn = () =>
  request(app.url)
    .post('/v1/admin/sessions')
    .send({ email: 'national@example.org', password: TEST_PASSWORD });

describe('a page of another site', () => {
  it.each([
    ['a form', 'application/x-www-form-urlencoded'],
    ['a form of plain text', 'text/plain'],
    ['a form with files', 'multipart/form-data; boundary=x'],
  ])('cannot make a visitor join by %s', async (_what, type) => {
    const before = await tableCounts(app.database);
    const answer = await request(app.url)
      .post('/v1/join')
      .set({ ...CROSS_SITE, 'content-type': type })
      .send(new URLSearchParams(FIELDS).toString());
    expect([403, 415]).toContain(answer.status);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(await tableCounts(app.database)).toEqual(before);
  });

  it('that may, because it is listed, acts for nobody: it knows nothing but what it sends', async () => {
    const { token } = (await signIn().expect(201)).body as { token: string };
    const post = (headers: Record<string, string>) =>
      request(app.url)
        .post('/v1/join')
        .set({ origin: SITE, 'sec-fetch-site': 'cross-site', ...headers })
        .send(joinPost());
    const plain = await post({});
    const credited = await post({ cookie: `session=${token}` });
    for (const answer of [plain, credited]) {
      expect(answer.status).toBe(201);
      expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
      expect(answer.headers).not.toHaveProperty('set-cookie');
    }
    expect(Object.keys(credited.body as object)).toEqual(Object.keys(plain.body as object));
    // What stands where a key belongs is no key, and is not passed over either.
    expect((await post({ authorization: `Bearer ${token}` })).status).toBe(401);
    const actors = await app.database.sql<{ n: number }>(
      `SELECT count(*)::integer AS n FROM audit_event
        WHERE actor_kind = 'organiser' AND action <> 'session.created'`,
    );
    expect(actors).toEqual([{ n: 0 }]);
  });

  it.each([['/v1/admin/sessions'], ['/v1/admin/join-submissions'], ['/v1/admin/me']])(
    'can ask nothing of %s, nor read what it answers',
    async (path) => {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const asked = await request(app.url)
          .options(path)
          .set({ origin: SITE, 'access-control-request-method': method });
        expect(asked.status).toBe(405);
        const answer = await rawCall(app.url, { method, path, headers: { origin: SITE } });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(JSON.stringify(answer.headers)).not.toContain('access-control');
      }
    },
  );

  it('cannot have an organiser sign in by a form of its own', async () => {
    const answer = await request(app.url)
      .post('/v1/admin/sessions')
      .set({ ...CROSS_SITE, 'content-type': 'text/plain' })
      .send(JSON.stringify({ email: 'national@example.org', password: TEST_PASSWORD }));
    expect(answer.status).toBe(415);
  });
});

describe('cookies', () => {
  it('are set by no answer', async () => {
    const { confirmPath, dutyPath } = await app.join();
    const { body } = await request(app.url).get('/openapi.json');
    const described = Object.entries((body as { paths: Record<string, object> }).paths);
    const calls = described.flatMap(([pattern, methods]) =>
      Object.keys(methods).map((method) => ({
        method: method.toUpperCase(),
        path: pattern.replaceAll(/\{\w+\}/g, 'something'),
      })),
    );
    expect(calls.length).toBeGreaterThan(20);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const signedIn = await signIn().expect(201);
    const { token } = signedIn.body as { token: string };
    const reading = calls.filter(({ method }) => method === 'GET');
    const answers = await Promise.all([
      ...calls.map((call) => rawCall(app.url, call)),
      ...reading.map((call) =>
        rawCall(app.url, { ...call, headers: { authorization: `Bearer ${token}` } }),
      ),
      ...['/docs', '/nowhere', confirmPath, dutyPath].map((path) => rawCall(app.url, { path })),
      ...[confirmPath, dutyPath, '/v1/join'].map((path) =>
        rawCall(app.url, { method: 'POST', path, headers: form, body: 'outcome=contacted' }),
      ),
      rawCall(app.url, { path: '/join', headers: { cookie: 'a=b' } }),
    ]);
    for (const { headers } of [...answers, signedIn]) {
      expect(headers).not.toHaveProperty('set-cookie');
    }
  });
});
