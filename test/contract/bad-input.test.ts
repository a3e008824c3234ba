import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../support/application.js';
import {
  HOSTILE_SEGMENTS,
  hostileBodies,
  INJECTIONS,
  UNSTORABLE_TEXTS,
} from '../support/hostile-inputs.js';
import { expectProblem, rawCall, type RawCall } from '../support/raw-call.js';
import { tableCounts } from '../support/stored.js';

let app: TestApplication;
let before: Record<string, number>;
beforeAll(async () => {
  app = await startApplication({
    worker: false,
    settings: { RATE_LIMIT_JOIN_PER_FORM: '1000000', RATE_LIMIT_SIGN_IN_PER_ADDRESS: '1000000' },
  });
  before = await tableCounts(app.database);
});
afterAll(() => app.close());

/** Sends each; every one of them must be told what is wrong, and nothing may be stored. */
async function expectRefused(calls: readonly (RawCall & { about: string })[]) {
  expect(calls.length).toBeGreaterThan(0);
  for (const call of calls) expectProblem(await rawCall(app.url, call), call.about);
  expect(await tableCounts(app.database)).toEqual(before);
}

const JOIN = {
  givenName: 'Sam',
  email: 'sam@example.org',
  postcode: 'M14 5RX',
  consent: { privacyNotice: '2026-11' },
};
const JOIN_FORM = 'givenName=Sam&email=sam@example.org&postcode=M14+5RX&consent.privacyNotice=1';

/** How to call each public route, so that a fault is the only thing wrong with a call. */
const ROUTES: Readonly<Record<string, { query?: string; body?: { json: object; form: string } }>> =
  {
    'POST /v1/join': { body: { json: JOIN, form: JOIN_FORM } },
    // The token is none of ours: whatever else is sent, nothing may happen.
    'GET /v1/confirm/{token}': {},
    'POST /v1/confirm/{token}': { body: { json: {}, form: 'a=1' } },
    'GET /duties/{token}': {},
    'POST /duties/{token}': { body: { json: { outcome: 'contacted' }, form: 'outcome=contacted' } },
    'GET /account/forgotten': {},
    'POST /account/forgotten': {
      body: { json: { email: 'a@example.org' }, form: 'email=a@example.org' },
    },
    'GET /account-ready': {},
    'GET /account/{token}': {},
    'POST /account/{token}': {
      body: { json: { password: 'x', again: 'x' }, form: 'password=x&again=x' },
    },
    'GET /v1/branches': { query: 'limit=2' },
    'GET /v1/branches.geojson': {},
    'GET /v1/branches/{slug}': {},
    'GET /v1/branches/nearest': { query: 'postcode=M14' },
    'GET /v1/regions': { query: 'limit=2' },
    'GET /v1/regions/{slug}': {},
    'GET /branches': {},
    'GET /branches/{slug}': {},
    'GET /join': {},
    'GET /join/thanks': {},
    'GET /join/{slug}': {},
    'GET /v1/join/challenge': { query: 'formId=join' },
    'GET /health/live': {},
    'GET /health/ready': {},
    'GET /metrics': {},
    'POST /v1/admin/sessions': {
      body: { json: { email: 'a@example.org', password: 'x' }, form: 'email=a&password=b' },
    },
  };
const routes = Object.entries(ROUTES).map(([name, given]) => {
  const [method = '', path = ''] = name.split(' ');
  const at = path.replace(/\{\w+\}/, 'nothing-of-ours');
  return { name, method, path, at, ...given };
});

it('every public route of the API’s description has its cases here', async () => {
  const { text } = await rawCall(app.url, { path: '/openapi.json' });
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, unknown>> };
  const described = Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    .filter((name) => !name.includes('/v1/admin/') || name === 'POST /v1/admin/sessions');
  expect(described.filter((name) => !(name in ROUTES))).toEqual([]);
  const hidden = ['GET /metrics'];
  expect(
    Object.keys(ROUTES).filter((name) => !described.includes(name) && !hidden.includes(name)),
  ).toEqual([]);
});

