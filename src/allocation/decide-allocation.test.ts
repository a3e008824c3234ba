import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { directoryOf, type OrganisationInTest } from '../../test/factories/directory-view.js';
import { distanceKm, roundedKm } from '../postcodes/distance.js';
import type { LocatedPostcode } from '../postcodes/postcode-locator.js';
import {
  coveragePrefixes,
  isPostcode,
  parsePostcode,
  type Postcode,
} from '../postcodes/postcode.js';
import { decideAllocation, nearestBranches } from './decide-allocation.js';

const NOWHERE: LocatedPostcode = {
  precision: 'none',
  position: null,
  terminated: null,
  nation: null,
};
const at = (lat: number, long: number): LocatedPostcode => ({
  precision: 'unit',
  position: { lat, long },
  terminated: null,
  nation: 'england',
});

function read(text: string): Postcode {
  const parsed = parsePostcode(text);
  if (!isPostcode(parsed)) throw new Error(`"${text}" should be read as a postcode`);
  return parsed;
}

function decide(
  organisation: OrganisationInTest,
  postcode: string | null,
  located: LocatedPostcode = NOWHERE,
  nearestBranchLimitKm = 50,
) {
  return decideAllocation({
    view: directoryOf(organisation),
    postcode: postcode === null ? null : read(postcode),
    located,
    datasetVersion: 'test-data',
    nearestBranchLimitKm,
  });
}

/** Method, branch, region and rule of a decision: `['coverage_rule', 'leeds', 'north', 'LS']`. */
const outcome = ({ method, branch, region, rulePrefix }: ReturnType<typeof decide>) => [
  method,
  branch?.slug ?? null,
  region?.slug ?? null,
  rulePrefix,
];

describe('coverage rules', () => {
  it('apply whether or not the reference data knows the unit', () => {
    const organisation = {
      regions: { north: { coverage: ['M'] } },
      branches: { south: { coverage: ['M14'] } },
    };
    expect(outcome(decide(organisation, 'M14 5RX', NOWHERE))).toEqual(
      outcome(decide(organisation, 'M14 5RX', at(53.4, -2.2))),
    );
    expect(decide(organisation, 'M14 5RX')).toMatchObject({
      method: 'coverage_rule',
      unit: { slug: 'south' },
      explanation: 'M14 belongs to south',
      distanceKm: null,
    });
  });

  it('apply to half a postcode, and to an area alone', () => {
    const organisation = {
      regions: { north: { coverage: ['M'] } },
      branches: { south: { coverage: ['M14'] } },
    };
    expect(outcome(decide(organisation, 'M14'))).toEqual([
      'coverage_rule',
      'south',
      'north',
      'M14',
    ]);
    expect(outcome(decide(organisation, 'M'))).toEqual(['region_only', null, 'north', 'M']);
  });

  it('let the longest prefix win over regions and branches', () => {
    const organisation = {
      regions: { north: { coverage: ['M'] }, south: { coverage: ['M14 5RX'] } },
      branches: {
        area: { region: 'north', coverage: ['M'] },
        district: { region: 'north', coverage: ['M14'] },
        sector: { region: 'north', coverage: ['M14 5'] },
      },
    };
    expect(outcome(decide(organisation, 'M2 1AA'))).toEqual([
      'coverage_rule',
      'area',
      'north',
      'M',
    ]);
    expect(outcome(decide(organisation, 'M14 6AA'))[1]).toBe('district');
    expect(outcome(decide(organisation, 'M14 5AA'))[1]).toBe('sector');
    expect(outcome(decide(organisation, 'M14 5RX'))).toEqual([
      'region_only',
      null,
      'south',
      'M14 5RX',
    ]);
  });

  it('do not let M1 cover M14', () => {
    const organisation = {
      regions: { north: { coverage: ['M'] } },
      branches: { centre: { coverage: ['M1'] } },
    };
    expect(outcome(decide(organisation, 'M14 5RX'))).toEqual(['region_only', null, 'north', 'M']);
    expect(outcome(decide(organisation, 'M1 1AA'))[1]).toBe('centre');
  });

  it('tell a lettered district from the district it lies in', () => {
    const organisation = {
      regions: { north: { coverage: ['SW1'] } },
      branches: { palace: { coverage: ['SW1A'] } },
    };
    expect(outcome(decide(organisation, 'SW1A 1AA'))[1]).toBe('palace');
    expect(outcome(decide(organisation, 'SW1V 1AA'))).toEqual([
      'region_only',
      null,
      'north',
      'SW1',
    ]);
  });

  it('of a region, when longer, set aside a shorter rule of another region’s branch', () => {
    const organisation = {
      regions: { england: { coverage: ['SY'] }, wales: { coverage: ['SY23'] } },
      branches: { shrewsbury: { region: 'england', coverage: ['SY'] } },
    };
    expect(outcome(decide(organisation, 'SY23 1AA'))).toEqual([
      'region_only',
      null,
      'wales',
      'SY23',
    ]);
    expect(outcome(decide(organisation, 'SY1 1AA'))).toEqual([
      'coverage_rule',
      'shrewsbury',
      'england',
      'SY',
    ]);
  });

  it('of a region, when longer, leave a shorter rule of its own branch standing', () => {
    const organisation = {
      regions: { wales: { coverage: ['SY23'] } },
      branches: { powys: { region: 'wales', coverage: ['SY'] } },
    };
    expect(outcome(decide(organisation, 'SY23 1AA'))).toEqual([
      'coverage_rule',
      'powys',
      'wales',
      'SY',
    ]);
  });

  it('of a branch, when longer, win over another region’s shorter rule', () => {
    const organisation = {
      regions: { england: { coverage: ['CH'] }, wales: {} },
      branches: { flint: { region: 'wales', coverage: ['CH6'] } },
    };
    expect(outcome(decide(organisation, 'CH6 5AA'))).toEqual([
      'coverage_rule',
      'flint',
      'wales',
      'CH6',
    ]);
  });

  it('at equal length let a branch win inside its own region', () => {
    const organisation = {
      regions: { north: { coverage: ['LS'] } },
      branches: { leeds: { coverage: ['LS'] } },
    };
    expect(outcome(decide(organisation, 'LS1 1AA'))).toEqual([
      'coverage_rule',
      'leeds',
      'north',
      'LS',
    ]);
  });
});

