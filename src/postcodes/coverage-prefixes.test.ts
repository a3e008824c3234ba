import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { geographicAreas } from './postcode-areas.js';
import {
  coveragePrefixes,
  isPostcode,
  parseCoveragePrefix,
  parsePostcode,
  type Postcode,
} from './postcode.js';

function postcode(text: string): Postcode {
  const parsed = parsePostcode(text);
  if (!isPostcode(parsed)) throw new Error(`"${text}" should be read as a postcode`);
  return parsed;
}

const letters = (of: string) => fc.constantFrom(...of.split(''));
const unit = fc
  .tuple(
    fc.constantFrom(...geographicAreas),
    fc.integer({ min: 1, max: 99 }),
    fc.option(letters('ABCDEFGHJKMNPRSTUVWXY')),
    fc.integer({ min: 0, max: 9 }),
    letters('ABDEFGHJLN'),
  )
  .map(([area, number, letter, sector, last]) => {
    const outcode = `${area}${number}${number < 10 ? (letter ?? '') : ''}`;
    return `${outcode} ${sector}${last}${last}`;
  });

describe('coverage prefixes of a postcode', () => {
  it.each([
    ['M14 5RX', ['M14 5RX', 'M14 5', 'M14', 'M']],
    ['SW1A 1AA', ['SW1A 1AA', 'SW1A 1', 'SW1A', 'SW1', 'SW']],
    ['SW1A 1', ['SW1A 1', 'SW1A', 'SW1', 'SW']],
    ['SY15', ['SY15', 'SY']],
    ['M', ['M']],
    ['GIR 0AA', ['GIR 0AA', 'GIR 0', 'GIR']],
    ['BFPO 105', ['BF1', 'BF']],
    ['AI-2640', ['AI-2640', 'AI']],
  ])('%s lies under %j', (text, expected) => {
    expect(coveragePrefixes(postcode(text))).toEqual(expected);
  });

  it('are rules of falling rank, each of which would be read as it stands', () => {
    fc.assert(
      fc.property(unit, (text) => {
        const prefixes = coveragePrefixes(postcode(text));
        const rules = prefixes.map((prefix) => parseCoveragePrefix(prefix));
        expect(rules.map((rule) => rule?.prefix)).toEqual(prefixes);
        const ranks = rules.map((rule) => rule?.rank ?? 0);
        expect(ranks).toEqual([...new Set(ranks)].sort((a, b) => b - a));
      }),
    );
  });
});

describe('the prefix of a coverage rule', () => {
  it.each([
    ['M', { prefix: 'M', level: 'area', rank: 1 }],
    ['CH5', { prefix: 'CH5', level: 'district', rank: 2 }],
    ['sy15', { prefix: 'SY15', level: 'district', rank: 2 }],
    ['SW1A', { prefix: 'SW1A', level: 'district', rank: 3 }],
    ['M14 5', { prefix: 'M14 5', level: 'sector', rank: 4 }],
    ['M14 5RX', { prefix: 'M14 5RX', level: 'unit', rank: 5 }],
    ['m145rx', { prefix: 'M14 5RX', level: 'unit', rank: 5 }],
    ['JE', { prefix: 'JE', level: 'area', rank: 1 }],
    ['FIQQ', { prefix: 'FIQQ', level: 'district', rank: 2 }],
  ])('%s is read', (text, expected) => {
    expect(parseCoveragePrefix(text)).toEqual(expected);
  });

  it.each(['', 'QQ', 'S01', 'C0', 'SWIA', '0X1', 'M14 5R', 'BFPO 105', 'Manchester', 'M*'])(
    '%j is refused, not repaired',
    (text) => {
      expect(parseCoveragePrefix(text)).toBeUndefined();
    },
  );
});
