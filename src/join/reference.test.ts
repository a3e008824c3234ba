import { describe, expect, it } from 'vitest';
import { newReference } from './reference.js';

describe('a reference', () => {
  it('can be read out on the phone: no I, L, O or U', () => {
    for (let count = 0; count < 2000; count++) {
      expect(newReference()).toMatch(/^J-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    }
  });

  it('uses all of its letters, so that few are ever drawn twice', () => {
    const drawn = Array.from({ length: 2000 }, newReference);
    const letters = new Set(drawn.flatMap((reference) => reference.slice(2).split('')));
    letters.delete('-');
    expect(letters.size).toBe(32);
    expect(new Set(drawn).size).toBeGreaterThan(1998);
  });
});
