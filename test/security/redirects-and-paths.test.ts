import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JoinForm } from '../../src/join/join-form.js';
import { ConfigurationError } from '../../src/platform/config/configuration.js';
import { projectRoot } from '../../src/platform/project-root.js';
import { testConfiguration } from '../http/support.js';
import { rawCall } from '../support/raw-call.js';
import { type LoggedApplication, startLoggedApplication } from './logged-application.js';

const SITE = 'https://www.example.org';
const THANKS = `${SITE}/thank-you`;
const WISHES = ['next', 'url', 'redirect', 'redirect_uri', 'return', 'returnTo', 'thankYouUrl']
  .map((name) => `${name}=${encodeURIComponent('https://evil.example/')}`)
  .join('&');

let app: LoggedApplication;
beforeAll(async () => {
  app = await startLoggedApplication({
    RATE_LIMIT_EXEMPT: '127.0.0.0/8',
    JOIN_FORM_ORIGINS: SITE,
    JOIN_FORM_THANK_YOU_URL: THANKS,
  });
});
afterAll(() => app.close());

describe('no address leads elsewhere', () => {
  it.each([
    '/join',
    '/join/thanks',
    '/docs',
    '/v1/regions',
    '/v1/branches/nearest',
    '/v1/confirm/x',
    '/duties/x',
    '/v1/admin/me',
    '/nowhere',
    '/',
  ])('%s, by whatever its query asks for', async (path) => {
    const answer = await rawCall(app.url, { path: `${path}?${WISHES}` });
    expect(answer.status < 300 || answer.status >= 400).toBe(true);
    expect(answer.headers).not.toHaveProperty('location');
    expect(answer.headers).not.toHaveProperty('refresh');
    expect(answer.text).not.toMatch(/http-equiv="?refresh|href="https:\/\/evil/i);
  });

  it.each([
    '//evil.example',
    '//evil.example/docs',
    '//evil.example/%2e%2e',
    '/\\evil.example',
    '/%5cevil.example',
    '/%2f%2fevil.example',
    '/docs//evil.example',
    '/docs//evil.example/..',
    '/docs/%2f%2fevil.example',
    '/docs/..%2f%2fevil.example/',
    '/join//evil.example',
    '/join/%0d%0aLocation:%20https:%2f%2fevil.example',
    '/.//evil.example',
    'https://evil.example/docs/',
  ])('%s, however it is written', async (path) => {
    const answer = await rawCall(app.url, { path });
    expect(answer.status < 300 || answer.status >= 400).toBe(true);
    expect(answer.headers).not.toHaveProperty('location');
  });

  it('a form post, which ends where the settings say', async () => {
    const answer = await request(app.url)
      .post(`/v1/join?${WISHES}`)
      .set({ accept: 'text/html', referer: 'https://evil.example/' })
      .type('form')
      .send(
        `givenName=Sam&email=s@example.org&postcode=M14&consent.privacyNotice=2026-11&${WISHES}`,
      );
    expect(answer.status).toBe(303);
    expect(answer.headers['location']).toBe(THANKS);
  });

  it('a press on a duty, which ends at its own page', async () => {
    const { dutyPath } = await app.join();
    const answer = await request(app.url)
      .post(`${dutyPath}?${WISHES}`)
      .type('form')
      .send({ outcome: 'contacted' });
    expect(answer.status).toBe(303);
    expect(answer.headers['location']).toBe(dutyPath);
  });
});

describe('a thank-you address', () => {
  it.each([
    ['of an origin that is not allowed', 'https://evil.example/'],
    ['that only begins like one that is', `${SITE}.evil.example/`],
    ['with the allowed one as its user', 'https://www.example.org@evil.example/'],
  ])('%s keeps the form from being made, and with it the API', (_what, address) => {
    const settings = { JOIN_FORM_ORIGINS: SITE, JOIN_FORM_THANK_YOU_URL: address };
    expect(() => new JoinForm(testConfiguration(settings))).toThrow(
      'JOIN_FORM_THANK_YOU_URL must lie on one of JOIN_FORM_ORIGINS',
    );
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', '//evil.example', '/thanks', 'ftp://x/'])(
    'that is no web address is a fault of the configuration: %s',
    (address) => {
      expect(() => testConfiguration({ JOIN_FORM_THANK_YOU_URL: address })).toThrow(
        ConfigurationError,
      );
    },
  );
});

describe('no path leads to a file that is none of a page’s', () => {
  const secrets = ['"dependencies"', 'DATABASE_URL', 'root:x:0', '-----BEGIN'];
  const ours = readFileSync(join(projectRoot, 'package.json'), 'utf8').slice(0, 60);

  it.each([
    '/docs/../package.json',
    '/docs/../../package.json',
    '/docs/%2e%2e/package.json',
    '/docs/..%2fpackage.json',
    '/docs/..%2f..%2f..%2fpackage.json',
    '/docs/..%5c..%5cpackage.json',
    '/docs/%252e%252e/package.json',
    '/docs/....//....//package.json',
    '/docs//etc/passwd',
    '/docs/%00/../package.json',
    '/docs/swagger-ui.css%00.html',
    '/package.json',
    '/.env',
    '/.git/config',
    '/src/main.ts',
    '/templates/pages/join.liquid',
    '/join/../package.json',
    '/join/..%2f..%2fpackage.json',
    '/v1/branches/..%2f..%2f..%2fpackage.json',
    '/duties/..%2f..%2fpackage.json',
  ])('%s', async (path) => {
    const answer = await rawCall(app.url, { path, headers: { accept: 'text/html' } });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    for (const secret of [...secrets, ours]) expect(answer.text).not.toContain(secret);
  });

  it.each(['/docs/', '/docs/..', '/docs/.'])('%s, nor to a list of files', async (path) => {
    const { text } = await rawCall(app.url, { path });
    expect(text).not.toMatch(/swagger-ui-dist|absolute-path\.js|Index of/i);
  });
});
