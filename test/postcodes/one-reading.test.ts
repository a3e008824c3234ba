import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { joinPost } from '../factories/join-post.js';
import { startApplication, TEST_PASSWORD, type TestApplication } from '../support/application.js';
import { makeReleaseFolder, onspdFile, type ReleaseFolder } from './release-files.js';
import { importInto } from './support.js';

/** There is an S1 1AA and no SO1 1AA, for which a text is taken as long as nobody knows better. */
const ROWS = [
  { pcds: 'S1 1AA', ctry: 'E92000001', lat: '53.381100', long: '-1.470100' },
  { pcds: 'SO14 2AA', ctry: 'E92000001', lat: '50.902500', long: '-1.404200' },
  { pcds: 'M14 5RX', ctry: 'E92000001', lat: '53.454600', long: '-2.226300' },
  {
    pcds: 'M14 5RZ',
    ctry: 'E92000001',
    lat: '53.454800',
    long: '-2.226500',
    doterm: '200512',
  },
];

let app: TestApplication;
let folder: ReleaseFolder;
beforeAll(async () => {
  folder = await makeReleaseFolder();
  app = await startApplication({ worker: false });
  await importInto(app.database, await folder.write('ONSPD_NOV_2025_UK.csv', onspdFile(ROWS)));
  await vi.waitFor(async () => expect((await lookup('M14 5RX')).precision).toBe('unit'), {
    timeout: 10_000,
  });
});
afterAll(async () => {
  await app.close();
  await folder.remove();
});

const lookup = async (postcode: string) => {
  const { body } = await request(app.url)
    .get('/v1/branches/nearest')
    .query({ postcode })
    .expect(200);
  return body as { postcode: string; precision: string; terminated: string | null };
};

describe('a postcode that can be read in two ways, of which one exists', () => {
  it('is that one in a lookup', async () => {
    expect(await lookup('S01 1AA')).toMatchObject({
      postcode: 'S1 1AA',
      precision: 'unit',
      didYouMean: ['SO1 1AA'],
    });
  });

  it('asks nothing about one that was typed as it is, and offers what is in the list', async () => {
    expect(await lookup('s11aa')).not.toHaveProperty('didYouMean');
    expect(await lookup('SO1 1AA')).toMatchObject({ didYouMean: ['S1 1AA'] });
    expect(await lookup('W99 9ZZ')).not.toHaveProperty('didYouMean');
  });

  it('is the same one in a join, and in what an organiser puts right', async () => {
    const { body: joined } = await request(app.url)
      .post('/v1/join')
      .send(joinPost({ email: 'sam@example.org', postcode: 'S01 1AA' }))
      .expect(201);
    expect(joined.allocation.explanation).toBe(
      'S1 belongs to Sheffield (we read S01 1AA as S1 1AA; it may have meant SO1 1AA)',
    );
    const [stored] = await app.database.sql<{ id: string; postcode: string }>(
      `SELECT p.id, p.postcode FROM person p JOIN contact_point c ON c.person_id = p.id
        WHERE c.value = 'sam@example.org'`,
    );
    expect(stored?.postcode).toBe('S1 1AA');

    const { body: session } = await request(app.url)
      .post('/v1/admin/sessions')
      .send({ email: 'national@example.org', password: TEST_PASSWORD })
      .expect(201);
    const organiser = { authorization: `Bearer ${session.token}` };
    const path = `/v1/admin/people/${stored?.id}`;
    const change = async (postcode: string): Promise<string> => {
      const { headers } = await request(app.url).get(path).set(organiser).expect(200);
      const { body } = await request(app.url)
        .patch(path)
        .set(organiser)
        .set('If-Match', headers['etag'] as string)
        .send({ postcode })
        .expect(200);
      return body.postcode as string;
    };
    expect(await change('M14 5RX')).toBe('M14 5RX');
    expect(await change('s01 1aa')).toBe('S1 1AA');
  });

  it('stays what it says elsewhere in the world', async () => {
    await request(app.url)
      .post('/v1/join')
      .send(joinPost({ email: 'kim@example.org', postcode: 'S01 1AA', country: 'FR' }))
      .expect(201);
    const [stored] = await app.database.sql<{ postcode: string }>(
      `SELECT p.postcode FROM person p JOIN contact_point c ON c.person_id = p.id
        WHERE c.value = 'kim@example.org'`,
    );
    expect(stored?.postcode).toBe('S01 1AA');
  });
});

describe('another dataset of the same name', () => {
  it('has another ETag', async () => {
    const etagOf = async () =>
      (await request(app.url).get('/v1/branches/nearest').query({ postcode: 'M14 5RX' })).headers[
        'etag'
      ];
    const before = await etagOf();
    // As after a removal: the name is free again.
    await app.database.sql(`UPDATE postcode_dataset SET version = 'gone'`);
    await importInto(app.database, await folder.write('ONSPD_NOV_2025_UK.csv', onspdFile(ROWS)));
    const [named] = await app.database.sql<{ names: number }>(
      `SELECT count(*)::integer AS names FROM postcode_dataset WHERE version = 'onspd-2025-11'`,
    );
    expect(named?.names).toBe(1);
    await vi.waitFor(async () => expect(await etagOf()).not.toBe(before), { timeout: 10_000 });
  });
});

describe('a postcode that was withdrawn', () => {
  it('is found where it was, and said to be withdrawn', async () => {
    expect(await lookup('M14 5RZ')).toMatchObject({ precision: 'unit', terminated: '2005-12' });
    const { text } = await request(app.url)
      .get('/branches')
      .query({ postcode: 'M14 5RZ' })
      .set('Accept', 'text/html')
      .expect(200);
    expect(text).toContain('Royal Mail ended the postcode M14 5RZ in December 2005.');
  });
});
