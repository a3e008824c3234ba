import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sharedDataPath } from '../support/shared-data.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { makeReleaseFolder, onspdFile, type ReleaseFolder } from './release-files.js';
import { ANSWER, askingOf, MANCHESTER, WITHIN_5_M } from './asking.js';
import { importInto, type TestLocator, withDatasets } from './support.js';

let database: TestDatabase;
let folder: ReleaseFolder;
beforeAll(async () => {
  database = await createTestDatabase();
  // A release of withdrawn postcodes alone is refused where it would be the first.
  const first = await makeReleaseFolder();
  await importInto(database, await first.write('ONSPD_AUG_2020_UK.csv', onspdFile([MANCHESTER])));
  await first.remove();
});
afterAll(() => database.drop());
beforeEach(async () => {
  folder = await makeReleaseFolder();
});
afterEach(() => folder.remove());

const asking = <Result>(path: string, ask: (locator: TestLocator) => Result) =>
  askingOf(database, path, ask);

describe('the real samples', () => {
  const codePoint = sharedDataPath('codepoint-open');
  const onspd = sharedDataPath('onspd-sample-ab1.csv');
  const nspl = sharedDataPath('nspl-sample-3rows.csv');

  it.skipIf(codePoint === undefined)('of Code-Point Open: a folder of area files', async () => {
    const { report, answer } = await asking(codePoint ?? '', ({ locate }) => [
      locate('ZE1 0AA'),
      locate('LS1 1AZ'),
    ]);
    expect(report).toMatchObject({
      kind: 'code-point-open',
      live: 29_577,
      terminated: 0,
      withoutPosition: 1,
      rejected: 0,
      repeated: 0,
      coversNorthernIreland: false,
    });
    expect(answer).toEqual([
      {
        precision: 'unit',
        position: { lat: expect.closeTo(60.1536, 3), long: expect.closeTo(-1.1411, 3) },
        terminated: null,
        nation: 'scotland',
        officialCodes: { ward: 'S13002777', constituency: null, localAuthority: 'S12000027' },
      },
      expect.objectContaining({
        nation: 'england',
        officialCodes: { ward: 'E05011403', constituency: null, localAuthority: 'E08000035' },
      }),
    ]);
  });

  it.skipIf(onspd === undefined)('of ONSPD, as it was up to 2025', async () => {
    const { report, answer } = await asking(onspd ?? '', ({ locate }) => locate('AB1 0AA'));
    expect(report).toMatchObject({
      kind: 'onspd',
      live: 4_237,
      terminated: 3_811,
      withoutPosition: 2,
      rejected: 0,
    });
    expect(answer).toEqual({
      precision: 'unit',
      position: { lat: 57.101474, long: -2.242851 },
      terminated: '1996-06',
      nation: 'scotland',
      officialCodes: {
        ward: 'S13002843',
        constituency: 'S14000061',
        localAuthority: 'S12000033',
      },
    });
  });

  it.skipIf(nspl === undefined)('of NSPL, as it is since 2025', async () => {
    const { report, answer } = await asking(nspl ?? '', ({ locate }) => locate('BR8 7QP'));
    expect(report).toMatchObject({ kind: 'nspl', live: 3, terminated: 0, withoutPosition: 0 });
    expect(answer).toMatchObject({
      position: { lat: 51.403453, long: 0.148952 },
      nation: 'england',
      officialCodes: {
        ward: 'E05014007',
        constituency: 'E14001417',
        localAuthority: 'E09000006',
      },
    });
  });
});

describe('the column names of an edition', () => {
  it.each([
    ['of ONSPD up to 2025', 'oslaua,osward,oseast1m,osnrth1m,osgrdind,ctry,pcon'],
    ['of ONSPD since 2025', 'lad25cd,wd25cd,east1m,north1m,gridind,ctry25cd,pcon24cd'],
    ['of NSPL before', 'laua,ward,oseast1m,osnrth1m,osgrdind,ctry,pcon'],
    ['of the year after next', 'lad27cd,wd27cd,east1m,north1m,gridind,ctry27cd,pcon26cd'],
  ])('%s are known', async (_edition, columns) => {
    const codes = 'E08000003,E05011361,385063,0395385,1,E92000001,E14001353';
    const path = await folder.write(
      'edition.csv',
      `pcd7,pcds,dointr,doterm,${columns},lat,long\nM14 5RX,M14 5RX,198001,,${codes},53.4546,-2.2263\n`,
    );
    const { answer } = await asking(path, ({ locate }) => locate('M14 5RX'));
    expect(answer).toMatchObject({ ...ANSWER, nation: 'england' });
  });

  it('count, never their places, with quotes or without, in capitals, behind a mark', async () => {
    const path = await folder.write(
      'turned.csv',
      `\uFEFF"LONG","LAT","PCDS","DOTERM"\n"-2.2263","53.4546","M14 5RX",""\n`,
    );
    const { answer } = await asking(path, ({ locate }) => locate('M14 5RX'));
    expect(answer).toMatchObject({ precision: 'unit', position: ANSWER.position });
  });

  it('need no latitude where there is a grid reference', async () => {
    const path = await folder.write(
      'short.csv',
      'postcode,pq,easting,northing,lad25cd\nM14 5RX,10,385063,395385,E08000003\nM14 5RY,90,0,0,\n',
    );
    const { report, answer } = await asking(path, ({ locate }) => locate('M14 5RX'));
    expect(report).toMatchObject({ kind: 'code-point-open', live: 2, withoutPosition: 1 });
    expect(answer).toMatchObject({
      precision: 'unit',
      position: WITHIN_5_M,
      nation: 'england',
      officialCodes: { localAuthority: 'E08000003', ward: null, constituency: null },
    });
  });
});

