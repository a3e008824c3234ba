import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import request from 'supertest';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { projectRoot } from '../../src/platform/project-root.js';
import { POSTCODE_ATTRIBUTION } from '../../src/postcodes/attribution.js';
import { startApplication, type TestApplication } from '../support/application.js';

/** As the authors of Leaflet publish them for 1.9.4. */
const PUBLISHED = {
  'leaflet.js': 'sha256-20nQCchB9co0qIjJZRGuk2/Z9VM+kNiyxNV1lvTlZBo=',
  'leaflet.css': 'sha256-p4NxAoJBhIIN+hmNHrzRCf9tD/miZyoHS5obTRR9BMY=',
};

let app: TestApplication;
beforeAll(async () => {
  app = await startApplication({ worker: false });
  await app.database.sql(
    `UPDATE unit SET email = NULL, phone = NULL, latitude = NULL, longitude = NULL, town = 'Kingston <upon> Hull'
      WHERE slug = 'hull'`,
  );
  await app.database.sql(
    `INSERT INTO unit (id, kind, parent_id, slug, name, phone)
     SELECT $1, 'region', id, 'scotland', 'Scotland', '0131 496 0000' FROM unit WHERE kind = 'national'`,
    [uuidV7()],
  );
  await vi.waitFor(async () => expect((await get('/v1/branches/hull')).body.position).toBeNull(), {
    timeout: 10_000,
  });
});
afterAll(() => app.close());

