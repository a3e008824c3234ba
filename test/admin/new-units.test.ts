import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clearAudit } from '../support/clear-audit.js';
import { type AdminStage, bearer, startAdminStage } from './support.js';

let stage: AdminStage;
const tokens = {} as Record<'national' | 'wales' | 'cardiff', string>;
type Who = keyof typeof tokens;
beforeAll(async () => {
  stage = await startAdminStage();
  for (const who of ['national', 'wales', 'cardiff'] as const) {
    tokens[who] = await stage.signIn(`${who}@example.org`);
  }
  await clearAudit(stage.database);
});
afterAll(() => stage.close());
afterEach(async () => {
  await stage.database.sql('TRUNCATE idempotency_key');
  await clearAudit(stage.database);
  await stage.database.sql(`DELETE FROM unit WHERE slug IN ('otley', 'barry', 'london')`);
});

const post = (path: string, who: Who, body: object, headers: Record<string, string> = {}) =>
  stage.call().post(`/v1/admin/${path}`).set(bearer(tokens[who])).set(headers).send(body);
const audited = () =>
  stage.database.sql(
    'SELECT action, subject_kind, subject_id, actor_id FROM audit_event ORDER BY id',
  );

describe('making', () => {
  const otley = { slug: 'otley', name: 'Otley', region: 'yorkshire' };

  it('a region gives it its office, vacant, and is audited', async () => {
    const answer = await post('regions', 'national', {
      slug: 'london',
      name: 'London',
      phone: '020 7946 0000',
    });
    expect(answer).toMatchObject({ status: 201 });
    expect(answer.headers['etag']).toBe('"1"');
    expect(answer.body).toMatchObject({ slug: 'london', phone: '020 7946 0000', email: null });
    const [stored] = await stage.database.sql(
      `SELECT u.kind, n.kind AS above, p.office, p.holder_id FROM unit u
         JOIN unit n ON n.id = u.parent_id JOIN post p ON p.unit_id = u.id WHERE u.id = $1`,
      [answer.body.id],
    );
    expect(stored).toEqual({
      kind: 'region',
      above: 'national',
      office: 'regional_organiser',
      holder_id: null,
    });
    expect(await audited()).toEqual([
      {
        action: 'region.created',
        subject_kind: 'unit',
        subject_id: answer.body.id,
        actor_id: stage.organisation.organisers.national.id,
      },
    ]);
  });

  it('a branch takes all that a branch has, and the public finds it at once', async () => {
    const answer = await post('branches', 'wales', {
      slug: 'barry',
      name: 'Barry',
      region: 'wales',
      email: 'barry@example.org',
      town: 'Barry',
      meets: 'Every Monday, 7.30 pm, The Old Library',
      position: { lat: 51.40421, long: -3.26981 },
      publishes: { position: true },
    });
    expect(answer).toMatchObject({ status: 201 });
    expect(answer.body).toMatchObject({
      region: { slug: 'wales', name: 'Wales' },
      meets: 'Every Monday, 7.30 pm',
      venue: 'The Old Library',
      position: { lat: 51.40421, long: -3.26981 },
      publishes: { position: true, venue: false },
    });
    await expect
      .poll(async () => (await stage.call().get('/v1/branches/barry')).body)
      .toMatchObject({ meets: 'Every Monday, 7.30 pm', position: { lat: 51.40421 } });
    expect((await audited()).map(({ action }) => action)).toEqual(['branch.created']);
  });

  it('below a demonstration makes a demonstration, so that no provider writes to it', async () => {
    await stage.database.sql(`UPDATE unit SET demo = true WHERE slug = 'yorkshire'`);
    const { body } = await post('branches', 'national', otley).expect(201);
    const [made] = await stage.database.sql('SELECT demo FROM unit WHERE id = $1', [body.id]);
    expect(made).toEqual({ demo: true });
    await stage.database.sql(`UPDATE unit SET demo = false WHERE slug = 'yorkshire'`);
  });

  it('with a key happens once, however often it is sent', async () => {
    const key = { 'Idempotency-Key': 'a key of this test' };
    const first = await post('branches', 'national', otley, key).expect(201);
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    const again = await post('branches', 'national', { ...otley }, key).expect(201);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.headers['etag']).toBe('"1"');
    expect(again.body).toEqual(first.body);
    const other = await post('branches', 'national', { ...otley, name: 'Other' }, key);
    expect(other.body).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    // Another organiser's key, and another route's, is another key.
    expect((await post('branches', 'wales', otley, key)).body).toMatchObject({
      errors: [{ path: 'region', code: 'unknown_region' }],
    });
    expect(
      (await post('regions', 'national', { slug: 'wales', name: 'W' }, key)).body,
    ).toMatchObject({ code: 'slug_taken' });
    expect((await audited()).length).toBe(1);
  });

  it('keeps no answer of what was refused', async () => {
    const key = { 'Idempotency-Key': 'refused at first' };
    await post('branches', 'national', { ...otley, region: 'nowhere' }, key).expect(422);
    await post('branches', 'national', otley, key).expect(201);
  });

  it('twice at once with one key makes one', async () => {
    const key = { 'Idempotency-Key': 'both at once' };
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => post('branches', 'national', otley, key)),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThanOrEqual(1);
    expect(statuses.every((status) => status === 201 || status === 409)).toBe(true);
    expect((await audited()).length).toBe(1);
  });

  it('under a slug that is taken is a 409, though a region and a branch may share one', async () => {
    await post('branches', 'national', otley).expect(201);
    expect((await post('branches', 'national', { ...otley, region: 'wales' })).body).toMatchObject({
      status: 409,
      code: 'slug_taken',
      detail: expect.stringContaining('otley'),
    });
    await post('regions', 'national', { slug: 'otley', name: 'Otley' }).expect(201);
  });

  it('names all faults at once', async () => {
    const { body } = await post('branches', 'national', {
      slug: 'Not A Slug',
      phone: 7,
      email: 'nobody',
      position: { lat: 91, long: 0, height: 3 },
      publishes: { venue: 'yes' },
      colour: 'red',
    });
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
      'colour',
      'email',
      'name',
      'phone',
      'position.height',
      'position.lat',
      'publishes.venue',
      'region',
      'slug',
    ]);
    expect((await post('regions', 'national', {}, { 'Idempotency-Key': 'ü' })).status).toBe(422);
  });

  it.each([
    ['swapped', { lat: -3.27, long: 51.4 }, ['position.lat', 'position.long']],
    ['of another continent', { lat: -33.86, long: 151.2 }, ['position.lat', 'position.long']],
    ['a little too far north', { lat: 62.1, long: -1 }, ['position.lat']],
    ['a little too far east', { lat: 51, long: 4.1 }, ['position.long']],
  ])('with a position that is %s is refused in a sentence', async (_what, position, paths) => {
    const { status, body } = await post('branches', 'national', { ...otley, position });
    expect(status).toBe(422);
    const errors = body.errors as { path: string; message: string }[];
    expect(errors.map(({ path }) => path)).toEqual(paths);
    for (const { message } of errors) expect(message).toMatch(/Has it changed places with the l/);
  });

  it('may stand at any corner of these islands', async () => {
    for (const [slug, lat, long] of [
      ['unst', 60.75, -0.86],
      ['st-kilda', 57.81, -8.57],
      ['st-helier', 49.18, -2.1],
      ['lowestoft', 52.48, 1.76],
    ] as const) {
      const branch = { ...otley, slug, position: { lat, long } };
      await post('branches', 'national', branch).expect(201);
    }
  });

  it('cannot have a name that an address beside the branches’ has already', async () => {
    const { body } = await stage.call().get('/openapi.json').expect(200);
    const paths = Object.keys((body as { paths: object }).paths);
    const taken = paths.flatMap((path) => /^\/(?:v1\/)?branches\/([a-z-]+)$/.exec(path)?.[1] ?? []);
    expect(taken).toContain('nearest');
    for (const slug of taken) {
      const answer = await post('branches', 'national', { ...otley, slug });
      expect(answer.body).toMatchObject({
        status: 422,
        errors: [{ path: 'slug', code: 'reserved', message: expect.stringContaining(slug) }],
      });
    }
    await post('regions', 'national', { slug: 'nearest', name: 'Nearest' }).expect(201);
  });

  it('is not for whom it is not', async () => {
    expect((await post('branches', 'wales', otley)).body).toMatchObject({
      errors: [{ path: 'region', code: 'unknown_region' }],
    });
    expect((await post('branches', 'cardiff', otley)).body).toMatchObject({
      status: 403,
      permission: 'units.write',
    });
    expect((await post('regions', 'wales', { slug: 'london', name: 'L' })).body).toMatchObject({
      status: 403,
      permission: 'regions.write',
    });
    expect(await audited()).toEqual([]);
  });
});
