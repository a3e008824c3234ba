import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { IdempotentCreation } from '../../src/organisers/idempotent-creation.js';
import { AdminRoutes } from '../../src/organisers/admin-routes.js';
import { KEY_SCOPES } from '../../src/organisers/api-key-scopes.js';
import { Clock } from '../../src/platform/time/clock.js';
import { inDays, makeKey } from '../factories/api-keys.js';
import { makeSubmission } from '../factories/submissions.js';
import { type AdminStage, bearer, startAdminStage } from './support.js';

const READING = ['join_submissions.read', 'people.read', 'follow_ups.read', 'units.read'];

let stage: AdminStage;
const tokens = {} as Record<'national' | 'wales' | 'yorkshire' | 'cardiff' | 'dpo', string>;
type Who = keyof typeof tokens;
beforeAll(async () => {
  stage = await startAdminStage();
  for (const who of ['national', 'wales', 'yorkshire', 'cardiff', 'dpo'] as const) {
    tokens[who] = await stage.signIn(`${who}@example.org`);
  }
  const { units } = stage.organisation;
  for (const unit of [units.cardiff, units.swansea, units.leeds]) {
    await makeSubmission(stage.database, { unit });
  }
});
afterAll(() => stage.close());

const get = (path: string, token: string) => stage.call().get(path).set(bearer(token));
const post = (path: string, who: Who, body: object, idempotencyKey?: string) => {
  const call = stage.call().post(`/v1/admin/api-keys${path}`).set(bearer(tokens[who]));
  return (idempotencyKey === undefined ? call : call.set('Idempotency-Key', idempotencyKey)).send(
    body,
  );
};
const wanted = (changes: object = {}) => ({
  name: 'Website of Wales',
  scopes: ['people.read'],
  unitId: stage.organisation.units.wales.id,
  expiresAt: inDays(300),
  ...changes,
});
const people = async (token: string) => {
  const { body } = await get('/v1/admin/people', token).expect(200);
  return (body as { data: { unit: { slug: string } }[] }).data.map(({ unit }) => unit.slug).sort();
};

