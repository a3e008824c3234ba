import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UnitSlug } from '../factories/organisation.js';
import { type AdminStage, bearer, startAdminStage } from './support.js';

interface Gap {
  outcode: string;
  gap: string;
}

let stage: AdminStage;
const tokens = {} as Record<'national' | 'wales' | 'cardiff' | 'treasurer', string>;
type Who = keyof typeof tokens;
beforeAll(async () => {
  stage = await startAdminStage();
  for (const who of ['national', 'wales', 'cardiff', 'treasurer'] as const) {
    tokens[who] = await stage.signIn(`${who}@example.org`);
  }
});
afterAll(() => stage.close());

const get = (path: string, who: Who) =>
  stage.call().get(`/v1/admin/${path}`).set(bearer(tokens[who]));

/** A person of this postcode whose current allocation is to this unit, or to a branch besides. */
async function person(
  postcode: string | null,
  unit: UnitSlug,
  branch: UnitSlug | null = null,
  dateOfBirth: string | null = null,
): Promise<void> {
  const id = uuidV7();
  const { units } = stage.organisation;
  await stage.database.sql(
    `INSERT INTO person (id, given_name, country, postcode, unit_id, date_of_birth)
     VALUES ($1, 'Sam', 'GB', $2, $3, $4)`,
    [id, postcode, units[unit].id, dateOfBirth],
  );
  const allocation = (until: string | null, branchId: string | null) =>
    stage.database.sql(
      `INSERT INTO allocation (id, person_id, method, unit_id, branch_id, precision, explanation,
                               directory_version, dataset_version, valid_from, valid_until)
       VALUES ($1, $2, 'region_only', $3, $4, 'outcode', 'as the test says', 1, 'test',
               clock_now() - interval '1 year', $5::timestamptz)`,
      [uuidV7(), id, units[unit].id, branchId, until],
    );
  await allocation(null, branch === null ? null : units[branch].id);
  // One that is over counts for nothing.
  await allocation('2026-01-01', null);
}

const rule = (unit: UnitSlug, prefix: string, kind = 'postcode') =>
  stage.database.sql(
    `INSERT INTO coverage_rule (id, kind, prefix, unit_id, unit_kind)
     SELECT $1, $2, $3, id, kind FROM unit WHERE id = $4`,
    [uuidV7(), kind, prefix, stage.organisation.units[unit].id],
  );

