import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signedLink } from './signed-link.js';

const links = signedLink('a secret of at least thirty-two characters', 'duty');
const payload = Buffer.from('0123456789abcdefgh');

describe('signedLink', () => {
  it('opens what it signed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (bytes) => {
        const token = links.sign(bytes);
        expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(links.open(token)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('refuses a token with any one character changed', () => {
    const token = links.sign(payload);
    for (let index = 0; index < token.length; index++) {
      const other = token[index] === 'A' ? 'B' : 'A';
      const changed = token.slice(0, index) + other + token.slice(index + 1);
      expect(links.open(changed)).toBeUndefined();
    }
  });

  it('refuses a token of another purpose or another secret', () => {
    const token = links.sign(payload);
    expect(
      signedLink('a secret of at least thirty-two characters', 'confirmation').open(token),
    ).toBeUndefined();
    expect(
      signedLink('another secret of thirty-two characters', 'duty').open(token),
    ).toBeUndefined();
  });

  it('refuses other spellings of a token that it signed', () => {
    const token = links.sign(payload);
    for (const spelling of [`${token}=`, ` ${token}`, `${token}%00`, `${token}.`, `${token}\n`]) {
      expect(links.open(spelling)).toBeUndefined();
    }
  });

  it('refuses whatever else comes along', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (text) => {
        expect(links.open(text)).toBeUndefined();
      }),
    );
    expect(links.open('')).toBeUndefined();
    expect(links.open('A'.repeat(100_000))).toBeUndefined();
  });
});
