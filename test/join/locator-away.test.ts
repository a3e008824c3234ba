import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PostcodeLocator } from '../../src/postcodes/postcode-locator.js';
import { joinPost } from '../factories/join-post.js';
import { startApplication, type TestApplication } from '../support/application.js';

let app: TestApplication;
beforeAll(async () => {
  app = await startApplication();
});
afterAll(() => app.close());

it('a locator that is down refuses nobody: the national office first, the branch later', async () => {
  const locator = app.api.get(PostcodeLocator, { strict: false });
  const locate = locator.locate.bind(locator);
  locator.locate = () => {
    throw new Error('the reference data cannot be read');
  };
  const { body, status } = await request(app.url)
    .post('/v1/join')
    .send(joinPost({ postcode: 'M14 5RX' }));
  locator.locate = locate;
  expect(status).toBe(201);
  expect(body).toMatchObject({ allocation: { method: 'national' }, branch: null, region: null });

  await app.smtp.waitFor((mail) => mail.to.includes('manchester-south@example.org'));
  await expect
    .poll(() =>
      app.database.sql(
        `SELECT person_unit.slug AS person, handling_unit.slug AS handling, duty_unit.slug AS duty,
                (SELECT array_agg(a.method ORDER BY a.valid_from) FROM allocation a
                  WHERE a.person_id = p.id) AS history
           FROM join_submission_handling h
           JOIN person p ON p.id = h.person_id
           JOIN follow_up f ON f.submission_id = h.submission_id
           JOIN unit person_unit ON person_unit.id = p.unit_id
           JOIN unit handling_unit ON handling_unit.id = h.unit_id
           JOIN unit duty_unit ON duty_unit.id = f.unit_id
          WHERE h.submission_id = $1`,
        [body.id],
      ),
    )
    .toEqual([
      {
        person: 'manchester-south',
        handling: 'manchester-south',
        duty: 'manchester-south',
        history: ['national', 'coverage_rule'],
      },
    ]);
});