describe('making a key', () => {
  it('shows the secret once, and keeps nothing of it but a hash and how it begins', async () => {
    const answer = await post('', 'wales', wanted());
    expect(answer.status).toBe(201);
    const { secret, id } = answer.body as { secret: string; id: string };
    expect(secret).toMatch(/^blk_[A-Za-z0-9_-]{43}$/);
    expect(answer.body).toEqual({
      id: expect.any(String),
      name: 'Website of Wales',
      prefix: secret.slice(0, 12),
      scopes: ['people.read'],
      unit: expect.objectContaining({ slug: 'wales' }),
      createdBy: { id: stage.organisation.organisers.wales.id, name: 'Organiser wales' },
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      expiresAt: expect.any(String),
      lastUsedAt: null,
      revokedAt: null,
      previousPrefix: null,
      previousUntil: null,
      version: 1,
      secret,
    });
    const read = await get(`/v1/admin/api-keys/${id}`, tokens.wales);
    expect(read.status).toBe(200);
    expect(read.text).not.toContain(secret);
    const [dump] = await stage.database.sql<{ text: string }>(
      `SELECT (SELECT string_agg(k::text, ' ') FROM api_key k)
              || (SELECT coalesce(string_agg(i::text, ' '), '') FROM idempotency_key i) AS text`,
    );
    expect(dump?.text).not.toContain(secret);
    expect(JSON.stringify(stage.served.log)).not.toContain(secret);
  });

  it('never shows it again to a second try with the same Idempotency-Key', async () => {
    const input = wanted({ name: 'Once' });
    const first = await post('', 'wales', input, 'once-and-no-more');
    expect(first.status).toBe(201);
    const again = await post('', 'wales', input, 'once-and-no-more');
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({ code: 'secret_already_shown', id: first.body.id });
    expect(again.text).not.toContain(first.body.secret);
    const [made] = await stage.database.sql<{ n: number }>(
      `SELECT count(*)::integer AS n FROM api_key WHERE name = 'Once'`,
    );
    expect(made?.n).toBe(1);
    const other = await post('', 'wales', wanted({ name: 'Else' }), 'once-and-no-more');
    expect(other.body).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  });

  it('of many tries at once with one Idempotency-Key makes one', async () => {
    const input = wanted({ name: 'Raced' });
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => post('', 'wales', input, 'raced')),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const { status, body } of answers) {
      if (status === 201) continue;
      expect(status).toBe(409);
      expect(['secret_already_shown', 'request_in_progress']).toContain(body.code);
    }
  });

  it.each([
    ['no name', { name: undefined }, 'name', 'required'],
    ['no scope', { scopes: [] }, 'scopes', 'too_small'],
    ['a scope that writes', { scopes: ['people.write'] }, 'scopes.0', 'invalid_value'],
    ['no expiry', { expiresAt: undefined }, 'expiresAt', 'required'],
    ['an expiry that is over', { expiresAt: inDays(-1) }, 'expiresAt', 'out_of_range'],
    ['more than two years', { expiresAt: inDays(732) }, 'expiresAt', 'out_of_range'],
    ['an unknown field', { secret: 'blk_mine' }, 'secret', 'unknown_field'],
  ])('refuses %s', async (_what, changes, path, code) => {
    const answer = await post('', 'wales', wanted(changes));
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toMatchObject([{ path, code }]);
  });

  it('is for units of one’s own', async () => {
    const { units } = stage.organisation;
    for (const unitId of [units.yorkshire.id, units.leeds.id, units.national.id]) {
      const answer = await post('', 'wales', wanted({ unitId }));
      expect(answer.body).toMatchObject({ status: 422, errors: [{ code: 'unknown_unit' }] });
    }
    expect((await post('', 'wales', wanted({ unitId: units.cardiff.id }))).status).toBe(201);
    const secretary = await post('', 'cardiff', wanted({ unitId: units.cardiff.id }));
    expect(secretary.body).toMatchObject({ status: 403, permission: 'api_keys.write' });
  });

  it('is held by PostgreSQL, too: nobody inserts a key for a unit of others', async () => {
    const client = new Client({ connectionString: stage.database.url });
    await client.connect();
    try {
      await client.query('BEGIN');
      await client.query(
        `SELECT set_config('branchline.organiser_id', $1, true),
                set_config('branchline.roles', 'regional_organiser', true),
                set_config('role', 'branchline_organiser', true)`,
        [stage.organisation.organisers.wales.id],
      );
      const insert = client.query(
        `INSERT INTO api_key (id, name, prefix, secret_hash, scopes, unit_id, created_by, expires_at)
         VALUES (gen_random_uuid(), 'x', 'x', '\\x01', '{people.read}', $1, my_organiser_id(), 'infinity')`,
        [stage.organisation.units.leeds.id],
      );
      await expect(insert).rejects.toThrow(/row-level security/);
      await client.query('ROLLBACK');
      await client.query('BEGIN');
      await client.query(`SELECT set_config('role', 'branchline_organiser', true)`);
      await expect(client.query('SELECT secret_hash FROM api_key')).rejects.toThrow(
        /permission denied/,
      );
    } finally {
      await client.end();
    }
  });
});

