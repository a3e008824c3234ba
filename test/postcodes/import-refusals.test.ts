import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import {
  makeReleaseFolder,
  onspdFile,
  type OnspdRow,
  type ReleaseFolder,
} from './release-files.js';
import { importInto, withDatasets } from './support.js';
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

const GOOD: OnspdRow = { pcds: 'M14 5RX', lat: '53.4546', long: '-2.2263' };

/** Rows of as many postcodes, all of them good. */
function goodRows(count: number): OnspdRow[] {
  return Array.from({ length: count }, (_, index) => ({
    ...GOOD,
    pcds: `M${1 + Math.floor(index / 100)} ${index % 10}A${'ABCDEFGHJK'.charAt((index / 10) % 10)}`,
  }));
}

/** An import that fails: its words. Whatever was there stays as it was. */
async function refusal(name: string, content: string | Buffer): Promise<string> {
  const before = await withDatasets(database, (datasets) => datasets.list());
  const path = await folder.write(name, content);
  const error: unknown = await importInto(database, path).catch((fault: unknown) => fault);
  expect(error).toMatchObject({ name: 'PostcodeImportRefused' });
  expect(await withDatasets(database, (datasets) => datasets.list())).toEqual(before);
  return (error as Error).message;
}

describe('bad rows', () => {
  const bad: [string, OnspdRow | string, string][] = [
    ['no postcode', { ...GOOD, pcds: 'HELLO' }, 'its postcode is none'],
    ['the shape of none', { ...GOOD, pcds: 'MM145 5RX' }, 'its postcode is none'],
    ['an empty postcode', { ...GOOD, pcds: '' }, 'its postcode is none'],
    ['a month 13', { ...GOOD, doterm: '200013' }, 'a date is not of the form YYYYMM'],
    ['a word for a latitude', { ...GOOD, lat: 'north' }, 'its latitude or longitude is no number'],
    [
      'latitude and longitude exchanged',
      { ...GOOD, lat: '-2.2263', long: '53.4546' },
      'its latitude and longitude are not of these islands',
    ],
    [
      'a place beyond the grid',
      { pcds: 'M14 5RX', oseast1m: '900000', osnrth1m: '395385' },
      'its easting and northing are outside of the National Grid',
    ],
    [
      'a letter in its grid',
      { pcds: 'M14 5RX', oseast1m: '38x', osnrth1m: '1' },
      'its easting or northing is no number',
    ],
    ['too few columns', 'M14 5RX,M14  5RX,M14 5RX', 'it has 3 columns instead of 16'],
    ['an open quote', 'M14 5RX,"M14 5RX,M14 5RX,,,,,,,,,,,,53.4,-2.2', 'its quotes do not match'],
  ];

  it.each(bad)(
    '%s is told with file and line, and the others are taken',
    async (_what, row, reason) => {
      const rows = goodRows(150);
      const before = onspdFile(rows.slice(0, 40));
      const line =
        typeof row === 'string' ? `${row}\r\n` : onspdFile([row]).split('\r\n')[1] + '\r\n';
      const after = onspdFile(rows.slice(40)).replace(/^.*\r\n/, '');
      const path = await folder.write('rows.csv', before + line + after);
      const report = await importInto(database, path);
      expect(report).toMatchObject({ live: 150, rejected: 1 });
      expect(report.faults).toEqual([{ file: 'rows.csv', line: 42, reason }]);
    },
  );

  it('are all counted, the first twenty shown', async () => {
    const wrong = Array.from({ length: 30 }, () => ({ ...GOOD, pcds: 'HELLO' }));
    const path = await folder.write('many.csv', onspdFile([...goodRows(970), ...wrong]));
    const report = await importInto(database, path, { mostBadRows: 3 });
    expect(report).toMatchObject({ live: 970, rejected: 30 });
    expect(report.faults).toHaveLength(20);
    expect(report.faults[0]).toMatchObject({ line: 972 });
  });

  it('of more than one in a hundred refuse the whole', async () => {
    const wrong = Array.from({ length: 2 }, () => ({ ...GOOD, pcds: 'HELLO' }));
    const words = await refusal('bad.csv', onspdFile([...goodRows(150), ...wrong]));
    expect(words).toMatch(/^2 of the 152 rows of bad\.csv are bad \(1\.3 %, at most 1 % may be\)/);
    expect(words).toContain('\n  bad.csv:152: its postcode is none\n  bad.csv:153:');
  });
});

