import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownerDataSource } from '../../src/platform/database/owner-data-source.js';
import { projectRoot } from '../../src/platform/project-root.js';
import {
  importOrganisation,
  OrganisationFileError,
  type OrganisationImportReport,
} from '../../src/units/organisation-import.js';
import { makeOrganiser } from '../factories/organisation.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let owner: DataSource;
beforeEach(async () => {
  database = await createTestDatabase();
  owner = await ownerDataSource(database.ownerUrl);
});
afterEach(async () => {
  await owner.destroy();
  await database.drop();
});

const SMALL = {
  name: 'A union',
  nationalOffice: { phone: '020 7946 0000' },
  regions: [
    { slug: 'north', name: 'North', coverage: ['M', 'LS'] },
    { slug: 'south', name: 'South', phone: '020 7946 0001', coverage: ['BN'] },
  ],
  branches: [
    {
      slug: 'leeds',
      name: 'Leeds',
      region: 'north',
      coverage: ['ls', 'LS6'],
      position: { lat: 53.799, long: -1.546 },
      meets: 'Every Monday, 7.30 pm, The Old Library',
    },
    { slug: 'hove', name: 'Hove', region: 'south', email: 'hove@example.org', coverage: ['BN3'] },
  ],
};

const load = (file: unknown, options?: { demo: boolean }): Promise<OrganisationImportReport> =>
  importOrganisation(owner.manager, file, options);
/** The faults that an import ends with. */
async function faultsOf(file: unknown): Promise<string[]> {
  const error: unknown = await load(file).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof OrganisationFileError) return error.faults;
  throw new Error('the import was not refused', { cause: error });
}
/** Everything an import writes, with ids and versions. */
const everything = async () => ({
  units: await database.sql('SELECT * FROM unit ORDER BY kind, slug'),
  rules: await database.sql('SELECT * FROM coverage_rule ORDER BY prefix, unit_kind'),
  version: await database.sql('SELECT version FROM directory_version'),
});
const demoFile = async () =>
  JSON.parse(
    await readFile(join(projectRoot, 'data', 'demo-organisation.json'), 'utf8'),
  ) as unknown;

