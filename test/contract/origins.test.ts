import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinPost } from '../factories/join-post.js';
import { startApplication, type TestApplication } from '../support/application.js';
import { tableCounts } from '../support/stored.js';

const SITE = 'https://www.example.org';
const THANKS = `${SITE}/thank-you`;

let app: TestApplication;
beforeAll(async () => {
  app = await startApplication({
    worker: false,
    settings: {
      PUBLIC_URL: 'https://join.example.org',
      JOIN_FORM_ORIGINS: `${SITE} https://campaign.example.org`,
      JOIN_FORM_THANK_YOU_URL: THANKS,
    },
  });
});
afterAll(() => app.close());

const json = (origin: string) =>
  request(app.url).post('/v1/join').set('Origin', origin).send(joinPost());
/** A form post as a browser sends it when somebody presses the button. */
const form = (changes: Record<string, string> = {}) => {
  const { givenName, familyName, email, postcode } = joinPost() as Record<string, string>;
  return request(app.url)
    .post('/v1/join')
    .set('Accept', 'text/html,application/xhtml+xml,*/*;q=0.8')
    .type('form')
    .send({
      givenName,
      familyName,
      email,
      postcode,
      'consent.privacyNotice': '2026-11',
      ...changes,
    });
};

describe('a post from a page', () => {
  it.each([
    ['of a listed site', SITE],
    ['of another listed site', 'https://campaign.example.org'],
    ['of our own address', 'https://join.example.org'],
    ['of a developer', 'http://localhost:5173'],
  ])('%s is taken, and the page may read the answer', async (_whose, origin) => {
    const answer = await json(origin).expect(201);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': origin,
      vary: expect.stringContaining('Origin'),
      'access-control-expose-headers': expect.stringContaining('Idempotent-Replayed'),
    });
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  });

  it.each([
    ['another site', 'https://elsewhere.example.com'],
    ['a listed site without TLS', 'http://www.example.org'],
    ['a listed site on another port', `${SITE}:8443`],
    ['a site whose name begins alike', `${SITE}.evil.example.com`],
    ['a site whose name ends alike', 'https://evilwww.example.org'],
    ['nowhere (a sandboxed frame)', 'null'],
    ['an empty origin', ''],
    ['nonsense', 'nonsense'],
    ['a file', 'file://'],
  ])('of %s is refused, and stores nothing', async (_whose, origin) => {
    const before = await tableCounts(app.database);
    const answer = await json(origin);
    expect([answer.status, answer.body.code]).toEqual([403, 'origin_not_allowed']);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    const page = await form().set('Origin', origin);
    expect(page.status).toBe(403);
    expect(await tableCounts(app.database)).toEqual(before);
  });

  it('of ourselves is taken under whatever name the visitor reached us', async () => {
    const host = 'branchline.internal:8080';
    const send = (origin: string) =>
      request(app.url).post('/v1/join').set({ Host: host, Origin: origin }).send(joinPost());
    expect((await send(`http://${host}`)).status).toBe(201);
    expect((await send('http://branchline.internal')).status).toBe(403);
  });

  it('without an origin (a server, an old browser) is taken', async () => {
    const answer = await request(app.url).post('/v1/join').send(joinPost()).expect(201);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('a preflight', () => {
  const ask = (path: string, origin: string, method = 'POST') =>
    request(app.url).options(path).set({
      Origin: origin,
      'Access-Control-Request-Method': method,
      'Access-Control-Request-Headers': 'content-type, idempotency-key',
    });

  it('of a listed site hears what it may send', async () => {
    const answer = await ask('/v1/join', SITE);
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': SITE,
      'access-control-allow-methods': expect.stringContaining('POST'),
      'access-control-allow-headers': expect.stringMatching(/Content-Type.*Idempotency-Key/),
      'access-control-max-age': expect.stringMatching(/^\d+$/),
      vary: expect.stringContaining('Origin'),
    });
  });

  it.each(['https://elsewhere.example.com', 'null'])('of %s is refused', async (origin) => {
    const answer = await ask('/v1/join', origin);
    expect([answer.status, answer.body.code]).toEqual([403, 'origin_not_allowed']);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('of anybody may ask for the lookup, and nobody for the admin API', async () => {
    const lookup = await ask('/v1/branches/nearest', 'https://anybody.example.com', 'GET');
    expect([lookup.status, lookup.headers['access-control-allow-origin']]).toEqual([204, '*']);
    expect((await ask('/v1/admin/sessions', SITE)).status).toBe(405);
  });
});

describe('a form post', () => {
  it('ends at the form’s thank-you page, whose address tells nothing about the person', async () => {
    const answer = await form({ 'consent.email': 'on', wp_nonce: 'x' }).set('Origin', SITE);
    expect(answer.status).toBe(303);
    expect(answer.headers['location']).toBe(THANKS);
    expect(answer.text).toBe('');
    expect(JSON.stringify(answer.headers)).not.toMatch(/Jones|sam\.|J-[0-9A-Z]{4}|M14/);
  });

  it('cannot choose where it ends', async () => {
    const answer = await form({
      thankYouUrl: 'https://evil.example.com',
      redirect: '//evil.example.com',
    });
    expect(answer.headers['location']).toBe(THANKS);
  });

  it('that asks for JSON gets JSON', async () => {
    const answer = await form().set('Accept', 'application/json').expect(201);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.body.reference).toMatch(/^J-/);
    const faulty = await form({ postcode: 'nonsense' }).set('Accept', 'application/json');
    expect(faulty.status).toBe(422);
    expect(faulty.headers['content-type']).toBe('application/problem+json');
  });

  it('gets a page when it asks for nothing in particular, and JSON posts get JSON', async () => {
    expect((await form().set('Accept', '*/*')).status).toBe(303);
    const answer = await request(app.url)
      .post('/v1/join')
      .set('Accept', 'text/html')
      .send(joinPost());
    expect([answer.status, answer.type]).toEqual([201, 'application/json']);
  });

  it('with faults gets the form again, with what was typed and the faults beside it', async () => {
    const before = await tableCounts(app.database);
    const answer = await form({
      givenName: 'Zoë <b>',
      email: 'zoe@nowhere',
      postcode: 'nonsense',
      message: 'First line\nSecond "line"',
      'consent.sms': 'on',
      interests: 'stalls',
    });
    expect(answer.status).toBe(422);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      // With `no-referrer` the corrected form would be posted from nowhere, and be refused.
      'referrer-policy': 'same-origin',
      'content-security-policy': expect.stringMatching(`form-action 'self' ${SITE}`),
    });
    expect(answer.text).toContain('Zoë &lt;b&gt;');
    expect(answer.text).toContain('zoe@nowhere');
    expect(answer.text).toContain('nonsense');
    expect(answer.text).toMatch(/First line\nSecond (?:&#34;|&quot;)line/);
    expect(answer.text).toMatch(/name="consent\.sms"[^>]*checked/);
    expect(answer.text).toContain('Please check the email address');
    expect(answer.text).toContain('A postcode looks like M14 5RX');
    expect(await tableCounts(app.database)).toEqual(before);
  });

  it('sent twice ends at the thank-you page twice, as one submission', async () => {
    const changes = { email: 'twice.form@example.org', givenName: 'Twice', familyName: 'Form' };
    const first = await form(changes);
    const before = await tableCounts(app.database);
    const again = await form(changes);
    expect([first.status, again.status, again.headers['location']]).toEqual([303, 303, THANKS]);
    expect(await tableCounts(app.database)).toEqual(before);
  });
});

it('a thank-you page that lies on no allowed origin keeps the process from starting', async () => {
  await expect(
    startApplication({
      worker: false,
      settings: { JOIN_FORM_THANK_YOU_URL: 'https://evil.example.com/' },
    }),
  ).rejects.toThrow(/JOIN_FORM_THANK_YOU_URL/);
});
