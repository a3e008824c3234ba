import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ANSWER_EDITION } from '../../src/allocation/lookup-writer.js';
import { startApplication, type TestApplication } from '../support/application.js';

let app: TestApplication;
beforeAll(async () => {
  app = await startApplication({ worker: false });
  // Of three branches one publishes its place, one has no contact of its own, one no position.
  await app.database.sql(`
    UPDATE unit SET publishes_position = true, publishes_venue = true, latitude = 53.79912, longitude = -1.54634
     WHERE slug = 'leeds'`);
  await app.database.sql(
    `UPDATE unit SET email = NULL, latitude = 53.38149, longitude = -1.47051 WHERE slug = 'sheffield'`,
  );
  await app.database.sql(`UPDATE unit SET latitude = NULL, longitude = NULL WHERE slug = 'hull'`);
  await app.database.sql(`UPDATE unit SET email = NULL WHERE slug = 'medway'`);
  await app.database.sql(`UPDATE unit SET email = NULL, phone = NULL WHERE slug = 'south-east'`);
  await vi.waitFor(
    async () => expect((await get('/v1/regions/south-east')).body.phone).toBeNull(),
    { timeout: 10_000 },
  );
});
afterAll(() => app.close());

const get = (path: string) => request(app.url).get(path);
const nearest = (postcode: string, more = '') =>
  get(`/v1/branches/nearest?postcode=${encodeURIComponent(postcode)}${more}`);

describe('the lookup', () => {
  it('answers with everything that the contract names, and nothing else', async () => {
    const { body } = await nearest('M14 5RX').expect(200);
    expect(body).toEqual({
      postcode: 'M14 5RX',
      precision: 'area',
      terminated: null,
      region: { slug: 'north-west', name: 'North West', phone: '07769 611 320' },
      branch: {
        slug: 'manchester-south',
        name: 'Manchester South',
        distanceKm: expect.any(Number),
        meets: 'Every Monday, 7.30 pm',
        contact: { name: 'Manchester South', phone: null, email: 'manchester-south@example.org' },
      },
      nearest: expect.any(Array),
      organiser: { name: 'North West', phone: '07769 611 320', email: 'north-west@example.org' },
      nationalOffice: { phone: '020 8988 8777', email: 'office@example.org' },
    });
    expect(body.nearest).toHaveLength(3);
    const distances = body.nearest.map(({ distanceKm }: { distanceKm: number }) => distanceKm);
    expect(distances).toEqual([...distances].sort((one, other) => one - other));
    for (const km of distances) expect(km).toBe(Math.round(km * 10) / 10);
  });

  it.each([
    ['m145rx', 'M14 5RX'],
    [' M14  5RX ', 'M14 5RX'],
    ['M14-5rx', 'M14 5RX'],
    ['SWIA 1AA', 'SW1A 1AA'],
    ['M14', 'M14'],
    ['m1 4', 'M1 4'],
    ['M', 'M'],
    ['bfpo105', 'BFPO 105'],
    ['QQ1 1AA', 'QQ1 1AA'],
    ['Ｍ１４ ５ＲＸ', 'M14 5RX'],
  ])('reads %j as %s', async (typed, written) => {
    const { body } = await nearest(typed).expect(200);
    expect(body.postcode).toBe(written);
  });

  it.each(['nonsense', '12345', 'M14 5RX or so', '!', ' '])(
    'says of %j that it is no postcode',
    async (typed) => {
      const { status, body } = await nearest(typed);
      expect(status).toBe(422);
      if (typed.trim() !== '') expect(body.code).toBe('not_a_postcode');
      expect(body.detail).toMatch(/M14/);
    },
  );

  it('names the branch that a join from here would be allocated to', async () => {
    for (const postcode of [
      'M14 5RX',
      'M41 1AA',
      'TR1 1AA',
      'CH5 1AA',
      'QQ1 1AA',
      'LS1 1AA',
      'EH1 1AA',
    ]) {
      const { body: looked } = await nearest(postcode);
      const { body: joined } = await request(app.url)
        .post('/v1/join')
        .send({
          givenName: 'Sam',
          email: 'sam@example.org',
          postcode,
          consent: { privacyNotice: '2026-11' },
        });
      expect(looked.branch?.slug).toBe(joined.branch?.slug);
      expect(looked.branch?.distanceKm).toBe(joined.branch?.distanceKm);
      expect(looked.region).toEqual(joined.region);
      expect(joined.contact).toEqual(looked.branch?.contact ?? looked.organiser);
    }
  });

  it('has no distance and no nearest branches where it knows no position', async () => {
    const { body } = await nearest('QQ1 1AA');
    expect(body).toMatchObject({ precision: 'none', region: null, branch: null, nearest: [] });
    expect(body.organiser.phone).toBe('020 8988 8777');
    const { body: hull } = await nearest('HU1 1AA');
    expect(hull.branch).toMatchObject({ slug: 'hull', distanceKm: null });
    expect(hull.nearest.map(({ slug }: { slug: string }) => slug)).not.toContain('hull');
  });

  it.each([1, 3, 20])('answers with %i of the nearest when asked to', async (limit) => {
    expect((await nearest('M14', `&limit=${limit}`)).body.nearest).toHaveLength(limit);
  });

  it.each(['0', '21', '-1', 'x', ''])('refuses a limit of %j', async (limit) => {
    const { status, body } = await nearest('M14', `&limit=${limit}`);
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ path: 'limit' }]);
  });
});

