import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, decide, outcome, read } from '../../test/factories/allocation.js';
import { directoryOf } from '../../test/factories/directory-view.js';
import { distanceKm, roundedKm } from '../postcodes/distance.js';
import { coveragePrefixes } from '../postcodes/postcode.js';
import { nearestBranches } from './decide-allocation.js';

describe('a decision', () => {
  const prefixes = ['M', 'M1', 'M14', 'M14 5', 'M14 5RX', 'M14 6', 'B', 'B1', 'B1 1', 'B1 1AA'];
  const someone = fc.constantFrom(
    'M14 5RX',
    'M14 5AA',
    'M14 6AA',
    'M1 1AA',
    'M9 1AA',
    'B1 1AA',
    'M14',
  );
  const place = fc.record({
    lat: fc.double({ min: 50, max: 58, noNaN: true }),
    long: fc.double({ min: -6, max: 1.7, noNaN: true }),
  });
  const rulesOfKind = fc.uniqueArray(fc.constantFrom(...prefixes), { maxLength: 8 });
  /** Two regions and four branches that share out the prefixes, one unit of a kind to each. */
  const organisations = fc
    .record({
      ofRegions: rulesOfKind,
      ofBranches: rulesOfKind,
      turn: fc.nat({ max: 7 }),
      places: fc.array(place, { minLength: 4, maxLength: 4 }),
    })
    .map(({ ofRegions, ofBranches, turn, places }) => ({
      regions: Object.fromEntries(
        ['north', 'south'].map((slug, n) => [
          slug,
          { coverage: ofRegions.filter((_, i) => (i + turn) % 2 === n) },
        ]),
      ),
      branches: Object.fromEntries(
        ['a', 'b', 'c', 'd'].map((slug, n) => [
          slug,
          {
            region: n % 2 === 0 ? 'north' : 'south',
            coverage: ofBranches.filter((_, i) => (i + turn) % 4 === n),
            position: places[n] ?? null,
          },
        ]),
      ),
    }));

  it('does not depend on the order of rules and units', () => {
    fc.assert(
      fc.property(organisations, someone, place, (organisation, postcode, { lat, long }) => {
        const turned = Object.fromEntries(
          Object.entries(organisation).map(([kind, units]) => [
            kind,
            Object.fromEntries(
              Object.entries(units)
                .reverse()
                .map(([slug, unit]) => [slug, { ...unit, coverage: [...unit.coverage].reverse() }]),
            ),
          ]),
        );
        expect(outcome(decide(turned, postcode, at(lat, long)))).toEqual(
          outcome(decide(organisation, postcode, at(lat, long))),
        );
      }),
    );
  });

  it('takes its region from the longest prefix that any unit has', () => {
    fc.assert(
      fc.property(organisations, someone, (organisation, postcode) => {
        const owners = [
          ...Object.entries(organisation.branches).map(([, unit]) => ({ ...unit })),
          ...Object.entries(organisation.regions).map(([region, unit]) => ({ ...unit, region })),
        ];
        const longest = coveragePrefixes(read(postcode)).find((prefix) =>
          owners.some(({ coverage }) => coverage.includes(prefix)),
        );
        const decision = decide(organisation, postcode);
        if (longest === undefined) {
          expect(decision.method).toBe('national');
          return;
        }
        const regions = owners
          .filter(({ coverage }) => coverage.includes(longest))
          .map(({ region }) => region);
        expect(regions).toContain(decision.region?.slug);
      }),
    );
  });

  it('has for its nearest branches those that a plain search finds', () => {
    const branches = fc.array(fc.option(place, { freq: 5 }), { maxLength: 30 });
    fc.assert(
      fc.property(branches, place, fc.integer({ min: 1, max: 20 }), (places, from, limit) => {
        const view = directoryOf({
          regions: { north: {} },
          branches: Object.fromEntries(
            places.map((position, n) => [`branch-${String(n).padStart(2, '0')}`, { position }]),
          ),
        });
        const found = nearestBranches(view, at(from.lat, from.long), limit);
        const all = places.flatMap((to) => (to === null ? [] : [distanceKm(from, to)]));
        const plain = all.sort((one, other) => one - other).slice(0, limit);
        expect(found.map(({ km }) => km)).toEqual(plain);
        for (const { branch, km } of found) {
          expect(branch.position && roundedKm(distanceKm(from, branch.position))).toBe(
            roundedKm(km),
          );
        }
      }),
    );
  });
});