describe('a key', () => {
  it('reads what its scopes say, of its unit and those below it, and is in the audit', async () => {
    const { units } = stage.organisation;
    const key = await makeKey(stage, tokens.wales, { scopes: READING, unitId: units.wales.id });
    expect(await people(key.secret)).toEqual(['cardiff', 'swansea']);
    expect((await get('/v1/admin/branches', key.secret)).body.data).toHaveLength(2);
    const { body } = await get('/v1/admin/join-submissions', key.secret).expect(200);
    const [one] = body.data as { id: string }[];
    await get(`/v1/admin/join-submissions/${one?.id}`, key.secret).expect(200);
    const events = await stage.database.sql(
      `SELECT actor_kind, action, subject_id, host(address) AS address FROM audit_event
        WHERE actor_id = $1 ORDER BY at, id`,
      [key.id],
    );
    expect(events).toContainEqual({
      actor_kind: 'api_key',
      action: 'join_submission.read',
      subject_id: one?.id,
      address: '127.0.0.1',
    });
    expect(events.every(({ actor_kind: kind }) => kind === 'api_key')).toBe(true);
    const trail = await get(`/v1/admin/audit?actorId=${key.id}`, tokens.dpo).expect(200);
    expect(trail.body.data[0]).toMatchObject({
      actorKind: 'api_key',
      actor: { id: key.id, name: 'A key of tests' },
    });
  });

  it('sees nothing outside its unit: absent in lists, 404 by its id', async () => {
    const { units } = stage.organisation;
    const key = await makeKey(stage, tokens.national, { scopes: READING, unitId: units.leeds.id });
    expect(await people(key.secret)).toEqual(['leeds']);
    const [elsewhere] = await stage.database.sql<{ id: string }>(
      `SELECT p.id FROM person p JOIN unit u ON u.id = p.unit_id WHERE u.slug = 'cardiff'`,
    );
    const answer = await get(`/v1/admin/people/${elsewhere?.id}`, key.secret);
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
  });

  it('is refused by every route that its scopes do not name, with the scope, and by all for people alone', async () => {
    const { units } = stage.organisation;
    const unitId = units.national.id;
    const narrow = await makeKey(stage, tokens.national, { scopes: ['join.post'], unitId });
    const wide = await makeKey(stage, tokens.national, { scopes: KEY_SCOPES, unitId });
    const id = '018f0000-0000-7000-8000-000000000000';
    for (const { method, path, access } of stage.app.get(AdminRoutes, { strict: false }).list()) {
      if (access.kind === 'anybody') continue;
      const verb = method.toLowerCase() as 'get';
      const send = (secret: string) =>
        stage.call()[verb](path.replace(':id', id)).set(bearer(secret));
      const takesKeys =
        access.kind === 'permission' &&
        !access.organisersAlone &&
        READING.includes(access.permission);
      const refused = await send(narrow.secret);
      expect([`${method} ${path}`, refused.status, refused.body.code]).toEqual([
        `${method} ${path}`,
        403,
        takesKeys ? 'scope_missing' : 'organisers_alone',
      ]);
      if (takesKeys) expect(refused.body.permission).toBe(access.permission);
      const { status, body } = await send(wide.secret);
      const answered = takesKeys ? status : [status, body.code];
      if (takesKeys) expect([200, 404], `${method} ${path}`).toContain(answered);
      else expect(answered, `${method} ${path}`).toEqual([403, 'organisers_alone']);
    }
  });

  it('is worth nothing once it is revoked, in the middle of a request as well', async () => {
    const { units } = stage.organisation;
    const key = await makeKey(stage, tokens.wales, { scopes: READING, unitId: units.wales.id });
    expect(await people(key.secret)).toHaveLength(2);
    const client = new Client({ connectionString: stage.database.url });
    await client.connect();
    try {
      await client.query('BEGIN');
      await client.query(
        `SELECT set_config('branchline.api_key_id', $1, true),
                set_config('branchline.scope', 'people.read', true),
                set_config('role', 'branchline_organiser', true)`,
        [key.id],
      );
      const count = async () =>
        (await client.query<{ n: number }>('SELECT count(*)::integer AS n FROM person')).rows[0]?.n;
      expect(await count()).toBe(2);
      await stage
        .call()
        .delete(`/v1/admin/api-keys/${key.id}`)
        .set(bearer(tokens.wales))
        .expect(204);
      expect(await count()).toBe(0);
    } finally {
      await client.end();
    }
    const answer = await get('/v1/admin/people', key.secret);
    expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
    await stage.call().delete(`/v1/admin/api-keys/${key.id}`).set(bearer(tokens.wales)).expect(204);
    const deeds = await stage.database.sql(
      `SELECT action FROM audit_event WHERE subject_id = $1 ORDER BY at, id`,
      [key.id],
    );
    expect(deeds.map(({ action }) => action)).toEqual(['api_key.created', 'api_key.revoked']);
  });

  it('holds nothing in PostgreSQL for a permission that is not among its scopes', async () => {
    const key = await makeKey(stage, tokens.national, {
      scopes: ['units.read'],
      unitId: stage.organisation.units.national.id,
    });
    const client = new Client({ connectionString: stage.database.url });
    await client.connect();
    try {
      await client.query('BEGIN');
      for (const [scope, seen] of [
        ['people.read', '{}'],
        ['units.read', expect.stringContaining('-')],
      ] as const) {
        const { rows } = await client.query<{ units: string; changes: string }>(
          `SELECT set_config('branchline.api_key_id', $1, true),
                  set_config('branchline.scope', $2, true)`,
          [key.id, scope],
        );
        expect(rows).toHaveLength(1);
        await client.query(`SELECT set_config('role', 'branchline_organiser', true)`);
        const held = await client.query<{ units: string; changes: string; everybody: boolean }>(
          `SELECT my_units()::text AS units, my_units_to_change()::text AS changes,
                  watches_over_everybody() AS everybody`,
        );
        expect(held.rows).toEqual([{ units: seen, changes: '{}', everybody: false }]);
        await client.query('RESET ROLE');
      }
    } finally {
      await client.end();
    }
  });

  it('outlives the account of its maker', async () => {
    const { units, organisers } = stage.organisation;
    const key = await makeKey(stage, tokens.yorkshire, {
      scopes: ['people.read'],
      unitId: units.yorkshire.id,
    });
    await stage.database.sql('UPDATE organiser SET disabled_at = now() WHERE id = $1', [
      organisers.yorkshire.id,
    ]);
    expect(await people(key.secret)).toEqual(['leeds']);
    const { body } = await get(
      `/v1/admin/api-keys?createdBy=${organisers.yorkshire.id}`,
      tokens.national,
    );
    expect((body.data as { id: string }[]).map(({ id }) => id)).toEqual([key.id]);
    await stage.database.sql('UPDATE organiser SET disabled_at = NULL WHERE id = $1', [
      organisers.yorkshire.id,
    ]);
  });

  it('tells when it was used, to the minute', async () => {
    const unitId = stage.organisation.units.wales.id;
    const key = await makeKey(stage, tokens.wales, { scopes: ['people.read'], unitId });
    await people(key.secret);
    const first = (await get(`/v1/admin/api-keys/${key.id}`, tokens.wales)).body.lastUsedAt;
    expect(Date.parse(first as string)).toBeGreaterThan(Date.now() - 60_000);
    await people(key.secret);
    expect((await get(`/v1/admin/api-keys/${key.id}`, tokens.wales)).body.lastUsedAt).toBe(first);
  });

  it.each([
    ['another of its kind', `blk_${'A'.repeat(43)}`],
    ['too short', 'blk_short'],
    ['a session of nobody', `bls_${'A'.repeat(43)}`],
    ['an injection', `blk_' OR 1=1 --${'A'.repeat(29)}`],
  ])('that is %s is a 401', async (_what, secret) => {
    const answer = await get('/v1/admin/people', secret);
    expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
  });

  it('has answers of its own kept, which no organiser or other key can have', async () => {
    const unitId = stage.organisation.units.wales.id;
    const [one, other] = [
      await makeKey(stage, tokens.wales, { scopes: ['people.read'], unitId }),
      await makeKey(stage, tokens.wales, { scopes: ['people.read'], unitId }),
    ];
    const creation = stage.app.get(IdempotentCreation, { strict: false });
    const as = (id: string) => ({
      organiserId: id,
      sessionId: id,
      roles: [],
      gracedRoles: [],
      grants: [],
      secondFactorRequired: false,
      secondFactorShown: false,
      permissions: [],
      apiKey: { id, scope: 'people.read' },
    });
    const request = { route: 'tests', key: 'the same', input: {} };
    const run = (id: string, word: string) => creation.run(as(id), request, async () => ({ word }));
    expect(await run(one.id, 'first')).toEqual({ answer: { word: 'first' }, replayed: false });
    expect(await run(one.id, 'second')).toEqual({ answer: { word: 'first' }, replayed: true });
    expect(await run(other.id, 'third')).toEqual({ answer: { word: 'third' }, replayed: false });
  });
});

