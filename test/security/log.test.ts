import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TEST_PASSWORD } from '../support/application.js';
import { rawCall } from '../support/raw-call.js';
import { type LoggedApplication, startLoggedApplication } from './logged-application.js';
import { exchange } from './sockets.js';

const FORGED = '{"level":"fatal","msg":"forged"}';
const HOSTILE_HEADERS = {
  // The parser refuses an escape; the one byte that begins a sequence of C1 is let through.
  'user-agent': `Mozilla\t\u009b2J\u009b31m ${FORGED}`,
  'x-request-id': `"},${FORGED}`,
  referer: `https://www.example.org/?${FORGED}`,
  'x-forwarded-for': FORGED,
  'accept-language': FORGED,
  'idempotency-key': FORGED,
  cookie: `session=${FORGED}`,
  authorization: `Bearer ${FORGED}`,
};

let app: LoggedApplication;
beforeAll(async () => {
  app = await startLoggedApplication({ RATE_LIMIT_EXEMPT: '127.0.0.0/8' });
});
afterAll(() => app.close());
beforeEach(() => void (app.written.length = 0));

/** What was logged, each write one JSON object on a line of its own. */
function lines(): Record<string, unknown>[] {
  return app.written.map((chunk) => {
    expect(chunk).toMatch(/^\{[^\n\r\u0000-\u001f\u007f]*\}\n$/);
    const line = JSON.parse(chunk) as Record<string, unknown>;
    expect(line['time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    return line;
  });
}

describe('the log', () => {
  it.each([
    ['a path', { path: `/v1/%0a${encodeURIComponent(FORGED)}%1b[2J` }],
    ['a path of a route', { path: `/v1/branches/%0d%0a${encodeURIComponent(FORGED)}` }],
    ['a link', { path: `/duties/${encodeURIComponent(`\n${FORGED}`)}` }],
    ['a query', { path: `/v1/branches/nearest?postcode=%0a${encodeURIComponent(FORGED)}` }],
    ['a postcode', { path: `/branches?postcode=%0a${encodeURIComponent(FORGED)}` }],
    ['a method that nothing takes', { method: 'PROPFIND', path: '/v1/join' }],
    ['a body', { method: 'POST', path: '/v1/join', body: `{"givenName":"\\n${FORGED}"` }],
    ['a sign-in', { method: 'POST', path: '/v1/admin/sessions', body: FORGED }],
  ])('cannot be forged by %s, or by any header', async (_what, call) => {
    const headers = { ...HOSTILE_HEADERS, 'content-type': 'application/json' };
    await rawCall(app.url, { ...call, headers });
    const all = lines();
    expect(all.length).toBeGreaterThan(0);
    expect(all.map(({ msg }) => msg)).not.toContain('forged');
    expect(app.written.join('')).not.toMatch(/forged|[\u001b\u009b]|Mozilla/);
  });

  it('names a request by an id of the caller only where that is harmless', async () => {
    await request(app.url).get('/v1/regions').set('X-Request-Id', 'trace-17');
    await request(app.url).get('/v1/regions').set('X-Request-Id', 'a b');
    const [first, second] = lines();
    expect(first).toMatchObject({ requestId: 'trace-17' });
    expect(second).toMatchObject({ requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  it('hears nothing of what is not even HTTP', async () => {
    await exchange(app.port, `${FORGED}\r\n\r\n`);
    expect(lines()).toEqual([]);
  });

  it('holds nothing of a person and no token of a link, pressed or opened', async () => {
    const { confirmPath, dutyPath } = await app.join({
      givenName: 'Rosalind',
      familyName: 'Unmistakable',
      email: 'rosalind.unmistakable@example.org',
      phone: '07700 900987',
      postcode: 'LS6 3HN',
      message: 'Words of mine',
    });
    for (const path of [confirmPath, dutyPath]) {
      await request(app.url).get(path).set('accept', 'text/html').expect(200);
      await request(app.url).head(path).expect(200);
      await request(app.url).get(`${path}x`).expect(404);
      await request(app.url).delete(path).expect(405);
    }
    await request(app.url)
      .post(dutyPath)
      .type('form')
      .send({ outcome: 'x', note: 'Words of mine' });
    await request(app.url).post(dutyPath).type('form').send({ outcome: 'contacted' }).expect(303);
    await request(app.url).post(confirmPath).type('form').expect(200);

    expect(lines().length).toBeGreaterThanOrEqual(12);
    const logged = app.written.join('');
    const secrets = [confirmPath, dutyPath].map((path) => path.split('/').at(-1) ?? '');
    // Half a token is no link, but the signature alone would be all that is secret of it.
    for (const secret of secrets.flatMap((token) => [token.slice(0, 20), token.slice(-20)])) {
      expect(logged).not.toContain(secret);
    }
    expect(logged).not.toMatch(/rosalind|unmistakable|900987|LS6|Words of mine|127\.0\.0\.1/i);
  });

  it('holds nothing of what somebody looked for', async () => {
    for (const path of ['/branches?postcode=LS6+3HN', '/v1/branches/nearest?postcode=LS6+3HN']) {
      await request(app.url).get(path).set('Referer', `https://a.example${path}`).expect(200);
    }
    await request(app.url).get('/branches?postcode=LS6+3HNX9').expect(422);
    // A lookup that was answered has its line only where somebody looks for everything.
    expect(lines()).toMatchObject([
      { route: '/branches', level: 'info' },
      { status: 200, level: 'debug' },
      { status: 422, level: 'info' },
    ]);
    expect(app.written.join('')).not.toMatch(/LS6|3HN|Referer/i);
  });

  it('holds no password and no session of an organiser', async () => {
    const signIn = (password: string) =>
      request(app.url).post('/v1/admin/sessions').send({ email: 'wales@example.org', password });
    await signIn('a wrong password of mine').expect(401);
    const { token } = (await signIn(TEST_PASSWORD).expect(201)).body as { token: string };
    await request(app.url).get('/v1/admin/people?q=rosalind').auth(token, { type: 'bearer' });
    await request(app.url).get('/v1/admin/me').auth(`${token}x`, { type: 'bearer' }).expect(401);
    const logged = app.written.join('');
    expect(lines().map(({ status }) => status)).toEqual([401, 201, 200, 401]);
    expect(lines()[0]).toMatchObject({ code: 'invalid_credentials' });
    expect(logged).not.toContain(token.slice(0, 16));
    expect(logged).not.toMatch(/wales|wrong password|organise-together|rosalind/i);
  });
});
