import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvFields } from '../importing/csv-lines.js';
import { columnsOf } from '../importing/dataset-columns.js';
import { RowReader } from '../importing/row-reader.js';
import { SnapshotBuilder } from '../importing/snapshot-builder.js';
import { BrokenSnapshot } from './broken-snapshot.js';
import { PostcodeCentres } from './postcode-centres.js';
import { PostcodeSnapshot } from './postcode-snapshot.js';
import { inwardKey } from './snapshot-format.js';

interface Row {
  pcds: string;
  doterm: string;
  lad: string;
  lat: string;
  long: string;
}

/** A snapshot of these rows, as an import writes it. */
function snapshotOf(rows: readonly Row[]): ArrayBuffer {
  const columns = columnsOf(['pcds', 'doterm', 'lad25cd', 'lat', 'long'], 'rows.csv');
  const reader = new RowReader(columns);
  const builder = new SnapshotBuilder();
  const fields = new CsvFields();
  for (const { pcds, doterm, lad, lat, long } of rows) {
    const line = Buffer.from([pcds, doterm, lad, lat, long].join(','));
    fields.split(line, 0, line.length);
    expect(reader.read(fields)).toBeUndefined();
    builder.add(reader);
  }
  const bytes = Buffer.concat([...builder.finish().chunks()]);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
}

function rowOf(snapshot: PostcodeSnapshot, unit: string): number {
  const [outcode = '', inward = ''] = unit.split(' ');
  const [digit = 0, first = 0, second = 0] = [...Buffer.from(inward)];
  return snapshot.find(snapshot.outcodes.indexOf(outcode), inwardKey(digit, first, second));
}

const PLACE = { doterm: '', lad: 'E08000003', lat: '53.4546', long: '-2.2263' };

describe('a snapshot', () => {
  const letters = (of: string) => fc.constantFrom(...of.split(''));
  const unit = fc
    .tuple(
      letters('MLS'),
      fc.integer({ min: 1, max: 20 }),
      fc.nat(9),
      fc.string({ unit: letters('ABDZ'), minLength: 2, maxLength: 2 }),
    )
    .map(([area, district, sector, end]) => `${area}${district} ${sector}${end}`);
  const row = fc.record({
    pcds: unit,
    doterm: fc.constantFrom('', '199606', '202512'),
    lad: fc.constantFrom('', 'E08000003', 'S12000033', 'W06000015', 'N09000003', 'E99999999'),
    lat: fc.integer({ min: 49_000_000, max: 61_000_000 }).map((of) => (of / 1e6).toFixed(6)),
    long: fc.integer({ min: -8_000_000, max: 2_000_000 }).map((of) => (of / 1e6).toFixed(6)),
  });
  const rows = fc.uniqueArray(row, { minLength: 1, maxLength: 60, selector: ({ pcds }) => pcds });

  it('gives back every postcode as it was read, whatever their order, and no other', () => {
    fc.assert(
      fc.property(rows, unit, (given, other) => {
        const snapshot = new PostcodeSnapshot(snapshotOf(given));
        expect(snapshot.units).toBe(given.length);
        expect(snapshot.outcodes).toEqual(snapshot.outcodes.toSorted());
        for (const { pcds, doterm, lad, lat, long } of given) {
          const found = rowOf(snapshot, pcds);
          expect(found, pcds).toBeGreaterThanOrEqual(0);
          expect(snapshot.positionAt(found)).toEqual({ lat: Number(lat), long: Number(long) });
          expect(snapshot.terminatedAt(found)?.replace('-', '') ?? '').toBe(doterm);
          const code = /^$|99999999$/.test(lad) ? undefined : lad;
          expect(snapshot.codesAt(found)?.localAuthority).toBe(code);
        }
        const isGiven = given.some(({ pcds }) => pcds === other);
        expect(rowOf(snapshot, other) >= 0).toBe(isGiven);
      }),
      { numRuns: 60 },
    );
  });

  it.each<[string, (bytes: ArrayBuffer) => ArrayBuffer, RegExp]>([
    ['nothing', () => new ArrayBuffer(0), /no header/],
    ['something else', (bytes) => new ArrayBuffer(bytes.byteLength), /no snapshot of postcodes/],
    ['cut short', (bytes) => bytes.slice(0, -1), /bytes instead of/],
    [
      'of the format to come',
      (bytes) => changed(bytes, 8, 2),
      /of format 2 and this program reads 1/,
    ],
    ['of disordered outcodes', (bytes) => changed(bytes, 40 + 8, 1), /out of order/],
    [
      'of texts that lead beyond it',
      (bytes) => changed(bytes, 40 + 8 + 8 + 11, 250),
      /texts end too soon/,
    ],
  ])('is refused in words where it is %s', (_what, spoil, words) => {
    const spoilt = spoil(snapshotOf([{ ...PLACE, pcds: 'M14 5RX' }]));
    expect(() => new PostcodeSnapshot(spoilt)).toThrow(BrokenSnapshot);
    expect(() => new PostcodeSnapshot(spoilt)).toThrow(words);
  });
});

