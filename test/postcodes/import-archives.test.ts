import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { ANSWER, askingOf, MANCHESTER, WITHIN_5_M } from './asking.js';
import { makeReleaseFolder, onspdFile, type ReleaseFolder } from './release-files.js';
import { importInto, type TestLocator } from './support.js';
import { zipOf } from './zip-file.js';

let database: TestDatabase;
let folder: ReleaseFolder;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  folder = await makeReleaseFolder();
});
afterEach(() => folder.remove());

const asking = <Result>(path: string, ask: (locator: TestLocator) => Result) =>
  askingOf(database, path, ask);

describe('an official archive', () => {
  const onspd = onspdFile([MANCHESTER, { ...MANCHESTER, pcds: 'M14 5RY', doterm: '201012' }]);

  it('of ONSPD is read by its one large file, not by what repeats it', async () => {
    const path = await folder.write(
      'release.zip',
      zipOf({
        'Documents/LA_UA names and codes UK as at 04_23.csv': `LAD23CD,LAD23NM\n${'E08000003,Manchester\n'.repeat(400)}`,
        'Data/ONSPD_NOV_2025_UK.csv': onspd,
        'Data/multi_csv/ONSPD_NOV_2025_UK_M.csv': onspd + onspd.split('\r\n')[1]?.repeat(3),
        'User Guide/ONSPD User Guide.pdf': 'a guide',
      }),
    );
    const { report, answer } = await asking(path, ({ locate }) => locate('M14 5RX'));
    expect(report).toMatchObject({
      version: 'onspd-2025-11',
      kind: 'onspd',
      live: 1,
      terminated: 1,
      repeated: 0,
    });
    expect(answer).toMatchObject(ANSWER);
  });

  it.each([
    ['two editions', ['ONSPD_AUG_2025_UK.csv', 'ONSPD_NOV_2025_UK.csv']],
    ['a file cut by hand', ['part-1.csv', 'part-2.csv']],
    ['two editions below', ['old/Data/ONSPD_AUG_2025_UK.csv', 'new/Data/ONSPD_NOV_2025_UK.csv']],
    [
      'two editions in parts',
      ['multi_csv/ONSPD_AUG_2025_UK_M.csv', 'multi_csv/ONSPD_NOV_2025_UK_M.csv'],
    ],
    ['two Code-Point Opens', ['2025-08/Data/CSV/m.csv', '2025-11/Data/CSV/m.csv']],
    ['areas beside a whole', ['Data/CSV/m.csv', 'ONSPD_NOV_2025_UK.csv']],
  ])('with %s is refused by their names, packed or not', async (_what, paths) => {
    const candidates = new RegExp(`${paths.toSorted().join(' or ')}: give`);
    const packed = await folder.write(
      'packed.zip',
      zipOf(Object.fromEntries(paths.map((path) => [path, onspd]))),
    );
    await expect(importInto(database, packed)).rejects.toThrow(candidates);
    for (const path of paths) await folder.write(`unpacked/${path}`, onspd);
    const refused = await importInto(database, join(folder.path, 'unpacked')).catch(String);
    expect(refused).toMatch(/^PostcodeImportRefused: It is not clear which of these is meant/);
    expect(refused).toMatch(candidates);
  });

  it('is named by its first files where there are many', async () => {
    const paths = Array.from({ length: 12 }, (_, n) => `part-${String(n).padStart(2, '0')}.csv`);
    for (const path of paths) await folder.write(`many/${path}`, onspd);
    await expect(importInto(database, join(folder.path, 'many'))).rejects.toThrow(
      'part-00.csv or part-01.csv or part-02.csv or part-03.csv or part-04.csv (and 7 more): give',
    );
  });

  it('is read by its parts where only they are there', async () => {
    const other = onspdFile([{ ...MANCHESTER, pcds: 'LS1 1AZ' }]);
    const path = await folder.write(
      'NSPL_AUG_2025.zip',
      zipOf({
        'Data/multi_csv/NSPL_AUG_2025_UK_LS.csv': other,
        'Data/multi_csv/NSPL_AUG_2025_UK_M.csv': onspd,
      }),
    );
    const { report } = await asking(path, () => undefined);
    expect(report).toMatchObject({ version: 'nspl-2025-08', live: 2, terminated: 1 });
  });

  it('of Code-Point Open is read by its area files, and dated by its metadata', async () => {
    const row = (text: string) =>
      `"${text}",10,385063,395385,"E92000001","E19000001","E18000002","","E08000003","E05011361"\n`;
    const path = await folder.write(
      'codepo_gb.zip',
      zipOf({
        'Doc/Code-Point_Open_Column_Headers.csv':
          'PC,PQ,EA,NO,CY,RH,LH,CC,DC,WC\nPostcode,Positional_quality_indicator,Eastings,Northings,Country_code,NHS_regional_HA_code,NHS_HA_code,Admin_county_code,Admin_district_code,Admin_ward_code\n',
        'Doc/metadata.txt': 'ORDNANCE SURVEY\nCOPYRIGHT DATE: 20251020\n',
        'Data/CSV/m.csv': row('M14 5RX'),
        'Data/CSV/ls.csv': row('LS1 1AZ'),
      }),
    );
    const { report, answer } = await asking(path, ({ locate }) => locate('M14 5RX'));
    expect(report).toMatchObject({ version: 'code-point-open-2025-10', live: 2 });
    expect(answer).toMatchObject({
      position: WITHIN_5_M,
      officialCodes: { ward: 'E05011361', constituency: null, localAuthority: 'E08000003' },
    });
  });

  it('may be a packed file, too', async () => {
    const path = await folder.write('ONSPD_MAY_2025_UK.csv.gz', gzipSync(onspd));
    const { report } = await asking(path, () => undefined);
    expect(report).toMatchObject({ version: 'onspd-2025-05', live: 1, terminated: 1 });
  });
});