const get = (path: string) => request(app.url).get(path).set('Accept', 'text/html');
const find = (postcode: string) => get(`/branches?${new URLSearchParams({ postcode }).toString()}`);
/** What a person reads of a page. */
const words = (html: string) =>
  html
    .replaceAll(/<style>[^]*?<\/style>/g, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');

describe('the page that finds a branch', () => {
  it('lists every branch under its region, and regions without one with their organiser', async () => {
    const { text } = await get('/branches')
      .expect(200)
      .expect('content-type', /^text\/html/);
    const { body } = await get('/v1/branches?limit=200');
    for (const { slug } of body.data as { slug: string }[]) {
      expect(text).toContain(`href="/branches/${slug}"`);
    }
    expect(text.indexOf('region-yorkshire')).toBeLessThan(text.indexOf('/branches/leeds'));
    expect(words(text)).toMatch(/Scotland No branch yet\. Ring 0131 496 0000/);
  });

  it('answers as the API does: branch, distance, meeting, contact, organiser, others', async () => {
    const { body } = await get('/v1/branches/nearest?postcode=M14+5RX');
    const { text } = await find('m145rx').expect(200);
    const page = words(text);
    expect(page).toContain('Manchester South looks after M14 5RX.');
    expect(page).toContain(`about 3 miles (${body.branch.distanceKm} km)`);
    expect(page).toContain('Meets Every Monday, 7.30 pm');
    expect(text).toContain('href="mailto:manchester-south@example.org"');
    expect(page).toContain('Your regional organiser North West Ring 07769 611 320');
    expect(page).toContain('Distances are from the middle of the whole M area');
    for (const { name } of body.nearest as { name: string }[]) expect(page).toContain(name);
    expect(text).toContain('href="/join?postcode=M14+5RX"');
    expect(text).toContain('value="M14 5RX"');
  });

  it('sends somebody whom no branch covers to their region or to the national office', async () => {
    expect(words((await find('TR1 1AA').expect(200)).text)).toContain(
      'no branch for TR1 1AA yet. South West looks after you',
    );
    const { text } = await find('JE2 3AB').expect(200);
    expect(words(text)).toContain('Our national office Example Membership Organisation');
    expect(words(text)).toContain('We do not know where JE2 3AB lies');
  });

  it.each([
    ['banana', 'A postcode looks like M14 5RX.'],
    ['', 'Please give a postcode'],
    ['  ', 'Please give a postcode'],
    ['"><script>x</script>', 'A postcode looks like M14 5RX.'],
    [`M14\0 ${'5'.repeat(200)}`, 'That is too long for a postcode.'],
  ])('shows its hint for %j beside the box, which is still filled', async (typed, hint) => {
    const { text } = await find(typed)
      .expect(422)
      .expect('content-type', /^text\/html/);
    expect(words(text)).toContain(hint);
    expect(text).toContain('aria-invalid="true"');
    expect(text).not.toContain('<script>x');
    const kept = typed.replace('\0', ' ').slice(0, 100).trim();
    const escaped = kept.replaceAll('"', '&#34;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    expect(text).toContain(`value="${escaped}"`);
    expect(text).toContain('<meta name="robots" content="noindex">');
  });

  it('takes the last of a postcode that came twice, and lets other parameters be', async () => {
    const { text } = await get('/branches?postcode=banana&postcode=LS1&utm_source=x').expect(200);
    expect(words(text)).toContain('Leeds looks after LS1.');
    await get('/branches?utm_source=x')
      .expect(200)
      .expect('cache-control', /public/);
  });

  it('tells a program what is wrong as the rest of the API does', async () => {
    const ask = (path: string) => request(app.url).get(path).set('Accept', '*/*');
    const refused = await ask('/branches?postcode=banana').expect(422);
    expect(refused.body).toMatchObject({ code: 'not_a_postcode', errors: [{ path: 'postcode' }] });
    expect((await ask('/branches/nowhere').expect(404)).body).toMatchObject({ code: 'not_found' });
    await ask('/branches?postcode=M14')
      .expect(200)
      .expect('content-type', /^text\/html/);
  });

  it('is found by HEAD, too', async () => {
    await request(app.url).head('/branches?postcode=M14').expect(200);
  });
});

describe('the page of a branch', () => {
  it('says when it meets, whom to ask and which region it is in', async () => {
    const { text } = await get('/branches/cardiff').expect(200);
    expect(words(text)).toMatch(
      /Cardiff Meets Every Tuesday, 7\.30 pm Region Wales Contact Cardiff/,
    );
    expect(text).toContain('href="mailto:cardiff@example.org"');
    expect(text).not.toContain('noindex');
  });

  it('gives the region as contact of a branch that has none, and writes texts as texts', async () => {
    const { text } = await get('/branches/hull').expect(200);
    expect(words(text)).toContain('Contact Yorkshire, on behalf of Hull');
    expect(text).toContain('Kingston &lt;upon&gt; Hull');
  });

  it.each(['nowhere', '%3Cb%3E', 'yorkshire', 'Cardiff', '..%2Fjoin', '%00'])(
    'is a 404 page for %s',
    async (slug) => {
      const { text, headers } = await get(`/branches/${slug}`)
        .expect(404)
        .expect('content-type', 'text/html; charset=utf-8');
      expect(headers['cache-control']).toMatch(/no-store/);
      expect(text).not.toContain('<b>');
      if (slug !== '%00') expect(text).toContain('href="/branches"');
    },
  );
});

describe('the sources of the postcodes', () => {
  it.each([
    '/branches',
    '/branches?postcode=M14+5RX',
    '/branches?postcode=banana',
    '/branches/hull',
  ])('are named at the foot of %s', async (path) => {
    expect(words((await get(path)).text)).toContain(POSTCODE_ATTRIBUTION);
  });

  it('are those of our licences', async () => {
    expect(POSTCODE_ATTRIBUTION).toBe(
      'Contains OS data © Crown copyright and database right 2025. Contains Royal Mail data © Royal Mail copyright and database right 2025. Contains National Statistics data © Crown copyright and database right 2025. Open Government Licence v3.',
    );
  });
});

describe('what caches, search engines and other sites get to know', () => {
  it('of an answer: nothing', async () => {
    for (const postcode of ['M14 5RX', 'banana', '']) {
      const { headers } = await find(postcode);
      expect(headers).toMatchObject({
        'cache-control': 'private, no-store',
        'referrer-policy': 'no-referrer',
        'x-robots-tag': 'noindex',
      });
      expect(headers).not.toHaveProperty('etag');
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  it.each(['/branches', '/branches/leeds'])(
    'of %s: that it is the same for everybody, until the organisation changes',
    async (path) => {
      const { headers } = await get(path).expect(200);
      expect(headers).toMatchObject({
        'cache-control': 'public, max-age=300',
        'referrer-policy': 'no-referrer',
        etag: expect.stringMatching(/^"[\w-]{22}"$/),
      });
      expect(headers).not.toHaveProperty('x-robots-tag');
      await get(path).set('If-None-Match', String(headers['etag'])).expect(304);
      const name = `Leeds ${Date.now()}`;
      await app.database.sql('UPDATE unit SET name = $1 WHERE slug = $2', [name, 'leeds']);
      await vi.waitFor(
        async () => {
          const changed = await get(path).set('If-None-Match', String(headers['etag']));
          expect(changed.status).toBe(200);
          expect(changed.text).toContain(name);
        },
        { timeout: 10_000 },
      );
      await app.database.sql(`UPDATE unit SET name = 'Leeds' WHERE slug = 'leeds'`);
      // The next must not meet the organisation in the middle of this change.
      await vi.waitFor(async () => expect((await get(path)).text).not.toContain(name), {
        timeout: 10_000,
      });
    },
  );
});

describe('the content security policy', () => {
  const policyOf = async (path: string) =>
    String((await get(path)).headers['content-security-policy']);

  it('lets a page with a map load our files alone, and no picture', async () => {
    for (const path of ['/branches', '/branches?postcode=M14']) {
      expect(await policyOf(path)).toMatch(
        /^default-src 'none'; script-src 'self'; style-src 'self'( 'sha256-[\w+/=]{44}'){2}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
      );
    }
  });

  it('lets a page without a map load nothing', async () => {
    for (const path of ['/branches?postcode=banana', '/branches?postcode=JE2', '/branches/leeds']) {
      const { text } = await get(path);
      expect(await policyOf(path)).not.toMatch(/script-src|img-src|'self' 'sha/);
      expect(text).not.toMatch(/<script|rel="stylesheet"/);
    }
  });
});

describe('the files of the map', () => {
  const tagsOf = (html: string) =>
    [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)" integrity="([^"]+)"/g)].map(
      ([, path = '', integrity = '']) => ({ path, integrity }),
    );

  it('are ours, the very ones that the page names, and may be kept for ever', async () => {
    const { text } = await get('/branches');
    const tags = tagsOf(text);
    expect(tags.map(({ path }) => path.split('/').at(-1))).toEqual([
      'leaflet.css',
      'coastline.js',
      'leaflet.js',
      'branches-map.js',
    ]);
    expect(text.match(/<script(?! defer src="\/assets\/)/g)).toBeNull();
    for (const { path, integrity } of tags) {
      const { headers, body, text: script } = await get(path).buffer(true).expect(200);
      const content = Buffer.isBuffer(body) ? body : Buffer.from(script);
      expect(`sha256-${createHash('sha256').update(content).digest('base64')}`).toBe(integrity);
      expect(headers).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        'content-type': expect.stringMatching(/^text\/(?:javascript|css); charset=utf-8$/),
        'cross-origin-resource-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
      });
      await get(path).set('If-None-Match', String(headers['etag'])).expect(304);
    }
  });

  it('of Leaflet are those that its authors publish', async () => {
    const tags = tagsOf((await get('/branches')).text);
    for (const [name, published] of Object.entries(PUBLISHED)) {
      expect(tags.find(({ path }) => path.endsWith(`/${name}`))?.integrity).toBe(published);
    }
  });

  it.each([
    '/assets/0000000000000000/leaflet.js',
    '/assets/x/package.json',
    '/assets/..%2f..%2fpackage.json/x',
    '/assets/constructor/toString',
    '/assets/leaflet.js',
  ])('are not at %s', async (path) => {
    const { headers } = await get(path).expect(404);
    expect(headers['cache-control']).toBe('no-store');
  });
});

describe('the script for other sites', () => {
  it('may be loaded by any page, and is not sent twice', async () => {
    const { headers, text } = await get('/embed/branches.js').buffer(true).expect(200);
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=3600',
      'cross-origin-resource-policy': 'cross-origin',
      etag: expect.stringMatching(/^"[0-9a-f]{16}"$/),
    });
    const source = readFileSync(join(projectRoot, 'templates/assets/embed-branches.js'), 'utf8');
    expect(text).toBe(source.replace("'{{ attribution }}'", `"${POSTCODE_ATTRIBUTION}"`));
    expect(text).toContain(POSTCODE_ATTRIBUTION);
    await get('/embed/branches.js').set('If-None-Match', String(headers['etag'])).expect(304);
    const crossing = await get('/embed/branches.js').set('Origin', 'https://www.example.org');
    expect(crossing.headers['access-control-allow-origin']).toBe('*');
  });

  it('writes no HTML from texts, computes no code and sets no style', () => {
    for (const name of ['embed-branches.js', 'branches-map.js']) {
      const source = readFileSync(join(projectRoot, 'templates/assets', name), 'utf8');
      expect(source).not.toMatch(
        /innerHTML|insertAdjacentHTML|document\.write|\beval\b\(|new Function|\.style\b|localStorage|document\.cookie/,
      );
    }
  });
});
