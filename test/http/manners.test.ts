import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import request from 'supertest';
import { expectProblem, rawCall } from '../support/raw-call.js';
import { ExampleModule } from './example.module.js';
import { type Served, serve } from './support.js';

let served: Served;
beforeAll(async () => {
  served = await serve(ExampleModule);
});
afterAll(() => served.app.close());

const good = { givenName: 'Sam', consent: { privacyNotice: '2026-11', email: true } };
const post = (path: string) => request(served.url).post(path);

describe('problem documents', () => {
  it('has every member of the contract and the id of the request', async () => {
    const answer = await request(served.url).get('/v1/nowhere').set('X-Request-Id', 'caller-1234');
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['x-request-id']).toBe('caller-1234');
    expect(JSON.parse(answer.text)).toEqual({
      type: 'urn:branchline:problem:not_found',
      title: 'Not found',
      status: 404,
      detail: 'There is nothing at this address.',
      code: 'not_found',
      requestId: 'caller-1234',
    });
  });

  it('makes an id of its own where the caller sent none or a mad one', async () => {
    for (const mad of [
      '',
      'a b c',
      'a\tb',
      'a'.repeat(129),
      'aaaaaaaa"}',
      "a'b",
      '<b>',
      'a\u00e9',
    ]) {
      const answer = await request(served.url).get('/v1/limited').set('X-Request-Id', mad);
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    }
  });

  it('takes over any sane id of the caller', async () => {
    for (const sane of ['x', '17', 'a1B2+/c3==', '1-67891233:abcdef~0.5_2', 'a'.repeat(128)]) {
      const answer = await request(served.url).get('/v1/nowhere').set('X-Request-Id', sane);
      expect(answer.headers['x-request-id']).toBe(sane);
      expect(JSON.parse(answer.text)).toMatchObject({ requestId: sane });
    }
  });

  it('tells a bug to the log and nothing of it to the caller', async () => {
    const answer = await request(served.url).get('/v1/fails/bug').set('X-Request-Id', 'bug-0001');
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.text)).toMatchObject({
      code: 'internal_error',
      requestId: 'bug-0001',
    });
    expect(answer.text).not.toContain('secret');
    const line = served.log.find(
      (one) => one['level'] === 'error' && one['requestId'] === 'bug-0001',
    );
    expect(line?.['err']).toMatchObject({ type: 'TypeError', message: 'secret column [email]' });
    expect(JSON.stringify(line)).toContain('example.module');
    expect(JSON.stringify(served.log)).not.toContain('ada@example.org');
  });

  it.each(['refused', 'several', 'timeout', 'statement', 'shutdown'])(
    'answers 503 with Retry-After while the database is away: %s',
    async (how) => {
      const answer = await request(served.url).get(`/v1/fails/${how}`);
      expect(answer.status).toBe(503);
      expect(answer.headers['retry-after']).toBe('5');
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'temporarily_unavailable' });
    },
  );

  it('does not take a violated constraint for a database that is away', async () => {
    const answer = await request(served.url).get('/v1/fails/unique');
    expect(answer.status).toBe(500);
    expect(JSON.stringify(served.log)).not.toContain('ada@example.org');
  });

  it('names the missing permission', async () => {
    const answer = await request(served.url).get('/v1/fails/permission');
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.text)).toMatchObject({ permission: 'people.read', code: 'forbidden' });
  });

  it("keeps the status of the framework's own exceptions, not their words", async () => {
    const answer = await request(served.url).get('/v1/fails/teapot');
    expect(answer.status).toBe(418);
    expect(answer.text).not.toContain('I said so');
    expect(JSON.parse(answer.text)).toMatchObject({ detail: expect.stringMatching(/\S+ \S+/) });
  });

  it.each(['/docs/../../etc/passwd', `/docs/${'x'.repeat(300)}`])(
    'knows nothing of %s, which no file can lie at',
    async (path) => {
      const { port } = served;
      const answer = await rawCall(`http://127.0.0.1:${port}`, { path });
      expect(expectProblem(answer, path).code).toBe('not_found');
    },
  );

  it('does not log a mistake of the caller as an error', async () => {
    await request(served.url).get('/v1/things?limit=x').set('X-Request-Id', 'mistake-1');
    const lines = served.log.filter((one) => one['requestId'] === 'mistake-1');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 'info',
      method: 'GET',
      route: '/v1/things',
      status: 422,
      code: 'invalid_input',
    });
  });
});

