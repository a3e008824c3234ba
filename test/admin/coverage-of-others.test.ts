import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { joinPost } from '../factories/join-post.js';
import { makeReleaseFolder, onspdFile, type ReleaseFolder } from '../postcodes/release-files.js';
import { importInto } from '../postcodes/support.js';
import { DatasetLocator } from '../../src/postcodes/dataset.locator.js';
import { type AdminStage, bearer, startAdminStage } from './support.js';

const LEEDS = { oslaua: 'E08000035', ctry: 'E92000001' };
const CARDIFF = { oslaua: 'W06000015', pcon: 'W07000081', ctry: 'W92000004' };
const ROWS = [
  { pcds: 'LS1 4AP', osward: 'E05012345', lat: '53.796', long: '-1.547', ...LEEDS },
  { pcds: 'LS1 4BQ', osward: 'E05012346', lat: '53.797', long: '-1.548', ...LEEDS },
  { pcds: 'CF10 1EP', osward: 'W05001234', lat: '51.481', long: '-3.179', ...CARDIFF },
  { pcds: 'CF10 3AT', osward: 'W05001234', doterm: '201501', ...CARDIFF },
];

let stage: AdminStage;
let folder: ReleaseFolder;
const tokens = {} as Record<'national' | 'wales' | 'yorkshire', string>;
type Who = keyof typeof tokens;
beforeAll(async () => {
  [folder, stage] = await Promise.all([makeReleaseFolder(), startAdminStage()]);
  for (const who of ['national', 'wales', 'yorkshire'] as const) {
    tokens[who] = await stage.signIn(`${who}@example.org`);
  }
});
afterAll(async () => {
  await stage.close();
  await folder.remove();
});
beforeEach(() => stage.database.sql('DELETE FROM coverage_rule'));

type Slug = keyof AdminStage['organisation']['units'];
const make = async (who: Who, slug: Slug, code: string) => {
  const { body } = await stage
    .call()
    .post('/v1/admin/coverage-rules')
    .set(bearer(tokens[who]))
    .send({ unitId: stage.organisation.units[slug].id, code });
  return body as { id?: string; code: string; detail?: string };
};
const made = { id: expect.any(String) };
const refused = { status: 403, code: 'covered_by_another_region' };
const unknown = { status: 403, code: 'only_national_office' };

describe('without reference data', () => {
  it('an area is given by the national office alone', async () => {
    for (const code of ['W05001234', 'W07000081', 'E08000035']) {
      expect(await make('wales', 'swansea', code), code).toMatchObject(unknown);
      expect(await make('national', 'swansea', code), code).toMatchObject(made);
    }
  });
});

describe('with reference data, a regional organiser', () => {
  beforeAll(async () => {
    await importInto(stage.database, await folder.write('ONSPD_NOV_2025_UK.csv', onspdFile(ROWS)));
    const locator = stage.app.get(DatasetLocator, { strict: false });
    await vi.waitFor(() => expect(locator.knowsOfficialCode('ward', 'W05001234')).toBe(true), {
      timeout: 10_000,
    });
  });

  it('takes no area in which another region has a postcode', async () => {
    expect(await make('national', 'leeds', 'LS')).toMatchObject(made);
    for (const code of ['E08000035', 'E05012346']) {
      expect(await make('wales', 'swansea', code), code).toMatchObject({
        ...refused,
        detail: expect.stringMatching(
          /contains LS1 4.., which belongs to the region Yorkshire by a rule for LS\. The national office can give it to the branch Swansea\.$/,
        ),
        rules: [
          { code, unit: { kind: 'branch', slug: 'swansea', name: 'Swansea' } },
          { code: 'LS', unit: { kind: 'branch', slug: 'leeds', name: 'Leeds' } },
        ],
      });
    }
    const { body } = await stage
      .call()
      .post('/v1/join')
      .send(joinPost({ postcode: 'LS1 4AP' }))
      .expect(201);
    expect(body).toMatchObject({ branch: { slug: 'leeds' } });
    expect(await make('yorkshire', 'leeds', 'E08000035')).toMatchObject(made);
    expect(await make('national', 'swansea', 'E05012346')).toMatchObject(made);
  });

  it('reads the rules as they are at that moment, not as memory last had them', async () => {
    const answers = await Promise.all([
      make('yorkshire', 'leeds', 'LS1'),
      make('wales', 'swansea', 'E08000035'),
    ]);
    const rules = answers.filter(({ id }) => id !== undefined);
    expect(rules).toHaveLength(1);
    expect(answers.find(({ id }) => id === undefined)).toMatchObject(refused);
  });

  it('takes no postcodes out of an area that another region has', async () => {
    expect(await make('national', 'leeds', 'E08000035')).toMatchObject(made);
    for (const code of ['LS1', 'LS1 4', 'LS1 4AP']) {
      expect(await make('wales', 'swansea', code), code).toMatchObject(refused);
    }
    // A rule for the whole area stands behind that for the local authority: nothing goes over.
    expect(await make('wales', 'swansea', 'LS')).toMatchObject(made);
  });

  it('takes what is nobody’s, or its own, withdrawn postcodes included', async () => {
    expect(await make('national', 'leeds', 'CF10 3')).toMatchObject(made);
    expect(await make('wales', 'swansea', 'W05001234')).toMatchObject({
      ...refused,
      detail: expect.stringContaining('CF10 3AT'),
    });
    await stage.database.sql('DELETE FROM coverage_rule');
    expect(await make('national', 'wales', 'CF')).toMatchObject(made);
    expect(await make('wales', 'cardiff', 'CF10')).toMatchObject(made);
    expect(await make('wales', 'swansea', 'W05001234')).toMatchObject(made);
    expect(await make('wales', 'swansea', 'E08000035')).toMatchObject(made);
  });

  it('takes no area of another edition than the data', async () => {
    expect(await make('wales', 'swansea', 'W05009999')).toMatchObject(unknown);
    expect(await make('national', 'swansea', 'W05009999')).toMatchObject(made);
  });
});
