import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPostcode, isTypedExactly, nearSpellings, parsePostcode } from './postcode.js';
import { type PostcodeRegister, resolvePostcode } from './resolve-postcode.js';

/** A register of these postcodes and no others. */
function registerOf(...known: string[]): PostcodeRegister {
  return { knows: ({ canonical }) => known.includes(canonical) };
}

function resolved(text: string, register: PostcodeRegister): string {
  const postcode = resolvePostcode(text, register);
  return isPostcode(postcode) ? postcode.canonical : postcode.kind;
}

describe('a text that can be read in several ways', () => {
  it.each([
    ['S01 1AA', ['SO1 1AA', 'S1 1AA'], 'SO1 1AA'],
    ['S01 1AA', ['SO1 1AA'], 'SO1 1AA'],
    ['S01 1AA', ['S1 1AA'], 'S1 1AA'],
    ['Ml4 5RX', ['M14 5RX'], 'M14 5RX'],
    ['Ml4 5RX', ['ML4 5RX', 'M14 5RX'], 'ML4 5RX'],
    ['S01', ['S1'], 'S1'],
  ])('%s among %j is %s', (text, known, expected) => {
    expect(resolved(text, registerOf(...known))).toBe(expected);
  });

  it('is read as ever where none or several of the others are known', () => {
    expect(resolved('S01 1AA', registerOf())).toBe('SO1 1AA');
    const several = nearSpellings('Ml4 5RI');
    expect(several.length).toBeGreaterThan(1);
    expect(resolved('Ml4 5RI', registerOf(...several))).toBe('ML4 5RI');
  });

  it('is read as ever where nobody can tell', () => {
    expect(resolved('S01 1AA', { knows: () => undefined })).toBe('SO1 1AA');
  });
});

describe('a postcode as it stands', () => {
  it.each(['ML4 5RX', 'ml4 5rx', 'M14 5RX', 'sw1a1aa', 'M14', 'M1 4', 'QQ1 1AA', 'AI-2640'])(
    '%s is never taken for another',
    (text) => {
      const near = nearSpellings(text);
      const first = parsePostcode(text);
      expect(isPostcode(first) && isTypedExactly(text, first)).toBe(true);
      expect(resolved(text, registerOf(...near))).toBe(isPostcode(first) && first.canonical);
    },
  );

  it.each(['S01 1AA', 'Ml4 5RX', 'SWIA 1AA', 'M14 5R1', 'Nl9 5AB'])('is not %s', (text) => {
    const first = parsePostcode(text);
    expect(isPostcode(first) && isTypedExactly(text, first)).toBe(false);
  });
});

it('leaves what is no postcode as it is', () => {
  expect(resolved('hello', registerOf('HE11 0AA'))).toBe('not_a_postcode');
});

it('is the first reading, or else the only other one that is known', () => {
  const typed = fc.string({
    unit: fc.constantFrom(...'MSWLOIBZG0158l '.split('')),
    minLength: 2,
    maxLength: 8,
  });
  fc.assert(
    fc.property(typed, fc.infiniteStream(fc.boolean()), (text, coins) => {
      const first = parsePostcode(text);
      if (!isPostcode(first)) return;
      const known = nearSpellings(text).filter(() => coins.next().value);
      const answer = resolved(text, registerOf(...known));
      const others = known.filter((spelling) => spelling !== first.canonical);
      const gives =
        !isTypedExactly(text, first) && !known.includes(first.canonical) && others.length === 1;
      expect(answer).toBe(gives ? others[0] : first.canonical);
    }),
  );
});