describe('an import', () => {
  it('of the demo organisation makes its national office, 11 regions and 30 branches', async () => {
    await load(await demoFile(), { demo: true });
    const kinds = await database.sql(
      'SELECT kind, count(*)::integer AS n, bool_and(demo) AS demo FROM unit GROUP BY kind ORDER BY n',
    );
    expect(kinds).toEqual([
      { kind: 'national', n: 1, demo: true },
      { kind: 'region', n: 11, demo: true },
      { kind: 'branch', n: 30, demo: true },
    ]);
  });

  it('of the same file again changes nothing', async () => {
    const report = await load(SMALL);
    expect(report).toMatchObject({
      unitsChanged: 5,
      rulesAdded: 6,
      rulesRemoved: 0,
      notInFile: [],
    });
    const before = await everything();
    expect(await load(structuredClone(SMALL))).toEqual({
      unitsChanged: 0,
      rulesAdded: 0,
      rulesRemoved: 0,
      notInFile: [],
    });
    const after = await everything();
    expect({ ...after, version: 0 }).toEqual({ ...before, version: 0 });
  });

  it('takes the place out of a meeting text, so that it is not published by accident', async () => {
    await load(SMALL);
    const [leeds] = await database.sql(
      `SELECT meets, venue, publishes_venue AS published FROM unit WHERE slug = 'leeds'`,
    );
    expect(leeds).toEqual({
      meets: 'Every Monday, 7.30 pm',
      venue: 'The Old Library',
      published: false,
    });
  });

  it('brings what is there to what the file says, and keeps the units’ ids', async () => {
    await load(SMALL);
    const before = await everything();
    const report = await load({
      ...SMALL,
      branches: [
        {
          ...SMALL.branches[0],
          name: 'Leeds and Otley',
          coverage: ['LS20', 'BD16'],
          region: 'south',
        },
        { ...SMALL.branches[1], coverage: ['BN3', 'LS6'] },
      ],
    });
    expect(report).toMatchObject({ unitsChanged: 1, rulesAdded: 3, rulesRemoved: 2 });
    const [leeds] = await database.sql(
      `SELECT u.id, u.name, u.version, p.slug AS region, array_agg(r.prefix ORDER BY r.prefix) AS rules
         FROM unit u JOIN unit p ON p.id = u.parent_id JOIN coverage_rule r ON r.unit_id = u.id
        WHERE u.slug = 'leeds' GROUP BY u.id, p.slug`,
    );
    expect(leeds).toEqual({
      id: before.units.find(({ slug }) => slug === 'leeds')?.['id'],
      name: 'Leeds and Otley',
      version: 2,
      region: 'south',
      rules: ['BD16', 'LS20'],
    });
  });

  it('moves a rule from one branch of the file to another', async () => {
    await load(SMALL);
    const [leeds, hove] = SMALL.branches;
    await load({
      ...SMALL,
      regions: [
        { slug: 'north', name: 'North', coverage: ['M'] },
        { slug: 'south', name: 'South', phone: '020 7946 0001', coverage: ['BN', 'LS'] },
      ],
      branches: [
        { ...leeds, coverage: ['BN3'] },
        { ...hove, coverage: ['LS'] },
      ],
    });
    const rules = await database.sql(
      `SELECT prefix, u.slug FROM coverage_rule r JOIN unit u ON u.id = r.unit_id
        WHERE u.kind = 'branch' ORDER BY 1`,
    );
    expect(rules).toEqual([
      { prefix: 'BN3', slug: 'leeds' },
      { prefix: 'LS', slug: 'hove' },
    ]);
  });

  it('moves all rules of a branch to another', async () => {
    await load(SMALL);
    const [leeds, hove] = SMALL.branches;
    const report = await load({
      ...SMALL,
      branches: [
        { ...leeds, coverage: [] },
        { ...hove, coverage: ['BN3', 'LS6'] },
      ],
    });
    expect(report).toMatchObject({ unitsChanged: 0, rulesAdded: 1, rulesRemoved: 2 });
  });

  it('takes rules by ward, constituency and local authority too, each with its kind', async () => {
    const [leeds, hove] = SMALL.branches;
    const file = {
      ...SMALL,
      regions: [{ ...SMALL.regions[0], localAuthorities: ['E08000035'] }, SMALL.regions[1]],
      branches: [
        { ...leeds, wards: ['e05011400', 'E05011400'], constituencies: ['E14001324'] },
        hove,
      ],
    };
    expect(await load(file)).toMatchObject({ rulesAdded: 9, rulesRemoved: 0 });
    const rules = await database.sql(
      `SELECT r.kind, r.prefix, u.slug FROM coverage_rule r JOIN unit u ON u.id = r.unit_id
        WHERE r.kind <> 'postcode' ORDER BY r.prefix`,
    );
    expect(rules).toEqual([
      { kind: 'ward', prefix: 'E05011400', slug: 'leeds' },
      { kind: 'local_authority', prefix: 'E08000035', slug: 'north' },
      { kind: 'constituency', prefix: 'E14001324', slug: 'leeds' },
    ]);
    expect(await load(file)).toMatchObject({ rulesAdded: 0, rulesRemoved: 0 });
    expect(await load(SMALL)).toMatchObject({ rulesAdded: 0, rulesRemoved: 3 });
  });

  it('gives every unit the office of its kind, vacant, and leaves one that is filled', async () => {
    await load(SMALL);
    const posts = () =>
      database.sql(
        `SELECT u.slug, p.office, p.holder_id, p.version
           FROM post p JOIN unit u ON u.id = p.unit_id ORDER BY u.slug`,
      );
    const vacant = (slug: string, office: string) => ({
      slug,
      office,
      holder_id: null,
      version: 1,
    });
    const all = [
      vacant('hove', 'branch_secretary'),
      vacant('leeds', 'branch_secretary'),
      vacant('national-office', 'national_office'),
      vacant('north', 'regional_organiser'),
      vacant('south', 'regional_organiser'),
    ];
    expect(await posts()).toEqual(all);
    const { id } = await makeOrganiser(database, 'leeds@example.org', 'no hash');
    await database.sql(
      `UPDATE post SET holder_id = $1 FROM unit u WHERE u.id = unit_id AND u.slug = 'leeds'`,
      [id],
    );
    await load(SMALL);
    expect(await posts()).toEqual(
      all.map((post) => (post.slug === 'leeds' ? { ...post, holder_id: id, version: 2 } : post)),
    );
  });

  it('never deletes what the file does not name, and says so', async () => {
    await load(SMALL);
    const report = await load({ ...SMALL, branches: SMALL.branches.slice(0, 1) });
    expect(report.notInFile).toEqual(['hove']);
    expect((await everything()).rules).toHaveLength(6);
  });
});

