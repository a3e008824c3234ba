import { describe, expect, it } from 'vitest';
import { organisationFileSchema } from './organisation-file.schema.js';
import { organisationFaults } from './organisation-faults.js';

type UnitGiven = {
  slug: string;
  region?: string;
  coverage?: string[];
  wards?: string[];
  constituencies?: string[];
  localAuthorities?: string[];
};

function faults(regions: UnitGiven[], branches: UnitGiven[] = []): string[] {
  const named = (units: UnitGiven[]) => units.map((unit) => ({ name: unit.slug, ...unit }));
  return organisationFaults(
    organisationFileSchema.parse({
      name: 'An organisation',
      nationalOffice: { email: 'office@example.org' },
      regions: named(regions),
      branches: named(branches),
    }),
  );
}

describe('the parts of an organisation’s file', () => {
  it('may share an area between a region and its own branch', () => {
    expect(
      faults(
        [
          { slug: 'yorkshire', coverage: ['LS', 'BD'] },
          { slug: 'wales', coverage: ['CH5'] },
        ],
        [
          { slug: 'leeds', region: 'yorkshire', coverage: ['LS', 'LS6'] },
          { slug: 'chester', region: 'yorkshire', coverage: ['CH'] },
        ],
      ),
    ).toEqual([]);
  });

  it('may not use one slug twice within a kind', () => {
    expect(
      faults(
        [{ slug: 'wales' }, { slug: 'wales' }],
        [
          { slug: 'cardiff', region: 'wales' },
          { slug: 'cardiff', region: 'wales' },
        ],
      ),
    ).toEqual(['The region “wales” is there twice.', 'The branch “cardiff” is there twice.']);
    expect(faults([{ slug: 'london' }], [{ slug: 'london', region: 'london' }])).toEqual([]);
  });

  it('may not name a region that is not there', () => {
    expect(faults([{ slug: 'wales' }], [{ slug: 'leeds', region: 'yorkshire' }])).toEqual([
      'The branch “leeds” belongs to “yorkshire”, which is no region.',
    ]);
  });

  it('may not cover one prefix by two regions, by two branches, or by a branch and a foreign region', () => {
    expect(
      faults(
        [
          { slug: 'wales', coverage: ['SY'] },
          { slug: 'west-mids', coverage: ['sy'] },
        ],
        [
          { slug: 'powys', region: 'wales', coverage: ['SY 23', 'LD'] },
          { slug: 'ceredigion', region: 'wales', coverage: ['SY23'] },
          { slug: 'shrewsbury', region: 'west-mids', coverage: ['SY1'] },
        ],
      ),
    ).toEqual([
      'The regions “wales” and “west-mids” both cover SY.',
      'The branches “powys” and “ceredigion” both cover SY23.',
    ]);
    expect(
      faults(
        [
          { slug: 'wales', coverage: ['SY23'] },
          { slug: 'west-mids', coverage: ['SY'] },
        ],
        [{ slug: 'shrewsbury', region: 'west-mids', coverage: ['SY23'] }],
      ),
    ).toEqual(['The branch “shrewsbury” of “west-mids” and the region “wales” both cover SY23.']);
  });

  it('may not cover one ward, constituency or local authority twice, either', () => {
    expect(
      faults(
        [
          { slug: 'wales', localAuthorities: ['W06000015'] },
          { slug: 'west-mids', constituencies: ['e14001350'] },
        ],
        [
          { slug: 'cardiff', region: 'wales', wards: ['W05001234'], constituencies: ['E14001350'] },
          { slug: 'barry', region: 'wales', wards: ['W05001234'], localAuthorities: ['W06000015'] },
        ],
      ),
    ).toEqual([
      'The branch “cardiff” of “wales” and the region “west-mids” both cover the constituency E14001350.',
      'The branches “cardiff” and “barry” both cover the ward W05001234.',
    ]);
  });

  it('may repeat a prefix within one unit', () => {
    expect(faults([{ slug: 'wales', coverage: ['CF', 'cf'] }])).toEqual([]);
    expect(
      faults([{ slug: 'wales' }], [{ slug: 'cardiff', region: 'wales', coverage: ['CF', 'CF'] }]),
    ).toEqual([]);
  });
});