describe('a rotation', () => {
  const rotate = (id: string, overlapHours: number, idempotencyKey?: string) =>
    post(`/${id}/rotate`, 'wales', { overlapHours }, idempotencyKey);

  it('makes another secret, while the old one works until the overlap ends', async () => {
    const unitId = stage.organisation.units.wales.id;
    const key = await makeKey(stage, tokens.wales, { scopes: ['people.read'], unitId });
    const answer = await rotate(key.id, 2);
    expect(answer.status).toBe(200);
    const { secret } = answer.body as { secret: string };
    expect(secret).not.toBe(key.secret);
    expect(answer.body).toMatchObject({
      prefix: secret.slice(0, 12),
      previousPrefix: key.secret.slice(0, 12),
      previousUntil: expect.any(String),
      version: 2,
    });
    expect(await people(secret)).toHaveLength(2);
    expect(await people(key.secret)).toHaveLength(2);
    expect((await rotate(key.id, 2)).body).toMatchObject({ code: 'rotation_under_way' });

    await stage.database.turnClock('3 hours');
    await stage.app.get(Clock, { strict: false }).synchronise();
    expect((await get('/v1/admin/people', key.secret)).status).toBe(401);
    expect(await people(secret)).toHaveLength(2);
    const read = await get(`/v1/admin/api-keys/${key.id}`, tokens.wales);
    expect(read.body).toMatchObject({ previousPrefix: null, previousUntil: null });
    await stage.database.turnClock('0 hours');
    await stage.app.get(Clock, { strict: false }).synchronise();
  });

  it('without overlap ends all secrets before it at once', async () => {
    const unitId = stage.organisation.units.wales.id;
    const key = await makeKey(stage, tokens.wales, { scopes: ['people.read'], unitId });
    const second = (await rotate(key.id, 168)).body.secret as string;
    const third = (await rotate(key.id, 0)).body.secret as string;
    for (const gone of [key.secret, second]) {
      expect((await get('/v1/admin/people', gone)).status).toBe(401);
    }
    expect(await people(third)).toHaveLength(2);
  });

  it('is done once for an Idempotency-Key, and never with an overlap of more than a week', async () => {
    const unitId = stage.organisation.units.wales.id;
    const key = await makeKey(stage, tokens.wales, { scopes: ['people.read'], unitId });
    expect((await rotate(key.id, 169)).status).toBe(422);
    expect((await rotate(key.id, 1, 'rotate-once')).status).toBe(200);
    expect((await rotate(key.id, 1, 'rotate-once')).body.code).toBe('secret_already_shown');
    expect(await people(key.secret)).toHaveLength(2);
  });

  it('is for no key that has ended, nor for one of others', async () => {
    const { units } = stage.organisation;
    const key = await makeKey(stage, tokens.wales, {
      scopes: ['people.read'],
      unitId: units.wales.id,
    });
    await stage.call().delete(`/v1/admin/api-keys/${key.id}`).set(bearer(tokens.wales)).expect(204);
    expect((await rotate(key.id, 1)).body).toMatchObject({ status: 409, code: 'key_ended' });
    const other = await makeKey(stage, tokens.national, {
      scopes: ['people.read'],
      unitId: units.leeds.id,
    });
    expect((await rotate(other.id, 0)).status).toBe(404);
    expect(await people(other.secret)).toEqual(['leeds']);
  });
});

