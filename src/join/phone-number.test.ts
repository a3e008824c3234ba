import { describe, expect, it } from 'vitest';
import { internationalPhone } from './phone-number.js';

describe('a phone number', () => {
  it.each([
    ['07700 900123', 'GB', '+447700900123'],
    ['07700900123', 'GB', '+447700900123'],
    ['(0770) 090-0123', 'GB', '+447700900123'],
    ['+44 7700 900123', 'GB', '+447700900123'],
    ['+44 (0)7700 900123', 'GB', '+447700900123'],
    ['0044 7700 900123', 'GB', '+447700900123'],
    ['0113 496 0000', 'GB', '+441134960000'],
    [' 07700 900123 ', 'GB', '+447700900123'],
    ['085 012 3456', 'IE', '+353850123456'],
    ['+353 85 012 3456', 'GB', '+353850123456'],
    ['07797 712345', 'JE', '+447797712345'],
    ['+33 1 99 00 12 34', 'FR', '+33199001234'],
    ['07700 900123', 'QQ', undefined],
    ['07700 900123', 'AQ', undefined],
    ['+447700900123', 'QQ', '+447700900123'],
  ])('%j from %s is %s', (text, country, expected) => {
    expect(internationalPhone(text, country)).toBe(expected);
  });

  it.each(['', 'hello', '123', '07700', '07700 900123 900123 900123', '999', '+', '0x1F', '٠٧٧'])(
    '%j is none',
    (text) => {
      expect(internationalPhone(text, 'GB')).toBeUndefined();
    },
  );
});
