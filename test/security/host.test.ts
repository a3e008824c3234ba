import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinPost } from '../factories/join-post.js';
import { type TestApplication, startApplication } from '../support/application.js';
import { rawCall } from '../support/raw-call.js';

const HOSTS = {
  host: 'evil.example',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'gopher',
  'x-forwarded-port': '666',
  'x-forwarded-prefix': '/evil.example',
  'x-host': 'evil.example',
  'x-original-url': '/evil.example',
  'x-rewrite-url': '/evil.example',
  forwarded: 'host=evil.example;proto=gopher',
};

let app: TestApplication;
beforeAll(async () => {
  app = await startApplication({
    // Even from a proxy that is believed, only the client's address is taken.
    settings: { PUBLIC_URL: 'https://join.example.org', TRUSTED_PROXIES: '127.0.0.1' },
  });
});
afterAll(() => app.close());

const linksIn = (text: string) => [...text.matchAll(/https?:\/\/[^\s"<>]+/g)].map(([url]) => url);

describe('the host that a request names', () => {
  it('reaches no link of any mail: they begin with PUBLIC_URL', async () => {
    const post = joinPost();
    await request(app.url).post('/v1/join').set(HOSTS).send(post).expect(201);
    const acknowledgement = await app.smtp.waitFor(({ to }) => to.includes(String(post['email'])));
    const notice = await app.smtp.waitFor(({ to }) => !to.includes(String(post['email'])));
    for (const { text, html, raw } of [acknowledgement, notice]) {
      const links = linksIn(`${text}\n${html}`);
      expect(links.length).toBeGreaterThanOrEqual(2);
      for (const link of links) expect(link).toMatch(/^https:\/\/join\.example\.org\//);
      expect(raw).not.toMatch(/evil\.example|gopher/);
    }
  });

  it.each([
    ['/join'],
    ['/join/thanks'],
    ['/v1/branches/nearest?postcode=M14'],
    ['/v1/branches.geojson'],
    ['/v1/branches/no-such-branch'],
    ['/v1/confirm/no-such-token'],
    ['/duties/no-such-token'],
    ['/v1/admin/me'],
    ['/docs'],
    ['/openapi.json'],
    ['/health/ready'],
    ['/nowhere'],
  ])('shows in no answer of %s', async (path) => {
    const answer = await rawCall(app.url, { path, headers: { ...HOSTS, accept: 'text/html' } });
    expect(answer.text + JSON.stringify(answer.headers)).not.toMatch(/evil\.example|gopher|:666/);
  });

  it('shows in no redirect', async () => {
    const answer = await request(app.url)
      .post('/v1/join')
      .set({ ...HOSTS, accept: 'text/html' })
      .type('form')
      .send({
        givenName: 'Sam',
        email: 'sam@example.org',
        'consent.privacyNotice': '2026-11',
        postcode: 'M14',
      });
    expect(answer.status).toBe(303);
    expect(answer.headers['location']).toBe('/join/thanks');
  });

  it('opens no route under another path', async () => {
    const answer = await rawCall(app.url, {
      path: '/nowhere',
      headers: { 'x-original-url': '/join', 'x-rewrite-url': '/join' },
    });
    expect(answer.status).toBe(404);
  });
});
