import { describe, expect, it } from 'vitest';
import { at, decide, outcome } from '../../test/factories/allocation.js';
import { NOWHERE } from '../postcodes/postcode-locator.js';
import { distanceKm } from '../postcodes/distance.js';

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

describe('coverage rules of official areas', () => {
  const ardwick = {
    ...at(53.46, -2.22),
    officialCodes: { ward: 'E05011347', constituency: 'E14001350', localAuthority: 'E08000003' },
  };
  const decideBy = (...coverages: string[][]) =>
    decide(
      {
        regions: { north: {} },
        branches: Object.fromEntries(coverages.map((coverage, n) => [`branch-${n}`, { coverage }])),
      },
      'M14 5RX',
      ardwick,
    );

  it.each([
    [['M14 5RX'], ['M14 5']],
    [['M14 5'], ['E05011347']],
    [['E05011347'], ['M14']],
    [['M14'], ['E14001350']],
    [['E14001350'], ['E08000003']],
    [['E08000003'], ['M']],
  ])('rank by how specific they are: %j before %j', (first, second) => {
    for (const [coverages, winner] of [
      [[first, second], 'branch-0'],
      [[second, first], 'branch-1'],
    ] as const) {
      const decision = decideBy(...coverages);
      expect([decision.branch?.slug, decision.rulePrefix]).toEqual([winner, first[0]]);
    }
  });

  it.each([
    ['E05011347', 'The ward E05011347 belongs to branch-0'],
    ['E14001350', 'The constituency E14001350 belongs to branch-0'],
    ['E08000003', 'The local authority E08000003 belongs to branch-0'],
  ])('say so in words: %s', (code, explanation) => {
    expect(decideBy([code])).toMatchObject({
      method: 'coverage_rule',
      rulePrefix: code,
      explanation,
    });
  });

  it('say so where the region covers the area, and its nearest branch follows from that', () => {
    const organisation = {
      regions: { north: { coverage: ['E08000003'] } },
      branches: { near: { position: { lat: 53.5, long: -2.2 } } },
    };
    const { explanation } = decide(organisation, 'M14 5RX', ardwick);
    expect(explanation).toBe(
      'The local authority E08000003 belongs to north, and near is its nearest branch',
    );
  });

  it('do not apply where the reference data does not know the areas', () => {
    const organisation = {
      regions: { north: { coverage: ['M'] } },
      branches: { ward: { coverage: ['E05011347', 'E14001350', 'E08000003'] } },
    };
    expect(outcome(decide(organisation, 'M14 5RX', at(53.46, -2.22)))).toEqual([
      'region_only',
      null,
      'north',
      'M',
    ]);
  });

  it('of a region, when more specific, set aside a district of another region’s branch', () => {
    const organisation = {
      regions: { north: {}, south: { coverage: ['E05011347'] } },
      branches: { rusholme: { region: 'north', coverage: ['M14'] } },
    };
    expect(outcome(decide(organisation, 'M14 5RX', ardwick))).toEqual([
      'region_only',
      null,
      'south',
      'E05011347',
    ]);
  });

  it('let a branch win inside its own region for the same area', () => {
    const organisation = {
      regions: { north: { coverage: ['E14001350'] } },
      branches: { rusholme: { coverage: ['E14001350'] } },
    };
    expect(outcome(decide(organisation, 'M14 5RX', ardwick))[1]).toBe('rusholme');
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