describe.each(routes)('$name', ({ name, method, path, at }) => {
  it('refuses other methods, and names its own', async () => {
    const described = JSON.parse((await rawCall(app.url, { path: '/openapi.json' })).text) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const own = [
      method,
      ...Object.keys(described.paths[path] ?? {}).map((one) => one.toUpperCase()),
    ];
    const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((one) => !own.includes(one));
    for (const other of others) {
      const answer = await rawCall(app.url, { method: other, path: at });
      expectProblem(answer, `${other} ${at}`);
      expect(answer.status, other).toBe(405);
      expect(String(answer.headers['allow']).split(', ')).toEqual(expect.arrayContaining(own));
    }
    expect(await tableCounts(app.database)).toEqual(before);
  });

  it('refuses a path that is no path of ours', async () => {
    const inPath = path.includes('{')
      ? HOSTILE_SEGMENTS.map((segment) => path.replace(/\{\w+\}/, segment))
      : ['%', '%00', '%ff', '%2f', ';x', '/../../etc/passwd', '.php', '%3Cscript%3E'].map(
          (tail) => at + tail,
        );
    await expectRefused(inPath.map((one) => ({ about: `${method} ${one}`, method, path: one })));
  });

  it('bears absurd headers', async () => {
    for (const [header, value] of [
      ['Accept', 'x'.repeat(3000)],
      ['Accept', '*/*;q=nonsense,,;;'],
      ['Accept-Encoding', 'nonsense;q=-1'],
      ['If-None-Match', '"'.repeat(500)],
      ['X-Request-Id', 'x\u00ff"><script>'],
      ['X-Forwarded-For', 'not an address, 300.1.1.1'],
      ['Authorization', `Bearer ${'x'.repeat(5000)}`],
      ['Cookie', '__proto__=1; a=b;;'],
      ['Origin', 'http://a b'],
      ['User-Agent', '\u00ff'.repeat(2000)],
      ['Content-Language', 'x'.repeat(2000)],
    ] as const) {
      const answer = await rawCall(app.url, { method, path: at, headers: { [header]: value } });
      expect(answer.status, `${header}: ${answer.text.slice(0, 300)}`).toBeLessThan(500);
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      if (answer.status >= 400) expectProblem(answer, `${name} with ${header}`);
    }
    const huge = { method, path: at, headers: { 'X-Long': 'x'.repeat(20_000) } };
    expect((await rawCall(app.url, huge)).status).toBe(431);
    expect(await tableCounts(app.database)).toEqual(before);
  });
});

describe.each(
  routes.flatMap(({ query, ...route }) => (query === undefined ? [] : [{ ...route, good: query }])),
)('$name', ({ name, method, at, good }) => {
  it('refuses every query that is not its own', async () => {
    const [first = ''] = good.split('=');
    const queries = [
      `${good}&surprise=1`,
      `${good}&__proto__=1`,
      `${good}&constructor=1`,
      `${good}&${good}`,
      `${first}=`,
      first,
      `${first}=%FF`,
      `${good}&%ED%A0%80=1`,
      `${first}[]=1`,
      `${first}[a]=1`,
      ...[
        '0',
        '-1',
        '1.5',
        '1e3',
        'x',
        '201',
        '99999999999',
        '%00',
        '%F0%9F%92%A9',
        'NaN',
        '%20',
      ].map((limit) => `${good.replace(/limit=\d+/, '')}&limit=${limit}`),
      `${good}&limit=1&limit=2`,
      ...INJECTIONS.map((text) => `${first}=${encodeURIComponent(text)}`),
      ...UNSTORABLE_TEXTS.filter(([, text]) => !/\p{Cs}/u.test(text) && text.length < 9000).map(
        ([, text]) => `${first}=${encodeURIComponent(text)}`,
      ),
    ];
    if (first === 'limit') {
      const cursors = [
        'x',
        '!!',
        'W10',
        'W251bGxd',
        'eyJhIjoxfQ',
        '%00',
        'x'.repeat(2000),
        'WyJhIiwiYiJd',
        'WzFd',
        '',
        'a b',
      ];
      queries.push(...cursors.map((cursor) => `cursor=${cursor}`.replace(' ', '%20')));
    } else {
      queries.push(
        '',
        'limit=3',
        'postcode=nonsense',
        'postcode=12345',
        `postcode=${'M'.repeat(3000)}`,
      );
    }
    await expectRefused(
      queries.map((one) => ({ about: `${name}?${one}`, method, path: `${at}?${one}` })),
    );
  });
});

describe.each(
  routes.flatMap(({ body, ...route }) => (body === undefined ? [] : [{ ...route, body }])),
)('$name', ({ name, method, at, body }) => {
  it('refuses bodies of the wrong kind, size, depth and encoding', async () => {
    await expectRefused(
      hostileBodies(body.json, body.form).map(({ name: about, type, body: bytes }) => ({
        about: `${name} with ${about}`,
        method,
        path: at,
        body: bytes,
        // A form post that asks for no page is told like any other.
        headers: {
          accept: 'application/json',
          ...(type === undefined ? {} : { 'content-type': type }),
        },
      })),
    );
    const bare = await rawCall(app.url, { method, path: at });
    expectProblem(bare, `${name} with nothing at all`);
  });
});
