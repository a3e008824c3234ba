import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoggedApplication, startLoggedApplication } from './logged-application.js';

let app: LoggedApplication;
beforeAll(async () => {
  app = await startLoggedApplication({ TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(() => app.close());

const from = (address: string, path: string) =>
  request(app.url).get(path).set({ 'x-forwarded-for': address, accept: 'text/html' });

/** Statuses of sixty-one requests, one after another. */
async function sixtyOne(address: string, pathOf: (n: number) => string): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < 61; n++) statuses.push((await from(address, pathOf(n))).status);
  return statuses;
}

describe('the token of a link', () => {
  it('has 128 bits that only the secret makes, behind what it names', async () => {
    const { confirmPath, dutyPath } = await app.join();
    const paths = [confirmPath, dutyPath, await app.invite()];
    const [confirmation, duty, invitation] = paths.map((path) =>
      Buffer.from(path.split('/').at(-1) ?? '', 'base64url'),
    );
    // An id of 16 bytes, for a duty the number of its hand-over in two, and 16 bytes of signature.
    expect([confirmation, duty, invitation].map((bytes) => bytes?.length)).toEqual([
      16 + 16,
      18 + 16,
      16 + 16,
    ]);
  });

  it('of one purpose does not open what is for another', async () => {
    const { confirmPath, dutyPath } = await app.join();
    const accountPath = await app.invite();
    const swapped = [
      confirmPath.replace('/v1/confirm/', '/account/'),
      dutyPath.replace('/duties/', '/account/'),
      accountPath.replace('/account/', '/v1/confirm/'),
      accountPath.replace('/account/', '/duties/'),
      confirmPath.replace('/v1/confirm/', '/duties/'),
      dutyPath.replace('/duties/', '/v1/confirm/'),
    ];
    for (const path of swapped) await from('192.0.2.7', path).expect(404);
  });

  it.each([
    ['/duties/', '192.0.2.1', async () => (await app.join()).dutyPath],
    ['/v1/confirm/', '192.0.2.2', async () => (await app.join()).confirmPath],
    ['/account/', '192.0.2.5', () => app.invite()],
  ])(
    'is guessed at %s sixty times a minute from one address, and others go on',
    async (_prefix, address, pathOfPage) => {
      const real = await pathOfPage();
      const guess = (n: number) => `${real.slice(0, -8)}AAAA${String(n + 10)}${real.slice(-2)}`;
      const statuses = await sixtyOne(address, guess);
      expect(new Set(statuses.slice(0, 60))).toEqual(new Set([404]));
      expect(statuses[60]).toBe(429);
      const refused = await from(address, real);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      await from('192.0.2.3', real).expect(200);
    },
  );

  it('may be pressed no more often than it may be opened', async () => {
    const { dutyPath } = await app.join();
    for (let n = 0; n < 30; n++) await from('192.0.2.4', dutyPath).expect(200);
    const statuses: number[] = [];
    for (let n = 0; n < 31; n++) {
      const answer = await request(app.url)
        .post(`${dutyPath}x`)
        .set('x-forwarded-for', '192.0.2.4')
        .type('form')
        .send({ outcome: 'contacted' });
      statuses.push(answer.status);
    }
    expect(statuses.slice(-2)).toEqual([404, 429]);
  });
});