describe('coverage gaps', () => {
  beforeAll(async () => {
    await person('CF10 1EP', 'wales');
    await person('CF10 2AA', 'wales');
    await person('CF10', 'national');
    await person('LS6 2AA', 'yorkshire');
    await person('SA1 1AA', 'swansea', 'swansea');
    // Under eighteen: the national office looks after them, though there is a branch, or is none.
    const child = `${new Date().getFullYear() - 15}-01-01`;
    await person('CF24 1AA', 'national', 'cardiff', child);
    await person('CF10 1AA', 'national', null, child);
    await person('CF', 'wales');
    await person('75008', 'national');
    await person(null, 'national');
    await rule('cardiff', 'CF11');
    await rule('swansea', 'CF11 9');
    await rule('cardiff', 'SA1 1');
    await rule('swansea', 'SA1 8AA');
    await rule('leeds', 'LS6 1');
    await rule('leeds', 'LS6 2');
    await rule('cardiff', 'CF');
    await rule('swansea', 'CF10');
    await rule('swansea', 'CF14 4');
    await rule('yorkshire', 'LS1');
    await rule('leeds', 'LS1 4');
    await rule('leeds', 'E05011400', 'ward');
  });

  const gaps = async (query: string, who: Who) => {
    const answer = await get(`coverage-gaps${query}`, who);
    expect(answer).toMatchObject({ status: 200 });
    return (answer.body as { data: Gap[] }).data;
  };
  const short = (found: Gap[]) => found.map(({ outcode, gap }) => `${outcode} ${gap}`);

  it('are outcodes with people and no branch, and those that several branches could claim', async () => {
    expect(await gaps('', 'national')).toEqual([
      {
        outcode: 'CF10',
        gap: 'no_branch',
        people: 4,
        lookedAfterBy: [
          { kind: 'national', slug: 'national', name: 'National Office', people: 2 },
          { kind: 'region', slug: 'wales', name: 'Wales', people: 2 },
        ],
        claims: [],
      },
      {
        outcode: 'CF11',
        gap: 'several_branches',
        people: null,
        lookedAfterBy: [],
        claims: [
          { branch: { slug: 'cardiff', name: 'Cardiff' }, codes: ['CF11'] },
          { branch: { slug: 'swansea', name: 'Swansea' }, codes: ['CF11 9'] },
        ],
      },
      {
        // A sector of one branch, and the rest of the outcode left to another's whole area.
        outcode: 'CF14',
        gap: 'several_branches',
        people: null,
        lookedAfterBy: [],
        claims: [
          { branch: { slug: 'cardiff', name: 'Cardiff' }, codes: ['CF'] },
          { branch: { slug: 'swansea', name: 'Swansea' }, codes: ['CF14 4'] },
        ],
      },
      expect.objectContaining({ outcode: 'LS6', gap: 'no_branch', people: 1 }),
      {
        outcode: 'SA1',
        gap: 'several_branches',
        people: null,
        lookedAfterBy: [],
        claims: [
          { branch: { slug: 'cardiff', name: 'Cardiff' }, codes: ['SA1 1'] },
          { branch: { slug: 'swansea', name: 'Swansea' }, codes: ['SA1 8AA'] },
        ],
      },
    ]);
  });

  it('are those of my units', async () => {
    expect(short(await gaps('', 'wales'))).toEqual([
      'CF10 no_branch',
      'CF11 several_branches',
      'CF14 several_branches',
      'SA1 several_branches',
    ]);
    expect(await gaps('?gap=no_branch', 'wales')).toMatchObject([{ outcode: 'CF10', people: 2 }]);
    expect(short(await gaps('', 'cardiff'))).toEqual([
      'CF11 several_branches',
      'CF14 several_branches',
      'SA1 several_branches',
    ]);
  });

  it('are of one kind where that is asked for', async () => {
    expect(short(await gaps('?gap=several_branches', 'national'))).toEqual([
      'CF11 several_branches',
      'CF14 several_branches',
      'SA1 several_branches',
    ]);
    expect((await get('coverage-gaps?gap=none', 'national')).status).toBe(422);
  });

  it('go page by page, each once', async () => {
    await rule('cardiff', 'CF10 1');
    const all = short(await gaps('', 'national'));
    expect(all).toContain('CF10 several_branches');
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const at: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await get(`coverage-gaps?limit=1${at}`, 'national');
      seen.push(...short(body.data));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(all);
    await stage.database.sql(`DELETE FROM coverage_rule WHERE prefix = 'CF10 1'`);
  });

  it('are left by a branch that was closed and whose people have not been moved', async () => {
    await stage.database.sql(`UPDATE unit SET closed_at = clock_now() WHERE slug = 'swansea'`);
    expect(await gaps('', 'wales')).toMatchObject([
      { outcode: 'CF10' },
      { outcode: 'SA1', gap: 'no_branch', lookedAfterBy: [{ slug: 'swansea', people: 1 }] },
    ]);
    await stage.database.sql(`UPDATE unit SET closed_at = NULL WHERE slug = 'swansea'`);
  });

  it('count people, and so are not for a treasurer', async () => {
    expect((await get('coverage-gaps', 'treasurer')).body).toMatchObject({
      status: 403,
      permission: 'people.read',
    });
  });
});

