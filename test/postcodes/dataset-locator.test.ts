import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { isKnownCode, parseCoverageCode } from '../../src/units/coverage-code.js';
import { breakableRoute } from '../support/breakable-route.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { makeReleaseFolder, onspdFile, type ReleaseFolder } from './release-files.js';
import {
  importAndUse,
  importInto,
  postcode,
  startLocator,
  type TestLocator,
  withDatasets,
} from './support.js';

let database: TestDatabase;
let folder: ReleaseFolder;
let locator: TestLocator;
const others: TestLocator[] = [];
beforeAll(async () => {
  folder = await makeReleaseFolder();
  database = await createTestDatabase();
  locator = await startLocator(database.url);
});
afterEach(async () => {
  for (const one of others.splice(0)) await one.close();
});
afterAll(async () => {
  await locator.close();
  await database.drop();
  await folder.remove();
});

const CODES = { oslaua: 'E08000003', osward: 'E05011361', pcon: 'E14001353', ctry: 'E92000001' };
const MANCHESTER = [
  { ...CODES, pcds: 'M14 5RX', lat: '53.454600', long: '-2.226300' },
  { ...CODES, pcds: 'M14 5RZ', lat: '53.454800', long: '-2.226500', doterm: '200512' },
  { ...CODES, pcds: 'M14 6AA', lat: '53.444600', long: '-2.216300' },
  { ...CODES, pcds: 'M14 7AA', osgrdind: '9', lat: '99.999999', long: '0.000000' },
  { ...CODES, pcds: 'M60 9AA', osgrdind: '9', lat: '99.999999', doterm: '199909' },
  { ...CODES, pcds: 'SW1A 1AA', lat: '51.500000', long: '-0.140000' },
  { ...CODES, pcds: 'SW1E 5AA', lat: '51.498000', long: '-0.138000' },
  { pcds: 'JE2 3AB', ctry: 'L93000001', osgrdind: '9', lat: '99.999999', doterm: '200101' },
];
const IN_LEEDS = [{ ...CODES, pcds: 'LS1 1AZ', lat: '53.796400', long: '-1.564600' }];

const importRows = async (
  name: string,
  rows: Parameters<typeof onspdFile>[0],
  keepCurrent = false,
) => {
  const path = await folder.write(`ONSPD_${name}_UK.csv`, onspdFile(rows));
  return keepCurrent ? importInto(database, path, { keepCurrent }) : importAndUse(database, path);
};
const expectAnswersFrom = (version: string, one = locator) =>
  vi.waitFor(() => expect(one.locator.version).toBe(version), { timeout: 10_000 });

const CENTRE_OF_M = { lat: 53.48, long: -2.27 };

describe('without a dataset', () => {
  it('answers from the built-in table, and cannot tell what exists', () => {
    expect(locator.locator.version).toBe('area-table-2025');
    expect(locator.locate('M14 5RX')).toMatchObject({ precision: 'area', position: CENTRE_OF_M });
    expect(locator.locator.knows(postcode('M14 5RX'))).toBeUndefined();
  });
});

