import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableCounts } from '../support/stored.js';
import { type LoggedApplication, startLoggedApplication } from './logged-application.js';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

let app: LoggedApplication;
beforeAll(async () => {
  app = await startLoggedApplication({ RATE_LIMIT_EXEMPT: '127.0.0.0/8' });
});
afterAll(() => app.close());

/** The duty, the confirmation and the invitation behind the links, as they stand. */
const standing = async () => [
  await app.database.sql(`SELECT f.*, h.* FROM follow_up f
                            JOIN join_submission_handling h ON h.submission_id = f.submission_id
                           ORDER BY f.id`),
  await app.database.sql('SELECT * FROM organiser_invitation ORDER BY id'),
];
const PAGES: readonly (readonly [string, () => Promise<string>])[] = [
  ['confirmation', async () => (await app.join()).confirmPath],
  ['duty', async () => (await app.join()).dutyPath],
  ['invitation', () => app.invite()],
];

describe.each(PAGES)('the page of a link (%s)', (_name, pathOfPage) => {
  it('is changed by no request that is only to read, whatever it asks for', async () => {
    const path = await pathOfPage();
    const [before, counts] = [await standing(), await tableCounts(app.database)];
    const wishes = 'outcome=contacted&_method=POST&confirm=1';
    for (const method of ['get', 'head', 'options'] as const) {
      await request(app.url)[method](`${path}?${wishes}`).set('X-HTTP-Method-Override', 'POST');
    }
    await request(app.url).get(path).type('form').send(wishes);
    await request(app.url).get(path).set({ purpose: 'prefetch', 'sec-purpose': 'prefetch' });
    expect(await standing()).toEqual(before);
    // That a duty was opened is written down; nothing else is.
    const {
      'public.audit_event': _audit,
      'public.audit_unsealed': _unsealed,
      'public.audit_seal': _sealed,
      'public.follow_up_event': _events,
      ...after
    } = await tableCounts(app.database);
    expect(counts).toMatchObject(after);
  });

  it('is never framed, never kept, tells nobody its address, and loads nothing', async () => {
    const path = await pathOfPage();
    const answers = [
      await request(app.url).get(path).set('accept', BROWSER),
      await request(app.url).head(path).set('accept', BROWSER),
      await request(app.url).get(`${path}x`).set('accept', BROWSER),
      await request(app.url).get(`${path}x`),
      await request(app.url).get(path).set('if-none-match', '*'),
      await request(app.url).put(path).set('accept', BROWSER),
      await request(app.url).post(path).set('accept', BROWSER).type('text').send('x'),
      await request(app.url).post(path).set('accept', BROWSER).type('form').send('a=%ff'),
      await request(app.url).post(path).type('form').send({ outcome: 'contacted' }),
      await request(app.url).get(path).set('accept', BROWSER),
    ];
    expect(answers.map(({ status }) => status)).toEqual(
      expect.arrayContaining([200, 404, 405, 415, 400]),
    );
    for (const { status, headers, text } of answers) {
      expect(headers['cache-control'], String(status)).toBe('no-store');
      expect(headers['referrer-policy'], String(status)).toBe('no-referrer');
      expect(headers['content-security-policy'], String(status)).toMatch(
        /^default-src 'none';.* frame-ancestors 'none'/,
      );
      expect(headers['x-frame-options'], String(status)).toBe('DENY');
      expect(headers).not.toHaveProperty('etag');
      expect(text ?? '').not.toMatch(/<script|<iframe|<img|<link|<object|<embed|@import|url\(/i);
      // Whoever follows a link from here dials or writes; nothing leads to another site.
      expect((text ?? '').match(/(?:href|src|action)="(?!tel:|sms:|mailto:|#|\/)[^"]+/)).toBeNull();
    }
  });

  it('cannot be read by a page of another site, nor asked for beforehand', async () => {
    const path = await pathOfPage();
    const origin = 'https://evil.example';
    const read = await request(app.url).get(path).set('Origin', origin);
    expect(Object.keys(read.headers).filter((name) => name.startsWith('access-control'))).toEqual(
      [],
    );
    const asked = await request(app.url)
      .options(path)
      .set({ Origin: origin, 'Access-Control-Request-Method': 'POST' });
    expect(asked.status).toBe(405);
  });
});
