import { describe, expect, it } from 'vitest';
import { otherReadings } from './other-readings.js';
import { isPostcode, type Postcode } from './postcode.js';
import { type PostcodeRegister, resolvePostcode } from './resolve-postcode.js';

/** A register that has these postcodes, can tell nothing of these areas, and knows of no others. */
function registerOf(known: readonly string[], untold: readonly string[] = []): PostcodeRegister {
  return {
    knows: ({ canonical, area }: Postcode) =>
      known.includes(canonical) || (untold.includes(area) ? undefined : false),
  };
}

function meant(text: string, register: PostcodeRegister): string[] {
  const read = resolvePostcode(text, register);
  if (!isPostcode(read)) throw new Error(`"${text}" should be read as a postcode`);
  return otherReadings(text, read, register);
}

describe('what else a text may have meant', () => {
  it.each(['BI 3NL', 'SSO 9AA', 'OX1 1O1', 'W99 9ZZ', 'Ml4 5RX'])(
    'is nothing that the data knows not to exist: %s',
    (text) => {
      const read = resolvePostcode(text, registerOf([]));
      if (!isPostcode(read)) throw new Error('this should be read as a postcode');
      const others = meant(text, { knows: () => undefined });
      expect(meant(text, registerOf([]))).toEqual([]);
      expect(meant(text, registerOf([read.canonical]))).toEqual([]);
      expect(meant(text, registerOf([read.canonical, ...others]))).toEqual(others);
    },
  );

  it('is the first reading, where the data has chosen another in its place', () => {
    expect(meant('S01 2AB', registerOf(['S1 2AB']))).toEqual(['SO1 2AB']);
    expect(meant('S01 2AB', registerOf(['S1 2AB', 'SO1 2AB']))).toEqual(['S1 2AB']);
  });

  it('is whatever the data can tell nothing about, as without any', () => {
    expect(meant('S01 2AB', registerOf(['SO1 2AB'], ['S']))).toEqual(['S1 2AB']);
    expect(meant('S01 2AB', { knows: () => undefined })).toEqual(['S1 2AB']);
  });

  it('is nothing for what was typed as it is and is in the list', () => {
    expect(meant('M14 5RX', registerOf(['M14 5RX', 'ML4 5RX']))).toEqual([]);
  });
});

describe('the hint for what is no postcode', () => {
  const hint = (register: PostcodeRegister) => {
    const read = resolvePostcode('M140 1AA', register);
    if (isPostcode(read)) throw new Error('this should be no postcode');
    return read.hint;
  };

  it('names nothing that the data knows not to exist', () => {
    const asked = /Did you mean (.*)\?/.exec(hint({ knows: () => undefined }))?.[1] ?? '';
    expect(asked).not.toBe('');
    expect(hint(registerOf([]))).not.toContain('Did you mean');
    expect(hint(registerOf([asked]))).toContain(`Did you mean ${asked}?`);
  });
});
