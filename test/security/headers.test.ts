import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExampleModule } from '../http/example.module.js';
import { type Served, serve } from '../http/support.js';
import { exchange } from './sockets.js';

const PRODUCTION = {
  NODE_ENV: 'production',
  SECOND_FACTOR_SECRET: 'a secret of tests that is long enough',
  PUBLIC_URL: 'https://join.example.org',
  MAIL_FROM: 'office@example.org',
};

let served: Served;
beforeAll(async () => {
  served = await serve(ExampleModule, PRODUCTION);
});
afterAll(() => served.app.close());

type Fields = Readonly<Record<string, string>>;

/** One answer of each kind, told as a server would tell it. */
const KINDS: readonly (readonly [kind: string, bytes: string, status: number])[] = [
  ['a document', 'GET /v1/things HTTP/1.1\r\nHost: x\r\n', 200],
  ['its head', 'HEAD /v1/things HTTP/1.1\r\nHost: x\r\n', 200],
  ['a page', 'GET /docs HTTP/1.1\r\nHost: x\r\n', 200],
  ['a script', 'HEAD /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n', 200],
  ['nothing', 'OPTIONS /v1/things HTTP/1.1\r\nHost: x\r\n', 204],
  [
    'the answer to a preflight',
    'OPTIONS /v1/things HTTP/1.1\r\nHost: x\r\nOrigin: https://a.example\r\nAccess-Control-Request-Method: GET\r\n',
    204,
  ],
  ['a path that is not there', 'GET /nowhere HTTP/1.1\r\nHost: x\r\n', 404],
  ['a path that cannot be decoded', 'GET /%ff HTTP/1.1\r\nHost: x\r\n', 400],
  ['a method that is not taken', 'PUT /v1/things HTTP/1.1\r\nHost: x\r\n', 405],
  ['a message that is not clear', 'GET /v1/things HTTP/1.1\r\nHost: x\r\nHost: y\r\n', 400],
  ['what is not HTTP', 'NONSENSE\r\n', 400],
  ['headers without end', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(17_000)}\r\n`, 431],
  ['a fault of ours', 'GET /v1/wrong-answer HTTP/1.1\r\nHost: x\r\n', 500],
];

const headersOf = async (bytes: string): Promise<{ status: number; headers: Fields }> => {
  const [answer] = await exchange(served.port, `${bytes}Connection: close\r\n\r\n`);
  if (answer === undefined) throw new Error('There is no answer.');
  return answer;
};

describe.each(KINDS)('the headers of %s', (_kind, bytes, status) => {
  it('bind the browser', async () => {
    const answer = await headersOf(bytes);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none';/);
    expect(answer.headers['content-security-policy']).toContain("base-uri 'none'");
    expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  it('tell nothing of what it runs on', async () => {
    const { headers } = await headersOf(bytes);
    for (const name of ['server', 'x-powered-by', 'via', 'x-runtime']) {
      expect(headers).not.toHaveProperty(name);
    }
  });
});

describe('a content security policy', () => {
  it('lets no page run a script, but that of the API reference its own', async () => {
    const policies = await Promise.all(
      KINDS.map(async ([, bytes]) => (await headersOf(bytes)).headers['content-security-policy']),
    );
    for (const policy of policies) {
      expect(policy).not.toMatch(/script-src[^;]*(?:unsafe|https?:|\*|data:)/);
    }
    expect(policies.filter((policy) => policy?.includes('script-src'))).toHaveLength(2);
  });
});

it('outside production nothing is said of encryption for the time to come', async () => {
  const plain = await serve(ExampleModule);
  const answer = await request(plain.url).get('/v1/things');
  expect(answer.headers).not.toHaveProperty('strict-transport-security');
  await plain.app.close();
});
