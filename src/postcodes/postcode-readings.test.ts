import fc from 'fast-check';
import { expect, it } from 'vitest';
import { geographicAreas } from './postcode-areas.js';
import { bestReading, isSure, readings, shortenedReadings } from './postcode-readings.js';

const letters = (of: string) => fc.constantFrom(...of.split(''));

it('tries the plausible first, and what takes another look-alike after it', () => {
  const found = readings(['S01', '1AA']).map(({ outward, inward }) => `${outward} ${inward}`);
  expect(found.slice(0, 3)).toEqual(['SO1 1AA', 'S1 1AA', 'S01 1AA']);
});

it('finds nothing in more characters than a postcode has', () => {
  expect(readings(['SW11AA1AA'])).toEqual([]);
});

it('takes the same reading by the short way as by the search', () => {
  const text = fc.tuple(
    fc.constantFrom(...geographicAreas),
    fc.integer({ min: 1, max: 99 }),
    fc.integer({ min: 0, max: 9 }),
    fc.string({ unit: letters('ABDILOQXlo'), minLength: 2, maxLength: 2 }),
  );
  fc.assert(
    fc.property(text, ([area, district, sector, unit]) => {
      const groups = [`${area}${district}`, `${sector}${unit}`];
      expect(bestReading(groups)).toEqual(readings(groups)[0]);
    }),
  );
});

it('leaves out what costs too much, and nothing else', () => {
  const text = fc.string({ unit: letters('MSWLO015l'), minLength: 1, maxLength: 7 });
  fc.assert(
    fc.property(text, (group) => {
      const all = readings([group]);
      expect(readings([group], 2)).toEqual(all.filter((reading) => reading.cost < 2));
    }),
  );
});

it('is never sure of a text that had to be shortened', () => {
  const shortened = shortenedReadings(['M14', '5R']);
  expect(shortened.map(({ outward, inward }) => `${outward} ${inward}`)).toEqual(['M14 5']);
  expect(shortened.filter(isSure)).toEqual([]);
});
