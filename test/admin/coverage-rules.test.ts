import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { joinPost } from '../factories/join-post.js';
import { clearAudit } from '../support/clear-audit.js';
import { type AdminStage, bearer, startAdminStage } from './support.js';

interface Listed {
  id: string;
  code: string;
  unit: { slug: string };
}

let stage: AdminStage;
const tokens = {} as Record<'national' | 'wales' | 'yorkshire' | 'cardiff', string>;
type Who = keyof typeof tokens;
beforeAll(async () => {
  stage = await startAdminStage();
  for (const who of ['national', 'wales', 'yorkshire', 'cardiff'] as const) {
    tokens[who] = await stage.signIn(`${who}@example.org`);
  }
});
afterAll(() => stage.close());
afterEach(async () => {
  await stage.database.sql('TRUNCATE idempotency_key');
  await clearAudit(stage.database);
});

const get = (query: string, who: Who) =>
  stage.call().get(`/v1/admin/coverage-rules${query}`).set(bearer(tokens[who]));
const post = (who: Who, body: object, headers: Record<string, string> = {}) =>
  stage.call().post('/v1/admin/coverage-rules').set(bearer(tokens[who])).set(headers).send(body);
const remove = (id: string, who: Who) =>
  stage.call().delete(`/v1/admin/coverage-rules/${id}`).set(bearer(tokens[who]));
const unitId = (slug: keyof AdminStage['organisation']['units']) =>
  stage.organisation.units[slug].id;
const make = async (slug: Parameters<typeof unitId>[0], code: string): Promise<Listed> => {
  const answer = await post('national', { unitId: unitId(slug), code });
  expect(answer).toMatchObject({ status: 201 });
  return answer.body as Listed;
};

describe('the list of coverage rules', () => {
  beforeAll(async () => {
    await make('wales', 'CF');
    await make('cardiff', 'CF10');
    await make('cardiff', 'CF10 1');
    await make('cardiff', 'W05001234');
    await make('swansea', 'W07000081');
    await make('yorkshire', 'E08000035');
    await make('leeds', 'LS');
  });
  afterAll(() => stage.database.sql('DELETE FROM coverage_rule'));

  const codes = async (query: string, who: Who = 'national') => {
    const answer = await get(query, who);
    expect(answer).toMatchObject({ status: 200 });
    return (answer.body as { data: Listed[] }).data.map(({ code }) => code);
  };

  it('shows those of my units, by code', async () => {
    const welsh = ['CF', 'CF10', 'CF10 1', 'W05001234', 'W07000081'];
    expect((await codes('')).sort()).toEqual([...welsh, 'E08000035', 'LS'].sort());
    expect((await codes('', 'wales')).sort()).toEqual(welsh);
    expect((await codes('', 'cardiff')).sort()).toEqual(['CF10', 'CF10 1', 'W05001234']);
    const [first] = (await get('?q=CF10+1', 'wales')).body.data;
    expect(first).toEqual({
      id: expect.any(String),
      kind: 'postcode',
      code: 'CF10 1',
      level: 'sector',
      unit: { id: unitId('cardiff'), kind: 'branch', slug: 'cardiff', name: 'Cardiff' },
      known: null,
      createdAt: expect.stringMatching(/Z$/),
    });
  });

  it.each([
    ['?kind=ward', ['W05001234']],
    ['?kind=constituency', ['W07000081']],
    ['?kind=local_authority', ['E08000035']],
    ['?q=cf10', ['CF10', 'CF10 1']],
    ['?q=leed', ['LS']],
    ['?q=%25', []],
    ['?q=york&kind=postcode', []],
  ])('is narrowed by %s', async (query, expected) => {
    expect((await codes(query)).sort()).toEqual(expected);
  });

  it('is narrowed by unit, and widened by nothing', async () => {
    expect(await codes(`?unit=${unitId('leeds')}`)).toEqual(['LS']);
    expect(await codes(`?unit=${unitId('leeds')}`, 'wales')).toEqual([]);
  });

  it('goes page by page, each rule once', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const at: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await get(`?limit=2&count=true${at}`, 'national');
      expect(body.total).toEqual({ count: 7, capped: false });
      seen.push(...body.data.map(({ code }: Listed) => code));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(await codes(''));
    expect(new Set(seen).size).toBe(7);
  });

  it.each(['?kind=county', '?unit=leeds', '?limit=1000', '?colour=red'])(
    'refuses %s',
    async (query) => {
      expect((await get(query, 'national')).status).toBe(422);
    },
  );
});

