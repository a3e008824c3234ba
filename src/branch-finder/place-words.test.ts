import { describe, expect, it } from 'vitest';
import type { LookupAnswer } from '../allocation/lookup.schemas.js';
import { distanceWords, monthWords, precisionWords } from './place-words.js';

describe('a distance in words', () => {
  it.each([
    [0, 'less than a mile (0 km)'],
    [0.8, 'less than a mile (0.8 km)'],
    [0.9, 'about a mile (0.9 km)'],
    [2.4, 'about a mile (2.4 km)'],
    [4.7, 'about 3 miles (4.7 km)'],
    [161, 'about 100 miles (161 km)'],
  ])('of %s km', (km, words) => {
    expect(distanceWords(km)).toBe(words);
  });

  it('is absent where the distance is not known', () => {
    expect(distanceWords(null)).toBeNull();
  });
});

describe('a precision in words', () => {
  const answer = (postcode: string, precision: LookupAnswer['precision']) =>
    ({ postcode, precision }) as LookupAnswer;
  it.each([
    ['M14 5RX', 'unit', 'from M14 5RX.'],
    ['M14 5RX', 'sector', 'from the centre of M14 5.'],
    ['M14 5RX', 'outcode', 'from the centre of M14.'],
    ['SW1A 1AA', 'outcode', 'from the centre of SW1A.'],
    ['M14', 'outcode', 'from the centre of M14.'],
    ['M14 5RX', 'area', 'the whole M area, so take them as rough.'],
    ['JE2 3AB', 'none', 'We do not know where JE2 3AB lies'],
  ] as const)('of %s by its %s', (postcode, precision, words) => {
    expect(precisionWords(answer(postcode, precision))).toContain(words);
  });
});

describe('a month in words', () => {
  it.each([
    ['1996-06', 'June 1996'],
    ['2024-12', 'December 2024'],
    [null, null],
    ['2024', '2024'],
    ['2024-13', '2024-13'],
  ])('%s is %s', (month, words) => {
    expect(monthWords(month)).toBe(words);
  });
});