describe('paths and methods', () => {
  it('answers a path without its slash as any that is not there, with all headers', async () => {
    const answer = await rawCall(served.url, { path: '*v1/things' });
    expect(answer.status).toBe(404);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(JSON.parse(answer.text)).toMatchObject({
      code: 'not_found',
      requestId: answer.headers['x-request-id'],
    });
  });

  it('answers 405 with Allow for a known path', async () => {
    const answer = await request(served.url).put('/v1/things').send('rubbish');
    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toBe('GET, HEAD, OPTIONS');
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'method_not_allowed' });
  });

  it('tells the methods of a path with parameters', async () => {
    const answer = await request(served.url).options('/v1/things/17');
    expect(answer.status).toBe(204);
    expect(answer.headers['allow']).toBe('DELETE, GET, HEAD, OPTIONS');
  });

  it('answers HEAD wherever it answers GET', async () => {
    const answer = await request(served.url).head('/v1/things');
    expect(answer.status).toBe(200);
    expect(answer.text ?? '').toBe('');
  });

  it('answers 404 before it reads a body', async () => {
    const answer = await post('/v1/nowhere').type('text/csv').send('a,b');
    expect(answer.status).toBe(404);
    expect((await request(served.url).options('/v1/nowhere')).status).toBe(404);
  });

  it.each(['/v1/things/%', '/v1/fails/%ff', '/%E0%A4%A'])(
    'answers 400 for an address that cannot be decoded: %s',
    async (path) => {
      const answer = await request(served.url).get(path);
      expect(answer.status).toBe(400);
      expect(answer.headers['content-type']).toBe('application/problem+json');
      const problem = JSON.parse(answer.text) as Record<string, unknown>;
      expect(problem).toMatchObject({ code: 'not_parseable' });
      expect(problem['requestId']).toBe(answer.headers['x-request-id']);
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    },
  );

  it.each(['1', 'nonsense', '0193594b-6d1e-4c3a-9a54-0f6f1c2e8b11', 'a%00b', 'x'.repeat(600)])(
    'answers 404 for a malformed id: %s',
    async (id) => {
      const answer = await request(served.url).get(`/v1/things/${id}`);
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'not_found' });
    },
  );

  it('carries the id of the request into the handler', async () => {
    const id = '0193594b-6d1e-7c3a-9a54-0f6f1c2e8b11';
    const answer = await request(served.url)
      .get(`/v1/things/${id}`)
      .set('X-Request-Id', 'inside-01');
    expect(JSON.parse(answer.text)).toEqual({ id, name: 'inside-01' });
  });

  it('ignores a body where it has no meaning', async () => {
    const answer = await request(served.url)
      .delete('/v1/things/17')
      .set('Content-Type', 'application/json')
      .send('{{{');
    expect(answer.status).toBe(204);
  });
});

describe('queries', () => {
  const faults = async (query: string): Promise<unknown> => {
    const answer = await request(served.url).get(`/v1/things?${query}`);
    expect(answer.status).toBe(422);
    return (JSON.parse(answer.text) as { errors: unknown }).errors;
  };

  it('fills in the defaults of a list', async () => {
    const answer = await request(served.url).get('/v1/things');
    expect(JSON.parse(answer.text)).toEqual({
      data: [{ id: '1', name: '{"limit":50}' }],
      nextCursor: null,
    });
  });

  it.each(['0', '201', '-1', '1.5', 'x', '99999999999', ''])(
    'refuses a limit that is out of range: %s',
    async (limit) => {
      expect(await faults(`limit=${limit}`)).toEqual([
        expect.objectContaining({ path: 'limit', message: expect.stringContaining('1 to 200') }),
      ]);
    },
  );

  it('names a parameter that was given twice', async () => {
    expect(await faults('limit=1&limit=2')).toEqual([
      { path: 'limit', code: 'repeated_parameter', message: 'Give “limit” only once.' },
    ]);
    expect(await faults('colour=red&colour=blue&count=true&count=true')).toEqual([
      expect.objectContaining({ path: 'count', code: 'repeated_parameter' }),
      expect.objectContaining({ path: 'colour', code: 'repeated_parameter' }),
    ]);
  });

  it('names a parameter that is not known, with all other faults', async () => {
    expect(await faults('color=red&limit=0&colour=green&updatedSince=yesterday')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ path: 'color', code: 'unknown_field' }),
        expect.objectContaining({ path: 'limit' }),
        expect.objectContaining({ path: 'colour', message: 'This must be one of: red, blue.' }),
        expect.objectContaining({ path: 'updatedSince' }),
      ]),
    );
    expect(await faults('__proto__=1')).toEqual([
      expect.objectContaining({ path: '__proto__', code: 'unknown_field' }),
    ]);
  });
});