describe('the map of coverage', () => {
  beforeAll(async () => {
    await stage.database.sql('DELETE FROM coverage_rule');
    await stage.database.sql(
      `UPDATE unit SET latitude = 51.48151, longitude = -3.17911 WHERE slug = 'cardiff'`,
    );
    await rule('wales', 'CF');
    await rule('cardiff', 'CF10');
    await rule('cardiff', 'W05001234', 'ward');
    await rule('leeds', 'LS');
  });

  it('has my branches at their exact place and the rules that can be placed, longitude first', async () => {
    const answer = await get('coverage.geojson', 'wales');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain('application/geo+json');
    const [branch, area, ...more] = answer.body.features;
    expect(more).toEqual([]);
    expect(branch).toEqual({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [-3.17911, 51.48151] },
      properties: {
        what: 'branch',
        code: null,
        level: null,
        unit: { kind: 'branch', slug: 'cardiff', name: 'Cardiff' },
      },
    });
    // Without imported data only areas have a place of their own; the centre of CF is not CF10's.
    expect(area).toMatchObject({
      properties: { what: 'coverage_rule', code: 'CF', level: 'area', unit: { slug: 'wales' } },
    });
    const [long, lat] = area.geometry.coordinates;
    expect(Math.abs(long - -3.3)).toBeLessThan(0.5);
    expect(Math.abs(lat - 51.6)).toBeLessThan(0.5);
    expect(answer.body).toMatchObject({
      type: 'FeatureCollection',
      notShown: 2,
      truncated: false,
    });
  });

  it('is narrowed by region, and shows nothing of others', async () => {
    const codes = async (query: string, who: Who) =>
      (await get(`coverage.geojson${query}`, who)).body.features.map(
        ({ properties }: { properties: { code: string | null } }) => properties.code,
      );
    expect(await codes('', 'national')).toEqual([null, 'CF', 'LS']);
    expect(await codes('?region=yorkshire', 'national')).toEqual(['LS']);
    expect(await codes('?region=yorkshire', 'wales')).toEqual([]);
    expect(await codes('', 'treasurer')).toEqual([null, 'CF', 'LS']);
    expect((await get('coverage.geojson?branch=leeds', 'wales')).status).toBe(422);
  });
});

describe('the versions of the reference data', () => {
  it('are none before the first import', async () => {
    expect((await get('postcode-datasets', 'wales')).body).toEqual({ data: [], nextCursor: null });
  });

  it('are listed, the newest first, with the one that answers marked', async () => {
    const [older, newer] = [uuidV7(), uuidV7()];
    for (const [id, version] of [
      [older, 'onspd-2026-08'],
      [newer, 'onspd-2026-11'],
    ]) {
      await stage.database.sql(
        `INSERT INTO postcode_dataset (id, version, kind, state, file_name, live, terminated,
                                       without_position, rejected)
         VALUES ($1, $2, 'onspd', 'importing', 'ONSPD.csv', 3, 2, 1, 0)`,
        [id, version],
      );
    }
    await stage.database.sql(
      `UPDATE postcode_dataset SET state = 'complete', completed_at = clock_now(), bytes = 1,
              sha256 = '\\x00' WHERE id = $1`,
      [older],
    );
    await stage.database.sql('UPDATE current_postcode_dataset SET dataset_id = $1', [older]);
    const { body } = await get('postcode-datasets', 'treasurer');
    expect(body.data).toEqual([
      {
        id: newer,
        version: 'onspd-2026-11',
        kind: 'onspd',
        state: 'importing',
        current: false,
        fileName: 'ONSPD.csv',
        live: 3,
        terminated: 2,
        withoutPosition: 1,
        rejected: 0,
        createdAt: expect.stringMatching(/Z$/),
        completedAt: null,
      },
      expect.objectContaining({ id: older, current: true, state: 'complete' }),
    ]);
    const first = await get('postcode-datasets?limit=1', 'wales');
    const second = await get(`postcode-datasets?cursor=${first.body.nextCursor}`, 'wales');
    expect(second.body.data.map(({ id }: { id: string }) => id)).toEqual([older]);
    await stage.database.sql('UPDATE current_postcode_dataset SET dataset_id = NULL');
  });
});