describe('centres', () => {
  const at = (pcds: string, lat: string, more: Partial<Row> = {}) => ({
    ...PLACE,
    pcds,
    lat,
    ...more,
  });

  it('are the means of what is live, and of what was withdrawn only where nothing is', async () => {
    const snapshot = new PostcodeSnapshot(
      snapshotOf([
        at('M14 5AA', '53.0'),
        at('M14 5AB', '53.2'),
        at('M14 5AD', '60.0', { doterm: '199606' }),
        at('M14 6AA', '54.0', { doterm: '199606' }),
        at('M14 7AA', '99.999999'),
        at('M15 1AA', '52.0', { doterm: '199606' }),
        at('M16 1AA', '99.999999'),
      ]),
    );
    const centres = await PostcodeCentres.of(snapshot);
    const [m14, m15, m16] = ['M14', 'M15', 'M16'].map((name) => snapshot.outcodes.indexOf(name));
    const lat = (position: { lat: number } | null) => position?.lat;
    expect(lat(centres.ofSector(m14 ?? -1, 5))).toBe(53.1);
    expect(lat(centres.ofSector(m14 ?? -1, 6))).toBe(54);
    expect(centres.ofSector(m14 ?? -1, 7)).toBeNull();
    expect(centres.ofSector(m14 ?? -1, 8)).toBeNull();
    expect(lat(centres.ofOutcode(m14 ?? -1))).toBe(53.1);
    expect(lat(centres.ofOutcode(m15 ?? -1))).toBe(52);
    expect(centres.ofOutcode(m16 ?? -1)).toBeNull();
  });

  it('know the nation that most of an outcode lies in, by the live ones first', async () => {
    const snapshot = new PostcodeSnapshot(
      snapshotOf([
        at('CH4 5AA', '53.0', { lad: 'W06000005' }),
        at('CH4 5AB', '53.0', { lad: 'W06000005' }),
        at('CH4 5AD', '53.0', { lad: 'E06000050' }),
        at('TD9 1AA', '55.0', { lad: 'S12000026' }),
        at('TD9 1AB', '55.0', { lad: 'E06000057', doterm: '199606' }),
        at('TD9 1AD', '55.0', { lad: 'E06000057', doterm: '199606' }),
        at('TD8 1AD', '55.0', { lad: 'S12000026', doterm: '199606' }),
        at('JE2 3AB', '99.999999', { lad: '' }),
      ]),
    );
    const centres = await PostcodeCentres.of(snapshot);
    expect(snapshot.outcodes.map((name, number) => [name, centres.mainNation(number)])).toEqual([
      ['CH4', 'wales'],
      ['JE2', null],
      ['TD8', 'scotland'],
      ['TD9', 'scotland'],
    ]);
  });
});

/** A copy in which one byte is another. */
function changed(bytes: ArrayBuffer, at: number, byte: number): ArrayBuffer {
  const copy = bytes.slice(0);
  new Uint8Array(copy)[at] = byte;
  return copy;
}
