import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinPost } from '../factories/join-post.js';
import { startApplication, type TestApplication } from '../support/application.js';

let app: TestApplication;
beforeAll(async () => {
  app = await startApplication({ worker: false });
});
afterAll(() => app.close());

const post = (changes: Record<string, unknown>) =>
  request(app.url).post('/v1/join').send(joinPost(changes));

describe('a join from', () => {
  it.each([
    ['a branch’s district', { postcode: 'm145rx' }, 'coverage_rule', 'manchester-south', 'M14 5RX'],
    ['half a postcode', { postcode: 'M14' }, 'coverage_rule', 'manchester-south', 'M14'],
    ['a letter for a digit', { postcode: 'M14 SRX' }, null, null, null],
    [
      'a digit mistaken for a letter',
      { postcode: 'SWIA 1AA' },
      'nearest_branch',
      'west-london',
      'SW1A 1AA',
    ],
    [
      'a region with branches elsewhere',
      { postcode: 'M41 1AA' },
      'nearest_branch',
      'salford',
      'M41 1AA',
    ],
    ['a region without a branch close by', { postcode: 'TR1 1AA' }, 'region_only', null, 'TR1 1AA'],
    ['a region’s longer rule', { postcode: 'CH5 1AA' }, 'region_only', null, 'CH5 1AA'],
    ['an unknown area', { postcode: 'QQ1 1AA' }, 'national', null, 'QQ1 1AA'],
    ['Jersey', { country: 'JE', postcode: 'JE2 3AB' }, 'national', null, 'JE2 3AB'],
    ['Guernsey', { country: 'GG', postcode: 'GY1 1AA' }, 'national', null, 'GY1 1AA'],
    ['Jersey, said to be in GB', { postcode: 'JE2 3AB' }, 'national', null, 'JE2 3AB'],
    ['the Isle of Man', { country: 'IM', postcode: 'IM1 1AA' }, 'national', null, 'IM1 1AA'],
    ['Scotland, where no region is', { postcode: 'EH1 1AA' }, 'national', null, 'EH1 1AA'],
    ['the forces', { postcode: 'BFPO 105' }, 'national', null, 'BFPO 105'],
    ['the forces by postcode', { postcode: 'BF1 2AB' }, 'national', null, 'BF1 2AB'],
    ['Gibraltar', { postcode: 'GX11 1AA' }, 'national', null, 'GX11 1AA'],
    ['the Falklands', { postcode: 'FIQQ 1ZZ' }, 'national', null, 'FIQQ 1ZZ'],
    ['Ascension', { country: 'SH', postcode: 'ASCN 1ZZ' }, 'national', null, 'ASCN 1ZZ'],
    ['nowhere in particular', { postcode: 'ZZ99 3VZ' }, 'national', null, 'ZZ99 3VZ'],
    ['Girobank', { postcode: 'GIR 0AA' }, 'national', null, 'GIR 0AA'],
    ['Ireland', { country: 'IE', postcode: 'D02 AF30' }, 'national', null, 'D02 AF30'],
    [
      'France, with our look of a postcode',
      { country: 'FR', postcode: 'M14 5RX' },
      'national',
      null,
      'M14 5RX',
    ],
    ['France, without one', { country: 'FR', postcode: undefined }, 'national', null, null],
    [
      'the United Kingdom, by its wrong letters',
      { country: 'uk', postcode: 'LS1 1AA' },
      'coverage_rule',
      'leeds',
      'LS1 1AA',
    ],
  ])('%s', async (_where, changes, method, branch, written) => {
    const { status, body, text } = await post(changes);
    if (method === null) {
      expect(status).toBe(422);
      expect(body.errors).toMatchObject([{ path: 'postcode', code: 'not_a_postcode' }]);
      return;
    }
    expect(status, text).toBe(201);
    expect(body.allocation.method).toBe(method);
    expect(body.branch?.slug ?? null).toBe(branch);
    expect(body.contact).toMatchObject({ name: expect.any(String) });
    expect(body.contact.phone ?? body.contact.email).toEqual(expect.any(String));
    const [person] = await app.database.sql(
      `SELECT p.postcode, p.country FROM person p
         JOIN join_submission_handling h ON h.person_id = p.id WHERE h.submission_id = $1`,
      [body.id],
    );
    expect(person?.['postcode']).toBe(written);
  });

  it.each(['nonsense', '12345', '!!!', 'M14 5RX M14 5RX M14 5RX', 'ab cd ef', '٤'])(
    'nonsense (%j) is told what a postcode looks like',
    async (postcode) => {
      const { status, body } = await post({ postcode });
      expect(status).toBe(422);
      expect(body.errors[0].message).toMatch(/M14/);
    },
  );

  it('names branch, region and the contact that the public may ring', async () => {
    const { body } = await post({ postcode: 'TR1 1AA' });
    expect(body).toMatchObject({
      region: { slug: 'south-west', name: 'South West', phone: '07759 796 478' },
      branch: null,
      contact: { name: 'South West', email: 'south-west@example.org' },
    });
    const { body: national } = await post({ postcode: 'QQ1 1AA' });
    expect(national).toMatchObject({
      region: null,
      branch: null,
      contact: { phone: '020 8988 8777', email: 'office@example.org' },
    });
  });

  it('keeps the decision with its method, rule and explanation', async () => {
    const { body } = await post({ postcode: 'M41 1AA' });
    const [kept] = await app.database.sql(
      `SELECT a.method, u.slug, b.slug AS branch, r.slug AS region, a.rule_prefix AS rule,
              a.precision, a.distance_km AS km, a.explanation, a.dataset_version AS dataset,
              a.directory_version::text = (SELECT version::text FROM directory_version) AS current
         FROM allocation a
         JOIN join_submission_handling h ON h.person_id = a.person_id
         JOIN unit u ON u.id = a.unit_id
         JOIN unit b ON b.id = a.branch_id JOIN unit r ON r.id = a.region_id
        WHERE h.submission_id = $1`,
      [body.id],
    );
    expect(kept).toEqual({
      method: 'nearest_branch',
      slug: 'salford',
      branch: 'salford',
      region: 'north-west',
      rule: 'M',
      precision: 'area',
      km: body.branch.distanceKm,
      explanation: body.allocation.explanation,
      dataset: 'area-table-2025',
      current: true,
    });
  });

  it('an organisation that has just changed is allocated by the change', async () => {
    await app.database.sql(
      `UPDATE coverage_rule SET prefix = 'M41' WHERE prefix = 'L'
         AND unit_id = (SELECT id FROM unit WHERE slug = 'liverpool')`,
    );
    const { body } = await post({ postcode: 'M41 1AA' });
    expect(body).toMatchObject({
      allocation: { method: 'coverage_rule' },
      branch: { slug: 'liverpool' },
    });
  });
});
