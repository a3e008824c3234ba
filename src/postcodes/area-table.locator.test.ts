import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sharedDataPath } from '../../test/support/shared-data.js';
import { projectRoot } from '../platform/project-root.js';
import { AreaTableLocator } from './area-table.locator.js';
import { geographicAreas } from './postcode-areas.js';
import { NOWHERE } from './postcode-locator.js';
import { isPostcode, parsePostcode } from './postcode.js';

const locator = new AreaTableLocator();

function locate(text: string) {
  const parsed = parsePostcode(text);
  if (!isPostcode(parsed)) throw new Error(`"${text}" should be read as a postcode`);
  return locator.locate(parsed);
}

it('names its data', () => {
  expect(locator.version).toBe('area-table-2025');
});

it('gives every part of a postcode the centre of its area', () => {
  for (const text of ['M14 5RX', 'M14 5', 'M14', 'M']) {
    expect(locate(text)).toEqual({
      precision: 'area',
      position: { lat: 53.48, long: -2.27 },
      terminated: null,
      nation: 'england',
      officialCodes: null,
    });
  }
});

it.each([
  ['CF10 1AA', 'wales'],
  ['EH1 1AA', 'scotland'],
  ['BT1 1AA', 'northern-ireland'],
  ['SW1A 1AA', 'england'],
  ['YO1 1AA', 'england'],
])('puts %s in %s', (text, nation) => {
  expect(locate(text).nation).toBe(nation);
});

it.each(['JE2 3AB', 'GX11 1AA', 'FIQQ 1ZZ', 'BFPO 105', 'BX1 1LT', 'GIR 0AA', 'QQ1 1AA'])(
  'knows no place for %s',
  (text) => {
    expect(locate(text)).toBe(NOWHERE);
  },
);

it('has a place for each area of the grammar, and for no other', () => {
  const file = join(projectRoot, 'data', 'postcode-areas.json');
  const table = JSON.parse(readFileSync(file, 'utf8')) as { areas: { area: string }[] };
  expect(table.areas.map((entry) => entry.area)).toEqual([...geographicAreas].toSorted());
});

it('cannot be changed by whoever got an answer', () => {
  expect(locate('M14 5RX').position).toSatisfy(Object.isFrozen);
});

const source = sharedDataPath('postcode-areas.csv');

it.skipIf(source === undefined)('carries the figures of the source over unchanged', () => {
  const rows = readFileSync(source ?? '', 'utf8')
    .trim()
    .split('\n')
    .slice(1);
  expect(rows).toHaveLength(121);
  const figures = rows.map((row) => {
    const [area = '', lat, long] = row.split(',');
    return { area, position: { lat: Number(lat), long: Number(long) } };
  });
  const carried = figures.map(({ area }) => ({ area, position: locate(area).position }));
  expect(carried).toEqual(figures);
});
