import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, decide, outcome, read } from '../../test/factories/allocation.js';
import { directoryOf } from '../../test/factories/directory-view.js';
import { distanceKm, roundedKm } from '../postcodes/distance.js';
import type { OfficialCodes } from '../postcodes/postcode-locator.js';
import { COVERAGE_LEVELS, parseCoverageCode } from '../units/coverage-code.js';
import { decideAllocation } from './decide-allocation.js';
import { nearestBranches } from './nearest-branches.js';

/** Whether a rule for this code covers somebody, said as plainly as can be. */
function covers(code: string, postcode: string, official: OfficialCodes | null): boolean {
  const [outcode = '', inward = ''] = postcode.split(' ');
  const area = /^[A-Z]+/.exec(outcode)?.[0];
  return [
    area,
    outcode,
    `${outcode} ${inward.charAt(0)}`,
    `${outcode} ${inward}`,
    ...Object.values(official ?? {}),
  ].includes(code);
}

const levelOf = (code: string) =>
  COVERAGE_LEVELS.findIndex((level) => level === parseCoverageCode(code)?.level);

describe('a decision', () => {
  const wards = ['E05011347', 'E05011348'];
  const constituencies = ['E14001350', 'E14001351'];
  const authorities = ['E08000003', 'E08000006'];
  const prefixes = ['M', 'M1', 'M14', 'M14 5', 'M14 5RX', 'M14 6', 'B', 'B1', 'B1 1', 'B1 1AA'];
  const codes = [...prefixes, ...wards, ...constituencies, ...authorities];
  const officialCodes = fc.option(
    fc.record({
      ward: fc.option(fc.constantFrom(...wards)),
      constituency: fc.option(fc.constantFrom(...constituencies)),
      localAuthority: fc.option(fc.constantFrom(...authorities)),
    }),
  );
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
  const rulesOfKind = fc.uniqueArray(fc.constantFrom(...codes), { maxLength: 12 });
  /** Two regions and four branches that share out the codes, one unit of a kind to each. */
  const organisations = fc
    .record({
      ofRegions: rulesOfKind,
      ofBranches: rulesOfKind,
      turn: fc.nat({ max: 11 }),
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

  const someoneSomewhere = fc
    .record({ postcode: someone, place, official: officialCodes })
    .map(({ postcode, place: { lat, long }, official }) => ({
      postcode,
      official,
      located: { ...at(lat, long), officialCodes: official },
    }));

  it('does not depend on the order of rules and units', () => {
    fc.assert(
      fc.property(organisations, someoneSomewhere, (organisation, { postcode, located }) => {
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
        expect(outcome(decide(turned, postcode, located))).toEqual(
          outcome(decide(organisation, postcode, located)),
        );
      }),
    );
  });

  it('is the same for the same rules and data, and leaves both as they were', () => {
    fc.assert(
      fc.property(organisations, someoneSomewhere, (organisation, { postcode, located }) => {
        const input = {
          view: directoryOf(organisation),
          postcode: read(postcode),
          located: Object.freeze(located),
          datasetVersion: 'test-data',
          nearestBranchLimitKm: 50,
        };
        expect(decideAllocation(input)).toEqual(decideAllocation(input));
      }),
    );
  });

  it('takes its region from the most specific rule of all, and its branch from the most specific of that region’s', () => {
    fc.assert(
      fc.property(organisations, someoneSomewhere, (organisation, someoneThere) => {
        const { postcode, official, located } = someoneThere;
        const owners = [
          ...Object.entries(organisation.branches).map(([branch, unit]) => ({ ...unit, branch })),
          ...Object.entries(organisation.regions).map(([region, { coverage }]) => ({
            coverage,
            region,
            branch: null,
          })),
        ];
        // Branches stand first, and sorting keeps that order within a level.
        const applying = owners
          .flatMap(({ coverage, ...owner }) => coverage.map((code) => ({ ...owner, code })))
          .filter(({ code }) => covers(code, postcode, official))
          .sort((one, other) => levelOf(one.code) - levelOf(other.code));
        const decision = decide(organisation, postcode, located);
        expect(decision.region?.slug).toBe(applying[0]?.region);
        const decisive = applying.find(
          ({ branch, region }) => branch !== null && region === applying[0]?.region,
        );
        expect(decision.method === 'coverage_rule').toBe(decisive !== undefined);
        if (decisive === undefined) return;
        expect([decision.branch?.slug, decision.rulePrefix]).toEqual([
          decisive.branch,
          decisive.code,
        ]);
      }),
    );
  });

  it('has for its nearest branches those that a plain search finds', () => {
    const branches = fc.array(fc.option(place, { freq: 5 }), { maxLength: 300, size: 'max' });
    fc.assert(
      fc.property(branches, place, fc.integer({ min: 1, max: 20 }), (places, from, limit) => {
        const view = directoryOf({
          regions: { north: {} },
          branches: Object.fromEntries(
            places.map((position, n) => [`branch-${String(n).padStart(3, '0')}`, { position }]),
          ),
        });
        const found = nearestBranches(view, at(from.lat, from.long), limit);
        const all = places.flatMap((to) => (to === null ? [] : [distanceKm(from, to)]));
        const plain = all.sort((one, other) => one - other).slice(0, limit);
        expect(found.length).toBe(plain.length);
        // To a millimetre: the order of places that are closer than that is the arithmetic's.
        for (const [n, { km }] of found.entries()) expect(km).toBeCloseTo(plain[n] ?? NaN, 6);
        for (const { branch, km } of found) {
          expect(branch.position && roundedKm(distanceKm(from, branch.position))).toBe(
            roundedKm(km),
          );
        }
      }),
    );
  });
});