describe('a coverage rule', () => {
  beforeEach(() => stage.database.sql('DELETE FROM coverage_rule'));

  it('is made of what a person types, and audited', async () => {
    const answer = await post('wales', { unitId: unitId('cardiff'), code: ' cf101 ' });
    expect(answer).toMatchObject({ status: 201 });
    expect(answer.body).toMatchObject({ kind: 'postcode', code: 'CF10 1', level: 'sector' });
    const ward = await post('national', {
      unitId: unitId('cardiff'),
      code: 'w05001234',
      kind: 'ward',
    });
    expect(ward.body).toMatchObject({ kind: 'ward', code: 'W05001234', level: 'ward' });
    const audit = await stage.database.sql(
      'SELECT action, subject_kind, subject_id, actor_id FROM audit_event ORDER BY id',
    );
    expect(audit).toEqual(
      (['wales', 'national'] as const).map((who) => ({
        action: 'coverage_rule.created',
        subject_kind: 'coverage_rule',
        subject_id: (who === 'wales' ? answer : ward).body.id,
        actor_id: stage.organisation.organisers[who].id,
      })),
    );
  });

  it.each([
    [{ code: 'M1O' }, ['code invalid_code']],
    [{ code: 'E12000002' }, ['code invalid_code']],
    [{ code: 'W05001234', kind: 'postcode' }, ['kind another_kind']],
    [
      { code: 7, kind: 'county', colour: 'red', unitId: 'x' },
      ['code invalid_type', 'colour unknown_field', 'kind invalid_value', 'unitId invalid_format'],
    ],
  ])('is refused with all faults: %j', async (given, expected) => {
    const { status, body } = await post('wales', { unitId: unitId('cardiff'), ...given });
    expect(status).toBe(422);
    const faults = (body as { errors: { path: string; code: string }[] }).errors;
    expect(faults.map(({ path, code }) => `${path} ${code}`).sort()).toEqual(expected);
  });

  it('that clashes is refused, and both rules are named', async () => {
    await make('leeds', 'LS6');
    const { body } = await post('wales', { unitId: unitId('cardiff'), code: 'LS6' });
    expect(body).toMatchObject({
      status: 409,
      code: 'coverage_rule_clash',
      detail: 'LS6 belongs to the branch Leeds, and cannot belong to the branch Cardiff as well.',
      rules: [
        { code: 'LS6', unit: { kind: 'branch', slug: 'cardiff', name: 'Cardiff' } },
        { code: 'LS6', unit: { kind: 'branch', slug: 'leeds', name: 'Leeds' } },
      ],
    });
    // Another region's branch may not take what a region covers, nor the other way round.
    await make('yorkshire', 'E08000035');
    expect(
      (await post('national', { unitId: unitId('cardiff'), code: 'E08000035' })).body,
    ).toMatchObject({
      code: 'coverage_rule_clash',
      detail:
        'The local authority E08000035 belongs to the region Yorkshire, and cannot belong to the branch Cardiff as well.',
    });
    expect((await post('national', { unitId: unitId('wales'), code: 'LS6' })).body).toMatchObject({
      code: 'coverage_rule_clash',
    });
    expect((await post('national', { unitId: unitId('leeds'), code: 'ls6' })).body).toMatchObject({
      code: 'coverage_rule_clash',
      detail: 'LS6 belongs to the branch Leeds.',
    });
    expect((await get('', 'wales')).body.data).toEqual([]);
  });

  it('of a branch may stand beside one of its own region', async () => {
    for (const slug of ['yorkshire', 'leeds'] as const) {
      expect(await make(slug, 'LS')).toMatchObject({ code: 'LS', unit: { slug } });
    }
    for (const slug of ['swansea', 'wales'] as const) {
      expect(await make(slug, 'W05001234')).toMatchObject({ unit: { slug } });
    }
  });

  it('wanted by several units at once goes to one of them', async () => {
    const answers = await Promise.all(
      (['wales', 'leeds', 'yorkshire', 'cardiff', 'swansea'] as const).map((slug) =>
        post('national', { unitId: unitId(slug), code: 'CF64' }),
      ),
    );
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
    const holders = await stage.database.sql<{ region: string }>(
      `SELECT DISTINCT coalesce(b.slug, u.slug) AS region FROM coverage_rule r
         JOIN unit u ON u.id = r.unit_id LEFT JOIN unit b ON b.id = u.parent_id AND b.kind = 'region'`,
    );
    expect(holders).toHaveLength(1);
  });

  it('with a key is made once', async () => {
    const key = { 'Idempotency-Key': 'one rule' };
    const rule = { unitId: unitId('cardiff'), code: 'CF10' };
    const first = await post('wales', rule, key).expect(201);
    const again = await post('wales', rule, key).expect(201);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.body).toEqual(first.body);
    expect((await post('wales', { ...rule, code: 'CF11' }, key)).body).toMatchObject({
      status: 422,
      code: 'idempotency_key_reused',
    });
  });

  it('is for who may change its unit', async () => {
    const ofLeeds = await make('leeds', 'LS6');
    const ofWales = await make('wales', 'CF');
    await clearAudit(stage.database);
    const unknown = { errors: [{ path: 'unitId', code: 'unknown_unit' }] };
    expect((await post('wales', { unitId: unitId('leeds'), code: 'LS7' })).body).toMatchObject(
      unknown,
    );
    expect(
      (await post('national', { unitId: unitId('national'), code: 'LS7' })).body,
    ).toMatchObject(unknown);
    const ofRegion = { status: 403, permission: 'regions.write' };
    expect((await post('wales', { unitId: unitId('wales'), code: 'SA' })).body).toMatchObject(
      ofRegion,
    );
    expect((await post('cardiff', { unitId: unitId('cardiff'), code: 'CF3' })).body).toMatchObject({
      status: 403,
      permission: 'units.write',
    });
    expect((await remove(ofLeeds.id, 'wales')).status).toBe(404);
    expect((await remove(ofWales.id, 'wales')).body).toMatchObject(ofRegion);
    expect((await remove(ofLeeds.id, 'cardiff')).status).toBe(403);
    expect(await stage.database.sql('SELECT FROM audit_event')).toEqual([]);
  });

  it('takes nothing out of another region, but by somebody who organises both', async () => {
    await make('wales', 'CF');
    await make('cardiff', 'CF10');
    await clearAudit(stage.database);
    for (const [code, around] of [
      ['CF24', { code: 'CF', unit: { kind: 'region', slug: 'wales' } }],
      ['CF10 3', { code: 'CF10', unit: { kind: 'branch', slug: 'cardiff' } }],
      ['CF10 3AT', { code: 'CF10', unit: { kind: 'branch', slug: 'cardiff' } }],
    ] as const) {
      const refused = await post('yorkshire', { unitId: unitId('leeds'), code });
      expect(refused.body, code).toMatchObject({
        status: 403,
        code: 'covered_by_another_region',
        rules: [{ code, unit: { kind: 'branch', slug: 'leeds' } }, around],
      });
    }
    expect(await stage.database.sql('SELECT FROM audit_event')).toEqual([]);
    await post('wales', { unitId: unitId('swansea'), code: 'CF10 3' }).expect(201);
    await post('national', { unitId: unitId('leeds'), code: 'CF10 4' }).expect(201);
    // Where nobody was before, anybody may begin.
    await post('yorkshire', { unitId: unitId('leeds'), code: 'ZE1' }).expect(201);
  });

  it('is taken away once', async () => {
    const { id } = await make('cardiff', 'CF10');
    await clearAudit(stage.database);
    expect((await remove(id, 'wales')).status).toBe(204);
    expect((await remove(id, 'wales')).status).toBe(404);
    expect((await remove('nonsense', 'wales')).status).toBe(404);
    expect(await stage.database.sql('SELECT action, subject_id FROM audit_event')).toEqual([
      { action: 'coverage_rule.deleted', subject_id: id },
    ]);
  });

  it('holds for the next join, and leaves who is there already', async () => {
    const join = async (email: string) => {
      const answer = await stage
        .call()
        .post('/v1/join')
        .send(joinPost({ email, postcode: 'CF10 1EP' }));
      expect(answer).toMatchObject({ status: 201 });
      return answer.body as { allocation: object; branch: { slug: string } | null };
    };
    expect((await join('before@example.org')).branch).toBeNull();
    const { id } = await make('cardiff', 'CF10');
    expect(await join('after@example.org')).toMatchObject({
      branch: { slug: 'cardiff' },
      allocation: { method: 'coverage_rule', explanation: 'CF10 belongs to Cardiff' },
    });
    await remove(id, 'wales');
    expect((await join('later@example.org')).branch).toBeNull();
    const where = await stage.database.sql(
      `SELECT u.slug FROM person p JOIN unit u ON u.id = p.unit_id ORDER BY p.id`,
    );
    expect(where.map(({ slug }) => slug)).toEqual(['national', 'cardiff', 'national']);
  });
});
