import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backOff } from './back-off.js';

const definition = { backOffSeconds: 2, backOffCapSeconds: 3600 };

it('doubles with every failure', () => {
  const waits = [1, 2, 3, 4].map((attempts) => backOff(definition, attempts, () => 0));
  expect(waits).toEqual([2_000, 4_000, 8_000, 16_000]);
});

it('takes up to half away at random and never goes beyond the cap', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (attempts, chance) => {
        const wait = backOff(definition, attempts, () => chance);
        expect(wait).toBeGreaterThanOrEqual(1_000);
        expect(wait).toBeLessThanOrEqual(3_600_000);
      },
    ),
  );
  expect(backOff(definition, 1, () => 0.999)).toBe(1_001);
});