describe('a file with faults', () => {
  it('is refused with all of them at once, and nothing is changed', async () => {
    await load(SMALL);
    const before = await everything();
    const faults = await faultsOf({
      ...SMALL,
      name: 5,
      nationalOffice: {},
      regions: [{ slug: 'North West', name: 'North', coverage: ['M1O', 'nonsense', 'M'] }],
      branches: [
        {
          slug: 'x',
          name: 'X',
          region: 'nowhere',
          position: { lat: 91, long: 0 },
          colour: 'red',
          wards: ['E14001324'],
          constituencies: ['LS6'],
          localAuthorities: [''],
        },
      ],
    });
    for (const part of [
      'name:',
      'nationalOffice: needs a phone or an email',
      'regions.0.slug: This must be words of lower-case letters',
      'regions.0.coverage.0: “M1O” is not a postcode prefix',
      'regions.0.coverage.1: “nonsense” is not',
      'branches.0.position.lat:',
      'branches.0.wards.0: “E14001324” is not the code of a ward',
      'branches.0.constituencies.0: “LS6” is not the code of a constituency',
      'branches.0.localAuthorities.0: “” is not the code of a local authority',
      'branches.0: Unrecognized key: "colour"',
    ]) {
      expect(
        faults.filter((fault) => fault.startsWith(part)),
        part,
      ).toHaveLength(1);
    }
    expect(await everything()).toEqual(before);
  });

  it('is refused for a branch across the sea, and for one with the address of the lookup', async () => {
    const [leeds, hove] = SMALL.branches;
    const faults = await faultsOf({
      ...SMALL,
      branches: [
        { ...leeds, position: { lat: -1.546, long: 53.799 } },
        { ...hove, slug: 'nearest' },
      ],
    });
    expect(faults).toEqual([
      expect.stringMatching(/^branches\.0\.position\.lat: .*latitude .* 48 to 62 degrees north/),
      expect.stringMatching(/^branches\.0\.position\.long: .*longitude/),
      expect.stringMatching(/^branches\.1\.slug: .*“nearest”/),
    ]);
  });

  it('is refused for what is wrong between its parts, and nothing is changed', async () => {
    await load(SMALL);
    const before = await everything();
    const faults = await faultsOf({
      ...SMALL,
      regions: [...SMALL.regions, { slug: 'north', name: 'Other', coverage: ['BN'] }],
      branches: [
        ...SMALL.branches,
        { slug: 'york', name: 'York', region: 'nowhere', coverage: ['LS'] },
      ],
    });
    expect(faults).toEqual([
      'The region “north” is there twice.',
      'The branch “york” belongs to “nowhere”, which is no region.',
      'The regions “south” and “north” both cover BN.',
      'The branches “leeds” and “york” both cover LS.',
      'The branch “york” of “nowhere” and the region “north” both cover LS.',
    ]);
    expect(await everything()).toEqual(before);
  });

  it.each([[null], [[]], ['text'], [7], [{}]])('%j is refused', async (file) => {
    expect((await faultsOf(file)).length).toBeGreaterThan(0);
    expect((await everything()).units).toEqual([]);
  });

  it.each([
    [
      'a branch of the file and one that is not in it',
      { slug: 'otley', name: 'Otley', region: 'north', coverage: ['LS'] },
      '“otley” covers LS, which already belongs to “leeds” (not in the file).',
    ],
    [
      'a branch of the file and another region that is not in it',
      { slug: 'otley', name: 'Otley', region: 'north', coverage: ['BN'] },
      '“otley” covers BN, which already belongs to “south” (not in the file).',
    ],
  ])('is refused where two would cover one prefix: %s', async (_what, branch, fault) => {
    await load(SMALL);
    const before = await everything();
    const north = { ...SMALL.regions[0], name: 'The North' };
    expect(await faultsOf({ ...SMALL, regions: [north], branches: [branch] })).toEqual([fault]);
    expect(await everything()).toEqual(before);
  });

  it('is refused where a region of the file would take what a foreign branch has', async () => {
    await load(SMALL);
    const south = { slug: 'south', name: 'South', phone: '020 7946 0001', coverage: ['BN', 'LS6'] };
    expect(await faultsOf({ ...SMALL, regions: [south], branches: [] })).toEqual([
      '“south” covers LS6, which already belongs to “leeds” (not in the file).',
    ]);
  });

  it('may share a prefix with a region of its own that is not in it', async () => {
    await load(SMALL);
    const report = await load({
      ...SMALL,
      regions: [SMALL.regions[0]],
      branches: [{ slug: 'otley', name: 'Otley', region: 'north', coverage: ['M'] }],
    });
    expect(report.rulesAdded).toBe(1);
  });
});
