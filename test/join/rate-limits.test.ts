import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../support/application.js';

const PER_ADDRESS = 3;
/** From here on counted with a lag by several processes together, and exactly by the one here. */
const PER_FORM = 100;
/** At once, so that all is over well within the minute. */
const AT_ONCE = 8;

let app: TestApplication;
beforeAll(async () => {
  app = await startApplication({
    worker: false,
    settings: {
      RATE_LIMIT_JOIN_PER_ADDRESS: String(PER_ADDRESS),
      RATE_LIMIT_JOIN_PER_FORM: String(PER_FORM),
      RATE_LIMIT_EXEMPT: '198.51.100.0/24',
      TRUSTED_PROXIES: '127.0.0.1',
    },
  });
}, 60_000);
afterAll(() => app.close());

/** Somebody else each time: a repeated post would be answered from the first, and counts as well. */
const join = (address: string) =>
  request(app.url)
    .post('/v1/join')
    .set('X-Forwarded-For', address)
    .send({
      givenName: 'Sam',
      email: `${randomUUID()}@example.org`,
      postcode: 'M14 5RX',
      consent: { privacyNotice: '2026-11' },
    });

/** How many of these addresses' joins were answered so, by status. */
async function countsOf(addresses: readonly string[]): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  const waiting = [...addresses];
  const client = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { status } = await join(next);
      counts[status] = (counts[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  return counts;
}

const stored = async (): Promise<number> =>
  (await app.database.sql('SELECT id FROM join_submission')).length;

/** 192.0.2.0, 192.0.2.1 and so on: documentation's own addresses. */
const others = (count: number, network = '192.0.2'): string[] =>
  Array.from({ length: count }, (_, index) => `${network}.${index}`);

describe('joins', () => {
  it('are refused to an address that has had its share of a minute, and to no other', async () => {
    const before = await stored();
    const same = Array.from({ length: PER_ADDRESS }, () => '203.0.113.1');
    expect(await countsOf(same)).toEqual({ 201: PER_ADDRESS });
    const { status, headers, body } = await join('203.0.113.1');
    expect([status, body]).toEqual([429, expect.objectContaining({ code: 'too_many_requests' })]);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
    expect((await join('203.0.113.2')).status).toBe(201);
    expect(await stored()).toBe(before + PER_ADDRESS + 1);
  });

  it('are refused to everybody once the form has had its share, but to networks that are exempt', async () => {
    const before = await stored();
    // Each address once, so that no limit of its own stands in the way.
    const counts = await countsOf(others(PER_FORM - before + 5));
    expect(counts).toEqual({ 201: PER_FORM - before, 429: 5 });
    expect(await stored()).toBe(PER_FORM);
    expect(await countsOf(others(2, '198.51.100'))).toEqual({ 201: 2 });
  });
});