describe('a row', () => {
  it('without a grid reference is kept, and Greenwich has one', async () => {
    const path = await folder.write(
      'places.csv',
      onspdFile([
        { ...MANCHESTER, pcds: 'SE10 8XJ', lat: '51.477900', long: '0.000000' },
        { ...MANCHESTER, pcds: 'SE10 8XK', osgrdind: '9', lat: '51.4779', long: '0' },
        { ...MANCHESTER, pcds: 'SE10 8XL', lat: '99.999999', long: '0.000000' },
        { ...MANCHESTER, pcds: 'JE2 3AB', osgrdind: '9', ctry: 'L93000001', lat: '99.999999' },
      ]),
    );
    const { report, answer } = await asking(path, ({ locate }) =>
      ['SE10 8XJ', 'SE10 8XK', 'SE10 8XL', 'JE2 3AB'].map((text) => locate(text)),
    );
    expect(report).toMatchObject({ live: 4, withoutPosition: 3, rejected: 0 });
    const greenwich = { lat: 51.4779, long: 0 };
    expect(answer).toMatchObject([
      { precision: 'unit', position: greenwich },
      { precision: 'sector', position: greenwich, nation: 'england' },
      { precision: 'sector', position: greenwich },
      { precision: 'none', position: null, nation: null },
    ]);
  });

  it('of Northern Ireland is never placed by its Irish grid reference', async () => {
    const path = await folder.write(
      'belfast.csv',
      'pcds,east1m,north1m,gridind,ctry25cd\nBT1 1AA,333900,374400,1,N92000002\n',
    );
    const { report, answer } = await asking(path, ({ locate }) => locate('BT1 1AA'));
    expect(report).toMatchObject({ withoutPosition: 1, coversNorthernIreland: true });
    expect(answer).toMatchObject({ precision: 'area', nation: 'northern-ireland' });
  });

  it('with pseudo codes has none', async () => {
    const codes = { oslaua: 'E99999999', osward: 'E99999999', pcon: 'E99999999' };
    const path = await folder.write('pseudo.csv', onspdFile([{ ...MANCHESTER, ...codes }]));
    const { answer } = await asking(path, ({ locate }) => locate('M14 5RX'));
    expect(answer).toMatchObject({ officialCodes: null, nation: 'england' });
  });

  it.each([
    ['the live one', { doterm: '200101' }, {}, null],
    ['the live one, whatever the order', {}, { doterm: '200101' }, null],
    [
      'the one introduced last',
      { dointr: '199001', doterm: '199501' },
      { dointr: '199801', doterm: '200112' },
      '2001-12',
    ],
  ])('that comes twice counts once: %s', async (_which, first, second, terminated) => {
    const path = await folder.write(
      'twice.csv',
      onspdFile([
        { ...MANCHESTER, ...first },
        { ...MANCHESTER, ...second },
      ]),
    );
    const { report, answer } = await asking(path, ({ locate }) => locate('M14 5RX'));
    expect(report.live + report.terminated).toBe(1);
    expect(report.repeated).toBe(1);
    expect(answer.terminated).toBe(terminated);
  });
});

describe('a version', () => {
  it('is named by its release, once more by a number, else by the day', async () => {
    const path = await folder.write('ONSPD_FEB_2026_UK.csv', onspdFile([MANCHESTER]));
    expect((await importInto(database, path)).version).toBe('onspd-2026-02');
    expect((await importInto(database, path)).version).toBe('onspd-2026-02-2');
    const nameless = await folder.write('mine.csv', onspdFile([MANCHESTER]));
    expect((await importInto(database, nameless)).version).toMatch(
      /^onspd-20\d\d-\d\d-\d\d(-\d+)?$/,
    );
  });

  it('keeps which columns and which file it came from', async () => {
    const path = await folder.write('ONSPD_AUG_2026_UK.csv', onspdFile([MANCHESTER]));
    await importInto(database, path);
    const { versions } = await withDatasets(database, (datasets) => datasets.list());
    expect(versions[0]).toMatchObject({
      version: 'onspd-2026-08',
      state: 'complete',
      current: true,
      fileName: 'ONSPD_AUG_2026_UK.csv',
      columns: readFileSync(path, 'utf8')
        .split('\r\n')[0]
        ?.split(',')
        .filter((name) => !['pcd7', 'pcd8', 'oscty', 'parish'].includes(name)),
    });
  });
});