describe('without a branch rule', () => {
  const organisation = {
    regions: { north: { coverage: ['M'] }, south: { coverage: ['B'] } },
    branches: {
      near: { region: 'north', position: { lat: 53.5, long: -2.2 } },
      far: { region: 'north', position: { lat: 53.7, long: -2.2 } },
      elsewhere: { region: 'south', position: { lat: 53.4, long: -2.2 } },
      unplaced: { region: 'north' },
    },
  };

  it('takes the nearest branch of the region, not a nearer one of another', () => {
    const decision = decide(organisation, 'M1 1AA', at(53.4, -2.2));
    expect(outcome(decision)).toEqual(['nearest_branch', 'near', 'north', 'M']);
    expect(decision.distanceKm).toBe(11.1);
    expect(decision.explanation).toBe('M belongs to north, and near is its nearest branch');
  });

  it('takes none that is farther than the limit, and one that is exactly at it', () => {
    const from = at(53.4, -2.2);
    const exactly = distanceKm({ lat: 53.4, long: -2.2 }, { lat: 53.5, long: -2.2 });
    expect(decide(organisation, 'M1 1AA', from, exactly).method).toBe('nearest_branch');
    expect(outcome(decide(organisation, 'M1 1AA', from, exactly - 0.001))).toEqual([
      'region_only',
      null,
      'north',
      'M',
    ]);
  });

  it('falls to the region alone where nothing tells the distance', () => {
    const decision = decide(organisation, 'M1 1AA', NOWHERE);
    expect(outcome(decision)).toEqual(['region_only', null, 'north', 'M']);
    expect(decision.unit.slug).toBe('north');
  });

  it.each([
    ['QQ1 1AA', 'No branch or region covers QQ1 1AA yet'],
    ['JE2 3AB', 'JE2 3AB is outside the United Kingdom'],
    ['BFPO 105', 'BFPO 105 is a forces address'],
    ['GX11 1AA', 'GX11 1AA is outside the United Kingdom'],
    ['GIR 0AA', 'No branch or region covers GIR 0AA yet'],
    ['ZZ99 3VZ', 'No branch or region covers ZZ99 3VZ yet'],
  ])('falls to the national office for %s, which nobody covers, and says why', (postcode, why) => {
    const decision = decide(organisation, postcode, at(53.4, -2.2));
    expect(outcome(decision)).toEqual(['national', null, null, null]);
    expect(decision.unit.kind).toBe('national');
    expect(decision.explanation).toBe(`${why}: the national office looks after you`);
  });

  it('falls to the national office for somebody without a postcode of ours', () => {
    expect(outcome(decide(organisation, null))).toEqual(['national', null, null, null]);
  });
});

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

  it('tells what it rests on', () => {
    const decision = decide({ regions: { north: { coverage: ['M'] } } }, 'M14', at(53.4, -2.2));
    expect(decision).toMatchObject({
      precision: 'unit',
      nation: 'england',
      directoryVersion: '7',
      datasetVersion: 'test-data',
      provisional: false,
    });
  });
});