describe('every answer of the directory', () => {
  const paths = [
    '/v1/branches/nearest?postcode=M14',
    '/v1/branches',
    '/v1/branches/leeds',
    '/v1/branches.geojson',
    '/v1/regions',
    '/v1/regions/wales',
  ];
  it.each(paths)(
    '%s is cacheable, may be asked for by any page, and is not sent twice',
    async (path) => {
      const first = await get(path).set('Origin', 'https://anybody.example.org').expect(200);
      expect(first.headers).toMatchObject({
        'cache-control': expect.stringMatching(/public.*max-age=\d+/),
        'access-control-allow-origin': '*',
        etag: expect.stringMatching(/^"[^"]+"$/),
      });
      expect(first.headers['access-control-allow-credentials']).toBeUndefined();
      for (const tag of [
        first.headers['etag'],
        `W/${first.headers['etag']}`,
        `"x", ${first.headers['etag']}`,
        '*',
      ]) {
        const again = await get(path).set('If-None-Match', String(tag));
        expect([again.status, again.text]).toEqual([304, '']);
        expect(again.headers['etag']).toBe(first.headers['etag']);
        const head = await request(app.url).head(path).set('If-None-Match', String(tag));
        expect([head.status, head.headers['etag']]).toEqual([304, first.headers['etag']]);
      }
      await get(path).set('If-None-Match', '"an older one"').expect(200);
    },
  );

  it.each([
    '/v1/branches/nowhere',
    '/v1/regions/nowhere',
    '/v1/branches/LEEDS!',
    '/v1/regions/leeds',
  ])('%s is a 404 that is kept in no cache', async (path) => {
    const { status, headers, body } = await get(path);
    expect(status).toBe(404);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['etag']).toBeUndefined();
    expect(body.code).toBe('not_found');
  });

  it('has the edition of its shape in its ETag', async () => {
    const { headers } = await get('/v1/branches/nearest?postcode=M14+5RX').expect(200);
    expect(headers['etag']).toMatch(new RegExp(`^"${ANSWER_EDITION}\\.`));
  });

  it('has another ETag once the organisation has changed, and shows the change', async () => {
    const before = await get('/v1/regions/wales');
    await app.database.sql(`UPDATE unit SET phone = '029 2018 0000' WHERE slug = 'wales'`);
    await expect
      .poll(async () => (await get('/v1/regions/wales')).body.phone)
      .toBe('029 2018 0000');
    const after = await get('/v1/regions/wales').set(
      'If-None-Match',
      String(before.headers['etag']),
    );
    expect(after.status).toBe(200);
    expect(after.headers['etag']).not.toBe(before.headers['etag']);
  });
});

