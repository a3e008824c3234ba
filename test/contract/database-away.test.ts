import request from 'supertest';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { joinPost } from '../factories/join-post.js';
import { startApplication, type TestApplication } from '../support/application.js';
import { type BreakableRoute, breakableRoute } from '../support/breakable-route.js';
import { tableCounts } from '../support/stored.js';

let route: BreakableRoute;
let app: TestApplication;
beforeAll(async () => {
  route = await breakableRoute(inject('superuserUrl'));
  // Nobody is exempt from rate limits here: their counters are in the database, too.
  app = await startApplication({
    worker: false,
    databasePort: route.port,
    settings: { RATE_LIMIT_EXEMPT: '' },
  });
});
afterAll(async () => {
  await app.close();
  await route.close();
});

describe('while the database is away', () => {
  it('the lookup answers on, a join hears 503 and is taken when it is back', async () => {
    const before = await tableCounts(app.database);
    const known = await request(app.url).get('/v1/branches/nearest?postcode=M14');
    await route.break();

    const input = joinPost();
    for (let turn = 0; turn < 3; turn++) {
      const answer = await request(app.url)
        .post('/v1/join')
        .set('Idempotency-Key', 'a key')
        .send(input);
      expect(answer.status, answer.text).toBe(503);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.body).toMatchObject({ code: 'temporarily_unavailable' });
    }
    for (const path of [
      '/v1/branches/nearest?postcode=LS1',
      '/v1/branches',
      '/v1/branches/leeds',
      '/v1/branches.geojson',
      '/v1/regions',
      '/v1/regions/wales',
      '/branches?postcode=LS1',
      '/branches/leeds',
      '/join',
      '/health/live',
    ]) {
      const answer = await request(app.url).get(path);
      expect(answer.status, path).toBe(200);
    }
    const same = await request(app.url).get('/v1/branches/nearest?postcode=M14');
    expect(same.text).toBe(known.text);
    const ready = await request(app.url).get('/health/ready');
    expect(ready.status).toBe(503);
    expect(ready.body).toMatchObject({
      code: 'not_ready',
      failed: expect.arrayContaining(['database']),
    });

    await route.mend();
    await expect
      .poll(async () => (await request(app.url).get('/health/ready')).status, { timeout: 15_000 })
      .toBe(200);
    expect(await tableCounts(app.database)).toEqual(before);
    const taken = await request(app.url)
      .post('/v1/join')
      .set('Idempotency-Key', 'a key')
      .send(input);
    expect(taken.status, taken.text).toBe(201);
  });

  it('a form post gets its page back with what was typed, and a change is heard of afterwards', async () => {
    await route.break();
    const page = await request(app.url)
      .post('/v1/join')
      .set('Accept', 'text/html')
      .type('form')
      .send({
        givenName: 'Zoë',
        email: 'zoe@example.org',
        postcode: 'M14 5RX',
        message: 'Typed <once>',
        'consent.privacyNotice': '2026-11',
      });
    expect(page.status).toBe(503);
    expect(page.headers['content-type']).toMatch(/html/);
    expect(Number(page.headers['retry-after'])).toBeGreaterThan(0);
    expect(page.text).toContain('zoe@example.org');
    expect(page.text).toContain('Typed &lt;once&gt;');

    await app.database.sql(`UPDATE unit SET name = 'Leeds and Otley' WHERE slug = 'leeds'`);
    await route.mend();
    await expect
      .poll(async () => (await request(app.url).get('/v1/branches/leeds')).body.name, {
        timeout: 15_000,
      })
      .toBe('Leeds and Otley');
  });
});
