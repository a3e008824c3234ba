import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Passwords } from '../../src/organisers/passwords.js';
import { hashSessionToken, makeSessionToken } from '../../src/organisers/session-token.js';
import { TEST_PASSWORD } from '../support/application.js';
import { type LoggedApplication, startLoggedApplication } from './logged-application.js';

const POINTS = 4;

let app: LoggedApplication;
beforeAll(async () => {
  app = await startLoggedApplication({
    TRUSTED_PROXIES: '127.0.0.1',
    RATE_LIMIT_SIGN_IN_PER_ADDRESS: String(POINTS),
    RATE_LIMIT_EXEMPT: '10.0.0.0/8',
  });
});
afterAll(() => app.close());

const FREE = '10.0.0.1';
const attempt = (email: string, password: string, address: string) =>
  request(app.url)
    .post('/v1/admin/sessions')
    .set('X-Forwarded-For', address)
    .send({ email, password });
const tokenOf = async (email: string) =>
  ((await attempt(email, TEST_PASSWORD, FREE).expect(201)).body as { token: string }).token;

describe('signing in', () => {
  it('hashes once for a right password, a wrong one, and an account that is none or closed', async () => {
    await app.database.sql(
      `UPDATE organiser SET disabled_at = clock_now() WHERE email = 'dpo@example.org'`,
    );
    const fits = vi.spyOn(app.api.get(Passwords, { strict: false }), 'fits');
    try {
      for (const [email, password, status] of [
        ['wales@example.org', TEST_PASSWORD, 201],
        ['wales@example.org', 'wrong', 401],
        ['nobody@example.org', 'wrong', 401],
        ['dpo@example.org', TEST_PASSWORD, 401],
      ] as const) {
        fits.mockClear();
        await attempt(email, password, FREE).expect(status);
        // What `fits` does is the same for each: passwords.test.ts counts the hashes.
        expect(fits, email).toHaveBeenCalledTimes(1);
      }
    } finally {
      fits.mockRestore();
    }
  });

  it('goes on for an organiser from their own network while strangers try their account', async () => {
    const [owner, home] = ['yorkshire@example.org', '192.0.2.1'];
    await attempt(owner, TEST_PASSWORD, home).expect(201);
    const statuses: number[] = [];
    for (let n = 0; n < 5 * POINTS; n++) {
      statuses.push((await attempt(owner, 'guess', `198.51.100.${n}`)).status);
    }
    // The owner was a stranger, too, when they came for the first time.
    expect(statuses).toEqual([...Array<number>(5 * POINTS - 1).fill(401), 429]);
    await attempt(owner, TEST_PASSWORD, '203.0.113.1').expect(429);
    await attempt(owner, TEST_PASSWORD, home).expect(201);
  });

  it('keeps of whom it counts no address and no account', async () => {
    await attempt('treasurer@example.org', TEST_PASSWORD, '192.0.2.55').expect(201);
    const kept = await app.database.sql<{ text: string }>(
      'SELECT r::text AS text FROM rate_limit r',
    );
    expect(kept.length).toBeGreaterThan(0);
    expect(JSON.stringify(kept)).not.toMatch(/@|example|192\.0\.2|198\.51/);
  });
});

describe('the token of a session', () => {
  it('has 256 random bits, each time others', async () => {
    const tokens = new Set(Array.from({ length: 1000 }, makeSessionToken));
    expect(tokens.size).toBe(1000);
    for (const token of tokens) {
      expect(Buffer.from(token.slice(4), 'base64url')).toHaveLength(32);
    }
    // Each bit is set about as often as not; 1000 fair throws leave 400 to 600 all but always.
    for (let bit = 0; bit < 256; bit++) {
      const set = [...tokens].filter(
        (token) => (Buffer.from(token.slice(4), 'base64url')[bit >> 3] ?? 0) & (1 << (bit & 7)),
      );
      expect(set.length).toBeGreaterThan(400);
      expect(set.length).toBeLessThan(600);
    }
  });

  it('is another with each sign-in, and kept as its SHA-256 alone', async () => {
    const tokens = [await tokenOf('wales@example.org'), await tokenOf('wales@example.org')];
    expect(tokens[0]).not.toBe(tokens[1]);
    const kept = await app.database.sql<{ hash: Buffer }>(
      'SELECT token_hash AS hash FROM organiser_session',
    );
    for (const token of tokens) {
      expect(kept.some(({ hash }) => hash.equals(hashSessionToken(token)))).toBe(true);
    }
    const rows = JSON.stringify(await app.database.sql('SELECT s::text FROM organiser_session s'));
    for (const token of tokens) expect(rows).not.toContain(token.slice(4));
  });

  it.each([
    ['in a cookie', (token: string) => ({ headers: { cookie: `token=${token}` } })],
    ['in a query', (token: string) => ({ query: `?token=${token}&access_token=${token}` })],
    ['as a password', (token: string) => ({ headers: { authorization: `Basic ${token}` } })],
    ['by another header', (token: string) => ({ headers: { 'x-api-key': token } })],
    ['twice', (token: string) => ({ headers: { authorization: `Bearer ${token}, ${token}` } })],
    [
      'by its hash',
      (token: string) => ({
        headers: { authorization: `Bearer ${hashSessionToken(token).toString('base64url')}` },
      }),
    ],
  ])('is not taken %s', async (_where, place) => {
    const { headers = {}, query = '' } = place(await tokenOf('wales@example.org')) as {
      headers?: Record<string, string>;
      query?: string;
    };
    await request(app.url).get(`/v1/admin/me${query}`).set(headers).expect(401);
  });
});
