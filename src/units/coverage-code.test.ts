import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { read } from '../../test/factories/allocation.js';
import { geographicAreas } from '../postcodes/postcode-areas.js';
import {
  COVERAGE_LEVELS,
  coverageCodes,
  coverageWords,
  parseCoverageCode,
} from './coverage-code.js';

const ARDWICK = {
  ward: 'E05011347',
  constituency: 'E14001350',
  localAuthority: 'E08000003',
};

describe('what a coverage rule covers', () => {
  it.each([
    ['m14', { kind: 'postcode', code: 'M14', level: 'district' }],
    ['SW1A', { kind: 'postcode', code: 'SW1A', level: 'district' }],
    ['M', { kind: 'postcode', code: 'M', level: 'area' }],
    ['m145', { kind: 'postcode', code: 'M14 5', level: 'sector' }],
    ['M14 5RX', { kind: 'postcode', code: 'M14 5RX', level: 'unit' }],
    [' e05011347 ', { kind: 'ward', code: 'E05011347', level: 'ward' }],
    ['W05001234', { kind: 'ward', code: 'W05001234', level: 'ward' }],
    ['S13002843', { kind: 'ward', code: 'S13002843', level: 'ward' }],
    ['N08000101', { kind: 'ward', code: 'N08000101', level: 'ward' }],
    ['E14001350', { kind: 'constituency', code: 'E14001350', level: 'constituency' }],
    ['W07000081', { kind: 'constituency', code: 'W07000081', level: 'constituency' }],
    ['S14000060', { kind: 'constituency', code: 'S14000060', level: 'constituency' }],
    ['N05000001', { kind: 'constituency', code: 'N05000001', level: 'constituency' }],
    ['N06000001', { kind: 'constituency', code: 'N06000001', level: 'constituency' }],
    ['E06000001', { kind: 'local_authority', code: 'E06000001', level: 'local_authority' }],
    ['E07000008', { kind: 'local_authority', code: 'E07000008', level: 'local_authority' }],
    ['E09000001', { kind: 'local_authority', code: 'E09000001', level: 'local_authority' }],
    ['W06000015', { kind: 'local_authority', code: 'W06000015', level: 'local_authority' }],
    ['S12000033', { kind: 'local_authority', code: 'S12000033', level: 'local_authority' }],
    ['N09000003', { kind: 'local_authority', code: 'N09000003', level: 'local_authority' }],
  ])('is read from %j', (text, expected) => {
    expect(parseCoverageCode(text)).toEqual(expected);
  });

  it.each([
    ['a region', 'E12000002'],
    ['a county', 'E10000017'],
    ['another country’s kind', 'S05000001'],
    ['a letter too few', 'E0501134'],
    ['a letter too many', 'E050113470'],
    ['spaces within', 'E05 011347'],
    ['no code at all', 'Ardwick'],
    ['nothing', ''],
    ['a postcode that would have to be repaired', 'M1O'],
  ])('is not read from %s', (_what, text) => {
    expect(parseCoverageCode(text)).toBeUndefined();
  });

  it('is called by its kind, but for a postcode', () => {
    expect(coverageWords('M14')).toBe('M14');
    expect(coverageWords('E05011347')).toBe('the ward E05011347');
    expect(coverageWords('E14001350')).toBe('the constituency E14001350');
    expect(coverageWords('E08000003')).toBe('the local authority E08000003');
  });
});

describe('the codes that may cover a postcode', () => {
  it.each([
    ['M14 5RX', 'M14 5RX, M14 5, E05011347, M14, E14001350, E08000003, M'],
    ['SW1A 1AA', 'SW1A 1AA, SW1A 1, E05011347, SW1A, SW1, E14001350, E08000003, SW'],
    ['M14 5', 'M14 5, E05011347, M14, E14001350, E08000003, M'],
    ['M14', 'E05011347, M14, E14001350, E08000003, M'],
    ['M', 'E05011347, E14001350, E08000003, M'],
  ])('of %s are, the most specific first: %s', (text, expected) => {
    expect(coverageCodes(read(text), ARDWICK).join(', ')).toBe(expected);
  });

  it('are its prefixes alone where the data knows no areas, or not all of them', () => {
    expect(coverageCodes(read('M14 5RX'), null)).toEqual(['M14 5RX', 'M14 5', 'M14', 'M']);
    expect(
      coverageCodes(read('M14 5RX'), {
        ward: null,
        constituency: null,
        localAuthority: 'N09000003',
      }),
    ).toEqual(['M14 5RX', 'M14 5', 'M14', 'N09000003', 'M']);
  });

  it('stand in the order that is documented', () => {
    const units = fc
      .tuple(fc.constantFrom(...geographicAreas), fc.integer({ min: 1, max: 99 }))
      .map(([area, number]) => `${area}${number} 1AA`);
    fc.assert(
      fc.property(units, (text) => {
        const levels = coverageCodes(read(text), ARDWICK).map(
          (code) => parseCoverageCode(code)?.level,
        );
        expect(levels).toEqual(COVERAGE_LEVELS);
      }),
    );
  });
});