describe('a first release without a live postcode', () => {
  it('is refused, and nothing of it is kept', async () => {
    const empty = await createTestDatabase();
    try {
      const path = await folder.write('old.csv', onspdFile([{ ...GOOD, doterm: '200112' }]));
      for (const keepCurrent of [false, true]) {
        await expect(importInto(empty, path, { keepCurrent })).rejects.toThrow(
          /^old\.csv has no live postcode\. Nothing has changed\.$/,
        );
      }
      expect(
        await empty.sql(
          `SELECT (SELECT count(*)::integer FROM postcode_dataset) AS versions,
                  (SELECT count(*)::integer FROM postcode_dataset_chunk) AS chunks,
                  (SELECT count(*)::integer FROM audit_event) AS deeds,
                  (SELECT dataset_id FROM current_postcode_dataset) AS current`,
        ),
      ).toEqual([{ versions: 0, chunks: 0, deeds: 0, current: null }]);
    } finally {
      await empty.drop();
    }
  });
});

describe('a file is refused in words', () => {
  const onspd = onspdFile([GOOD]);
  const archive = zipOf({ 'Data/ONSPD_NOV_2025_UK.csv': onspdFile(goodRows(500)) });

  it.each<[string, string, string | Buffer, RegExp]>([
    ['that is empty', 'a.csv', '', /a\.csv is empty/],
    ['that has a header alone', 'a.csv', onspdFile([]), /has no rows/],
    [
      'of other things',
      'a.csv',
      'id,name\n1,Leeds\n',
      /has no column of postcodes \(pcds or postcode\)/,
    ],
    ['without positions', 'a.csv', 'pcds,doterm\nM14 5RX,\n', /has no columns of positions/],
    [
      'without a header and of other columns',
      'a.csv',
      'M14 5RX,10,1\n',
      /no header, and 3 columns/,
    ],
    [
      'that is one long line',
      'a.csv',
      'x'.repeat(200_000),
      /a\.csv is no CSV file\. Line 1 is longer/,
    ],
    ['that is no text', 'a.csv', Buffer.alloc(200_000), /a\.csv is no CSV file/],
    [
      'packed with xz',
      'a.csv.xz',
      Buffer.from('fd377a585a000004', 'hex'),
      /unpack it first \(xz -d\)/,
    ],
    [
      'that is an archive cut short',
      'a.zip',
      archive.subarray(0, 600),
      /a\.zip is no whole zip archive; was the download cut short\?/,
    ],
    [
      'that was cut in the middle of a row',
      'a.csv',
      onspdFile(goodRows(200)).trimEnd().slice(0, -30),
      /a\.csv is cut short: it ends in the middle of a row/,
    ],
    [
      'that is a packed file cut short',
      'a.csv.gz',
      gzipSync(onspd).subarray(0, 60),
      /is broken or cut short/,
    ],
    [
      'that is an archive without any',
      'a.zip',
      zipOf({ 'readme.txt': 'hello' }),
      /holds no CSV file/,
    ],
    [
      'that is an archive with a password',
      'a.zip',
      zipOf({ 'm.csv': { content: onspd, encrypted: true } }),
      /has a password/,
    ],
    [
      'packed in an unknown way',
      'a.zip',
      zipOf({ 'm.csv': { content: onspd, method: 99 } }),
      /packed in a way that is not known/,
    ],
    [
      'whose content is not what was packed',
      'a.zip',
      zipOf({ 'm.csv': { content: onspd, says: { crc: 1 } } }),
      /m\.csv is broken or cut short: its checksum is another/,
    ],
    [
      'that is longer than it says',
      'a.zip',
      zipOf({ 'm.csv': { content: onspd, says: { bytes: 10 } } }),
      /m\.csv is broken or cut short/,
    ],
    [
      'that grows without measure',
      'a.zip',
      zipOf({ 'm.csv': { content: Buffer.alloc(8_000_000) } }),
      /grows more than 200 fold/,
    ],
    [
      'whose paths lead elsewhere',
      'a.zip',
      zipOf({ '../../etc/m.csv': onspd }),
      /a\.zip is no whole zip archive/,
    ],
  ])('%s', async (_what, name, content, words) => {
    expect(await refusal(name, content)).toMatch(words);
  });

  it('whose parts are of two kinds', async () => {
    const other = 'postcode,pq,easting,northing\nLS1 1AZ,10,428811,433420\n';
    const words = await refusal(
      'a.zip',
      zipOf({ 'multi_csv/a.csv': onspd, 'multi_csv/b.csv': other }),
    );
    expect(words).toMatch(/b\.csv is of another kind/);
  });

  it('that is a folder with nothing in it', async () => {
    const error: unknown = await importInto(database, folder.path).catch((fault: unknown) => fault);
    expect((error as Error).message).toMatch(/holds no CSV file of postcodes/);
  });
});