it('a key that has expired is worth nothing, and stands among those that ended', async () => {
  const unitId = stage.organisation.units.wales.id;
  const key = await makeKey(stage, tokens.wales, {
    scopes: ['people.read'],
    unitId,
    expiresAt: inDays(1),
  });
  await stage.database.turnClock('25 hours');
  await vi.waitFor(async () => {
    expect((await get('/v1/admin/people', key.secret)).status).toBe(401);
  });
  await stage.database.turnClock('0 hours');
  expect(await people(key.secret)).toHaveLength(2);
});

it('the list shows the keys of my units, and a name is changed with If-Match', async () => {
  const { units } = stage.organisation;
  const key = await makeKey(stage, tokens.national, {
    scopes: ['units.read'],
    unitId: units.leeds.id,
    name: 'Of Leeds',
  });
  const names = async (who: Who, query = '') => {
    const { body } = await get(`/v1/admin/api-keys${query}`, tokens[who]).expect(200);
    return (body.data as { name: string }[]).map(({ name }) => name);
  };
  expect(await names('yorkshire')).toContain('Of Leeds');
  expect(await names('wales')).not.toContain('Of Leeds');
  expect((await get('/v1/admin/api-keys', tokens.cardiff)).status).toBe(403);
  expect((await get(`/v1/admin/api-keys/${key.id}`, tokens.wales)).status).toBe(404);

  const patch = (tag: string | undefined, name: string) => {
    const call = stage.call().patch(`/v1/admin/api-keys/${key.id}`).set(bearer(tokens.yorkshire));
    return (tag === undefined ? call : call.set('If-Match', tag)).send({ name });
  };
  expect((await patch(undefined, 'x')).status).toBe(428);
  expect((await patch('"9"', 'x')).status).toBe(412);
  const changed = await patch('"1"', 'Of Leeds, for the website');
  expect([changed.status, changed.headers['etag'], changed.body.name]).toEqual([
    200,
    '"2"',
    'Of Leeds, for the website',
  ]);
  expect(await names('yorkshire', '?state=ended')).toEqual([]);
  const page = await get('/v1/admin/api-keys?limit=1&count=true', tokens.national).expect(200);
  const next = await get(
    `/v1/admin/api-keys?limit=1&cursor=${page.body.nextCursor}`,
    tokens.national,
  ).expect(200);
  expect(page.body.data[0].id > next.body.data[0].id).toBe(true);
  expect(page.body.total.count).toBeGreaterThan(2);
});
