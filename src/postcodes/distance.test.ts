import fc from 'fast-check';
import { expect, it } from 'vitest';
import { distanceKm, roundedKm, type Position } from './distance.js';

const position: fc.Arbitrary<Position> = fc.record({
  lat: fc.double({ min: -90, max: 90, noNaN: true }),
  long: fc.double({ min: -180, max: 180, noNaN: true }),
});
const HALF_ROUND_KM = Math.PI * 6371.0088;

it('agrees with known distances', () => {
  const london = { lat: 51.5074, long: -0.1278 };
  const edinburgh = { lat: 55.9533, long: -3.1883 };
  expect(distanceKm(london, edinburgh)).toBeCloseTo(534, 0);
  expect(distanceKm({ lat: 0, long: 0 }, { lat: 1, long: 0 })).toBeCloseTo(111.195, 3);
});

it('crosses Greenwich and the date line the short way', () => {
  expect(distanceKm({ lat: 51.5, long: -0.01 }, { lat: 51.5, long: 0.01 })).toBeLessThan(1.5);
  expect(distanceKm({ lat: 0, long: 179.9 }, { lat: 0, long: -179.9 })).toBeLessThan(23);
});

it('is a number even between opposite ends of the Earth', () => {
  fc.assert(
    fc.property(position, ({ lat, long }) => {
      const opposite = { lat: -lat, long: long > 0 ? long - 180 : long + 180 };
      expect(distanceKm({ lat, long }, opposite)).toBeCloseTo(HALF_ROUND_KM, 0);
    }),
  );
});

it('is a distance: nought to itself, the same both ways, no shorter by a detour', () => {
  fc.assert(
    fc.property(position, position, position, (a, b, c) => {
      expect(distanceKm(a, a)).toBe(0);
      expect(distanceKm(a, b)).toBeCloseTo(distanceKm(b, a), 6);
      expect(distanceKm(a, c)).toBeLessThanOrEqual(distanceKm(a, b) + distanceKm(b, c) + 1e-3);
    }),
  );
});

it.each([
  [0, 0],
  [0.04, 0],
  [0.05, 0.1],
  [12.34, 12.3],
  [534.26, 534.3],
])('shows %d km as %d', (km, shown) => {
  expect(roundedKm(km)).toBe(shown);
});
