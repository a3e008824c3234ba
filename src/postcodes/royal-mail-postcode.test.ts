import { describe, expect, it } from 'vitest';
import { royalMailPostcode, writtenPostcode } from './royal-mail-postcode.js';

describe('a postcode of a join', () => {
  it.each([
    ['GB', 'm145rx', 'M14 5RX'],
    ['GB', 'SWIA 1AA', 'SW1A 1AA'],
    ['GB', 'M14', 'M14'],
    ['JE', 'je23ab', 'JE2 3AB'],
    ['IM', 'IM1 1AA', 'IM1 1AA'],
    ['GG', 'gy11aa', 'GY1 1AA'],
  ])('from %s: %j finds branches as %s, and is written so', (country, postcode, written) => {
    expect(royalMailPostcode({ country, postcode })?.canonical).toBe(written);
    expect(writtenPostcode({ country, postcode })).toBe(written);
  });

  it.each([
    ['FR', '75001'],
    ['IE', 'D02 AF30'],
    // Looks like one of ours, and is none.
    ['MT', 'M14 5RX'],
    ['GG', 'somewhere'],
  ])('from %s: %j finds no branch, and is kept as typed', (country, postcode) => {
    expect(royalMailPostcode({ country, postcode })).toBeNull();
    expect(writtenPostcode({ country, postcode })).toBe(postcode);
  });

  it('may be absent abroad', () => {
    expect(royalMailPostcode({ country: 'US' })).toBeNull();
    expect(writtenPostcode({ country: 'US' })).toBeNull();
  });
});