describe('with a dataset', () => {
  beforeAll(async () => {
    await importRows('NOV_2025', MANCHESTER);
    await expectAnswersFrom('onspd-2025-11');
  });

  const CODES_OF_ALL = {
    ward: 'E05011361',
    constituency: 'E14001353',
    localAuthority: 'E08000003',
  };
  const PART = { terminated: null, nation: 'england', officialCodes: null };

  it.each([
    [
      'M14 5RX',
      'a unit',
      {
        precision: 'unit',
        position: { lat: 53.4546, long: -2.2263 },
        terminated: null,
        nation: 'england',
        officialCodes: CODES_OF_ALL,
      },
    ],
    [
      'M14 5RZ',
      'a withdrawn unit: where it was, and when it ended',
      {
        precision: 'unit',
        position: { lat: 53.4548, long: -2.2265 },
        terminated: '2005-12',
        nation: 'england',
        officialCodes: CODES_OF_ALL,
      },
    ],
    [
      'M14 6AB',
      'an unknown unit: its sector',
      { precision: 'sector', position: { lat: 53.4446, long: -2.2163 }, ...PART },
    ],
    [
      'M14 5',
      'a sector: the live ones',
      { precision: 'sector', position: { lat: 53.4546, long: -2.2263 }, ...PART },
    ],
    [
      'M14 9',
      'an unknown sector: its outcode',
      { precision: 'outcode', position: { lat: 53.4496, long: -2.2213 }, ...PART },
    ],
    [
      'M14',
      'an outcode',
      { precision: 'outcode', position: { lat: 53.4496, long: -2.2213 }, ...PART },
    ],
    [
      'M14 7AA',
      'a unit without a position: codes its own, place of the outcode, as its sector has none',
      {
        precision: 'outcode',
        position: { lat: 53.4496, long: -2.2213 },
        terminated: null,
        nation: 'england',
        officialCodes: CODES_OF_ALL,
      },
    ],
    [
      'M60 9AA',
      'a unit whose outcode has no position: codes its own, place of the area',
      {
        precision: 'area',
        position: CENTRE_OF_M,
        terminated: '1999-09',
        nation: 'england',
        officialCodes: CODES_OF_ALL,
      },
    ],
    [
      'SW1',
      'a district of lettered outcodes: the middle of those',
      {
        precision: 'outcode',
        position: { lat: expect.closeTo(51.499, 6), long: expect.closeTo(-0.139, 6) },
        ...PART,
      },
    ],
    [
      'M99 1AA',
      'an unknown outcode: its area',
      { precision: 'area', position: CENTRE_OF_M, ...PART },
    ],
    ['M', 'an area', { precision: 'area', position: CENTRE_OF_M, ...PART }],
    [
      'JE2 3AB',
      'a Crown dependency: nowhere, but when it ended',
      {
        precision: 'none',
        position: null,
        terminated: '2001-01',
        nation: null,
        officialCodes: null,
      },
    ],
    [
      'BT1 1AA',
      'what the data does not cover: its area',
      { precision: 'area', nation: 'northern-ireland' },
    ],
    ['BFPO 105', 'the forces: nowhere', { precision: 'none', position: null }],
    ['GX11 1AA', 'overseas: nowhere', { precision: 'none', position: null }],
    ['ZZ99 3VZ', 'a pseudo code: nowhere', { precision: 'none', position: null }],
    ['GIR 0AA', 'Girobank: nowhere', { precision: 'none', position: null }],
    ['QQ1 1AA', 'an area that nobody has: nowhere', { precision: 'none', position: null }],
  ])('locates %s, %s', (text, _what, expected) => {
    expect(locator.locate(text)).toMatchObject(expected);
  });

  it.each([
    ['M14 5RX', true],
    ['M14 5RZ', true],
    ['M14 5RY', false],
    ['M14 5', true],
    ['M14 8', false],
    ['M14 9', false],
    ['M14', true],
    ['M15', false],
    ['M15 1AA', false],
    ['SW1', true],
    ['SW2', false],
    ['M', true],
    ['LS1 1AZ', undefined],
    ['LS', undefined],
    ['BFPO 105', undefined],
    ['GX11 1AA', undefined],
    ['QQ1 1AA', false],
  ])('knows of %s: %s', (text, expected) => {
    expect(locator.locator.knows(postcode(text))).toBe(expected);
  });

  it.each([
    ['E05011361', true],
    ['E05000001', false],
    ['E14001353', true],
    ['E08000003', true],
    ['W06000015', false],
    ['M14 5', true],
    ['SW1', true],
    ['M14 9', false],
    ['XX9', undefined],
    ['LS', undefined],
  ])('knows whether a rule for %s covers anything: %s', (code, expected) => {
    const covered = parseCoverageCode(code);
    if (covered === undefined) throw new Error(`${code} is no code`);
    expect(isKnownCode(covered, locator.locator)).toBe(expected);
  });

  it('changes over when another version is current, and back, in every process', async () => {
    const other = await startLocator(database.url);
    others.push(other);
    // From now on this one looks only when it is told to.
    other.locator.onApplicationShutdown();
    const { version } = await importRows('FEB_2026', [...MANCHESTER, ...IN_LEEDS]);
    for (const one of [locator, other]) {
      await expectAnswersFrom(version, one);
      expect(one.locate('LS1 1AZ').precision).toBe('unit');
    }
    await withDatasets(database, (datasets) => datasets.use('onspd-2025-11'));
    for (const one of [locator, other]) {
      await expectAnswersFrom('onspd-2025-11', one);
      expect(one.locate('LS1 1AZ').precision).toBe('area');
    }
  });

  it('looks by itself, too, for the case that a notification is lost', async () => {
    await database.sql('ALTER TABLE current_postcode_dataset DISABLE TRIGGER ALL');
    const { version } = await importRows('MAY_2026', IN_LEEDS);
    await expectAnswersFrom(version);
    await database.sql('ALTER TABLE current_postcode_dataset ENABLE TRIGGER ALL');
    await withDatasets(database, (datasets) => datasets.use('onspd-2025-11'));
    await expectAnswersFrom('onspd-2025-11');
  });

  it('stays with the current version while another is only loaded', async () => {
    const { version } = await importRows('FEB_2026', IN_LEEDS, true);
    await locator.locator.reload();
    expect(locator.locator.version).toBe('onspd-2025-11');
    await withDatasets(database, (datasets) => datasets.use(version));
    await expectAnswersFrom(version);
    await withDatasets(database, (datasets) => datasets.use('onspd-2025-11'));
    await expectAnswersFrom('onspd-2025-11');
  });

  it.each([
    [
      'a bit is turned',
      `UPDATE postcode_dataset_chunk SET bytes = set_bit(bytes, 500, 1 - get_bit(bytes, 500)) WHERE dataset_id = $1`,
    ],
    ['a piece is missing', 'DELETE FROM postcode_dataset_chunk WHERE dataset_id = $1'],
    [
      'the format is another',
      `UPDATE postcode_dataset_chunk SET bytes = set_byte(bytes, 8, 2) WHERE dataset_id = $1`,
    ],
  ])('serves on with the last version where %s in the new one', async (_what, spoil) => {
    const { version } = await importRows('FEB_2026', IN_LEEDS, true);
    const [row] = await database.sql<{ id: string }>(
      'SELECT id FROM postcode_dataset WHERE version = $1',
      [version],
    );
    await database.sql(spoil, [row?.id]);
    if (spoil.includes('set_byte')) {
      await database.sql(
        `UPDATE postcode_dataset d SET sha256 = sha256(c.bytes)
           FROM postcode_dataset_chunk c WHERE c.dataset_id = d.id AND d.id = $1`,
        [row?.id],
      );
    }
    await withDatasets(database, (datasets) => datasets.use(version));
    await locator.locator.reload();
    expect(locator.locator.version).toBe('onspd-2025-11');
    expect(locator.locate('M14 5RX').precision).toBe('unit');
    // A process that starts now has nothing but the table, and starts all the same.
    const fresh = await startLocator(database.url);
    others.push(fresh);
    expect(fresh.locator.version).toBe('area-table-2025');
    await withDatasets(database, (datasets) => datasets.use('onspd-2025-11'));
    await expectAnswersFrom('onspd-2025-11', fresh);
  });
});

describe('while the database is away', () => {
  it('goes on answering, and takes the new version when it is back', async () => {
    const route = await breakableRoute(database.url);
    const url = new URL(database.url);
    url.host = `127.0.0.1:${route.port}`;
    const distant = await startLocator(url.href);
    others.push(distant);
    try {
      await route.break();
      await expect(distant.locator.reload()).rejects.toThrow(/terminat|connect|ECONN/i);
      expect(distant.locate('M14 5RX').precision).toBe('unit');
      const { version } = await importRows('FEB_2026', IN_LEEDS);
      await route.mend();
      await expectAnswersFrom(version, distant);
      expect(distant.locate('LS1 1AZ').precision).toBe('unit');
    } finally {
      await distant.close();
      others.splice(others.indexOf(distant), 1);
      await route.close();
    }
  });
});
