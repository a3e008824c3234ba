import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import request from 'supertest';
import { ExampleModule } from './example.module.js';
import { type Served, serve } from './support.js';

let served: Served;
beforeAll(async () => {
  served = await serve(ExampleModule);
});
afterAll(() => served.app.close());

const preflight = (path: string, origin: string, method: string) =>
  request(served.url)
    .options(path)
    .set('Origin', origin)
    .set('Access-Control-Request-Method', method)
    .set('Access-Control-Request-Headers', 'content-type');

describe('calls from other origins', () => {
  it('lets anyone read what is open to anyone, without credentials', async () => {
    const answer = await request(served.url).get('/v1/things').set('Origin', 'https://a.example');
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    expect(answer.headers['access-control-expose-headers']).toContain('X-Request-Id');
  });

  it('says so in every answer, since a cache may give it to whoever asks next', async () => {
    const { headers } = await request(served.url).get('/v1/things');
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers).not.toHaveProperty('vary');
  });

  it('answers the preflight of an allowed origin', async () => {
    for (const origin of ['https://www.example.org', 'http://localhost:5173']) {
      const answer = await preflight('/v1/sign-ups', origin, 'POST');
      expect(answer.status).toBe(204);
      expect(answer.headers['access-control-allow-origin']).toBe(origin);
      expect(answer.headers['access-control-allow-methods']).toBe('OPTIONS, POST');
      expect(answer.headers['access-control-allow-headers']).toContain('Idempotency-Key');
      expect(answer.headers['vary']).toBe('Origin');
    }
  });

  it('refuses the preflight of an origin that is not allowed', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example:80']) {
      const answer = await preflight('/v1/sign-ups', origin, 'POST');
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'origin_not_allowed' });
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  it('lets browsers read the faults of an allowed origin, and of no other', async () => {
    const allowed = await request(served.url)
      .post('/v1/sign-ups')
      .set('Origin', 'https://www.example.org')
      .set('Content-Type', 'application/json')
      .send('{');
    expect(allowed.status).toBe(400);
    expect(allowed.headers['access-control-allow-origin']).toBe('https://www.example.org');
    const other = await request(served.url)
      .post('/v1/sign-ups')
      .set('Origin', 'https://evil.example')
      .send({});
    expect(other.headers).not.toHaveProperty('access-control-allow-origin');
    expect(other.headers['vary']).toBe('Origin');
  });

  it('answers 405 to the preflight of a route that no foreign page may call', async () => {
    expect((await preflight('/v1/limited', 'https://a.example', 'GET')).status).toBe(405);
    expect((await preflight('/v1/things/17', 'https://a.example', 'DELETE')).status).toBe(405);
    expect((await preflight('/v1/nowhere', 'https://a.example', 'GET')).status).toBe(404);
  });
});