describe('queries that cannot be decoded', () => {
  it.each([
    '/v1/things?q=%FF',
    '/v1/things?%FF=1',
    '/v1/things?limit=1&colour=%C3',
    '/v1/page/fine?q=%ED%A0%80',
    '/health/live?q=%C0%80',
    '/openapi.json?q=%FF',
  ])('are a 400 on every route: %s', async (path) => {
    const answer = await request(served.url).get(path);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'not_parseable' });
  });

  it('can be read by the page of another origin', async () => {
    const answer = await request(served.url)
      .get('/v1/things?q=%FF')
      .set('Origin', 'https://elsewhere.example.org');
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([400, '*']);
  });

  it('are not those with a percent sign that stands for itself', async () => {
    const answer = await request(served.url).get('/v1/things?100%+%C3%BC=1&%zz');
    expect(answer.status).toBe(422);
    const { errors } = JSON.parse(answer.text) as { errors: { path: string }[] };
    expect(errors.map(({ path }) => path)).toEqual(['100% ü', '%zz']);
  });
});

describe('answers', () => {
  it('lets through only what the schema names, moments as RFC 3339 in UTC', async () => {
    const answer = await post('/v1/sign-ups').send(good);
    expect(answer.status).toBe(201);
    expect(JSON.parse(answer.text)).toEqual({
      givenName: 'Sam',
      consent: { privacyNotice: '2026-11', email: true, sms: false },
      at: '2026-11-23T09:30:00.000Z',
    });
  });

  it('turns an answer that breaks its schema into a logged 500 that names the field', async () => {
    const answer = await request(served.url)
      .get('/v1/wrong-answer')
      .set('X-Request-Id', 'wrong-001');
    expect(answer.status).toBe(500);
    const line = served.log.find(
      (one) => one['level'] === 'error' && one['requestId'] === 'wrong-001',
    );
    expect(JSON.stringify(line)).toContain('The answer does not fit its schema: id:');
  });

  it('is careful by default and lets a handler allow caching', async () => {
    const plain = await request(served.url).get('/v1/things');
    expect(plain.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    for (const name of ['server', 'x-powered-by', 'strict-transport-security']) {
      expect(plain.headers).not.toHaveProperty(name);
    }
    const id = '0193594b-6d1e-7c3a-9a54-0f6f1c2e8b11';
    const cached = await request(served.url).get(`/v1/things/${id}`);
    expect(cached.headers['cache-control']).toBe('public, max-age=60');
    const missing = await request(served.url).get('/v1/things/1');
    expect(missing.headers['cache-control']).toBe('no-store');
  });
});

describe('pages', () => {
  const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

  it('has the policy of a page', async () => {
    const answer = await request(served.url).get('/v1/page/fine').set('Accept', browser);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['content-security-policy']).toContain(
      "form-action 'self' https://www.example.org",
    );
    expect(answer.headers['content-security-policy']).not.toContain('script-src');
  });

  it('shows a person a kind page in place of a problem document', async () => {
    const away = await request(served.url).get('/v1/page/away').set('Accept', browser);
    expect(away.status).toBe(503);
    expect(away.headers['retry-after']).toBe('7');
    expect(away.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(away.text).toContain('We will be back in a moment');
    const missing = await request(served.url).get('/v1/page/missing').set('Accept', browser);
    expect(missing.status).toBe(404);
    expect(missing.text).not.toContain('<script>');
  });

  it('answers whoever posts JSON with a problem document, whatever Accept says', async () => {
    const posting = (type: string) =>
      post('/v1/page').set('Accept', browser).set('Content-Type', type).send('{"a":');
    for (const type of ['application/json', 'Application/JSON; charset=utf-8']) {
      const answer = await posting(type);
      expect(answer.status).toBe(400);
      expect(answer.headers['content-type']).toBe('application/problem+json');
    }
    const form = await posting('application/x-www-form-urlencoded');
    expect(form.status).toBe(503);
    expect(form.headers['content-type']).toBe('text/html; charset=utf-8');
    const page = await request(served.url)
      .get('/v1/page/away')
      .set('Accept', browser)
      .set('Content-Type', 'application/json');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  });

  it('answers a program with a problem document on the same route', async () => {
    for (const accept of ['application/json', '*/*']) {
      const answer = await request(served.url).get('/v1/page/away').set('Accept', accept);
      expect(answer.headers['content-type']).toBe('application/problem+json');
    }
  });
});