describe('the list of branches', () => {
  interface Branch {
    slug: string;
    position: { lat: number; long: number } | null;
  }

  it('has every branch once, in pages of any size', async () => {
    for (const limit of [1, 7, 30, 50]) {
      const slugs: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const { body } = await get(
          `/v1/branches?limit=${limit}${cursor && `&cursor=${cursor}`}`,
        ).expect(200);
        expect(body.data.length).toBeLessThanOrEqual(limit);
        slugs.push(...body.data.map(({ slug }: Branch) => slug));
        cursor = body.nextCursor as string | null;
      }
      expect(slugs).toHaveLength(30);
      expect(slugs).toEqual([...new Set(slugs)].sort());
    }
  });

  it('rounds positions to about a kilometre unless the branch publishes its own', async () => {
    expect((await get('/v1/branches/sheffield')).body.position).toEqual({
      lat: 53.38,
      long: -1.47,
    });
    expect((await get('/v1/branches/leeds')).body.position).toEqual({
      lat: 53.79912,
      long: -1.54634,
    });
    expect((await get('/v1/branches/hull')).body.position).toBeNull();
    const { body } = await get('/v1/branches');
    for (const { slug, position } of body.data as Branch[]) {
      if (slug === 'leeds' || position === null) continue;
      for (const degrees of [position.lat, position.long]) {
        expect(degrees, slug).toBe(Math.round(degrees * 100) / 100);
      }
    }
  });

  it('leaves the venue out unless the branch publishes it, everywhere', async () => {
    expect((await get('/v1/branches/leeds')).body.meets).toMatch(/Leeds Community Centre$/);
    for (const path of [
      '/v1/branches',
      '/v1/branches.geojson',
      '/v1/branches/nearest?postcode=LS1&limit=20',
    ]) {
      const { text } = await get(path);
      const venues = new Set(text.match(/\w[\w ]+ Community Centre/g));
      expect([...venues]).toEqual(['Leeds Community Centre']);
    }
  });

  it('gives a branch without a contact its region’s, and else the national office’s', async () => {
    expect((await get('/v1/branches/sheffield')).body.contact).toEqual({
      name: 'Yorkshire',
      phone: '0114 264 6551',
      email: 'yorkshire@example.org',
    });
    expect((await get('/v1/branches/medway')).body.contact).toMatchObject({
      phone: '020 8988 8777',
      email: 'office@example.org',
    });
  });

  it('is GeoJSON with longitude first, of branches with a position only', async () => {
    const { body, headers } = await get('/v1/branches.geojson').expect(200);
    expect(headers['content-type']).toMatch(/^application\/geo\+json/);
    expect(body.type).toBe('FeatureCollection');
    expect(body.features).toHaveLength(29);
    const leeds = body.features.find(({ id }: { id: string }) => id === 'leeds');
    expect(leeds).toEqual({
      type: 'Feature',
      id: 'leeds',
      geometry: { type: 'Point', coordinates: [-1.54634, 53.79912] },
      properties: expect.objectContaining({
        slug: 'leeds',
        region: { slug: 'yorkshire', name: 'Yorkshire' },
      }),
    });
    expect(leeds.properties).not.toHaveProperty('position');
  });
});

describe('the regions', () => {
  it('are the eleven of the organisation, with the numbers as it writes them', async () => {
    const { body } = await get('/v1/regions').expect(200);
    expect(body.data).toHaveLength(11);
    expect(body.nextCursor).toBeNull();
    expect(body.data[0]).toEqual({
      slug: 'east-mids',
      name: 'East Mids',
      phone: '0773 797 8057',
      email: 'east-mids@example.org',
    });
    expect((await get('/v1/regions/south-west')).body).toEqual({
      slug: 'south-west',
      name: 'South West',
      phone: '07759 796 478',
      email: 'south-west@example.org',
    });
  });
});
