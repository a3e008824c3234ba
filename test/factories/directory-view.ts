import type { CoverageRule } from '../../src/units/unit-directory.repository.js';
import { DirectoryView } from '../../src/units/directory-view.js';
import type { Position, Unit } from '../../src/units/unit.js';

/** A region or branch as a test names it: what is left out is nothing. */
export interface UnitInTest extends Partial<Omit<Unit, 'id' | 'kind' | 'parentId' | 'slug'>> {
  coverage?: readonly string[];
  /** A branch's region. */
  region?: string;
  position?: Position | null;
}

/** What an organisation of a test is made of; each by its slug. */
export interface OrganisationInTest {
  national?: UnitInTest;
  regions?: Readonly<Record<string, UnitInTest>>;
  branches?: Readonly<Record<string, UnitInTest>>;
}

/** The directory in memory of a small organisation, without a database. Ids are the slugs. */
export function directoryOf(organisation: OrganisationInTest): DirectoryView {
  const { national = {}, regions = {}, branches = {} } = organisation;
  const rules: CoverageRule[] = [];
  const unit = (kind: Unit['kind'], slug: string, given: UnitInTest, parent: string | null) => {
    const { coverage = [], region: _region, ...shown } = given;
    rules.push(...coverage.map((prefix) => ({ prefix, unitId: slug })));
    return {
      id: slug,
      kind,
      slug,
      parentId: parent,
      name: slug,
      phone: null,
      email: null,
      town: null,
      meets: null,
      position: null,
      demo: false,
      hasOfficer: false,
      updatedAt: '2026-11-01T00:00:00.000Z',
      ...shown,
    } satisfies Unit;
  };
  const units = [
    unit('national', 'national', { email: 'office@example.org', ...national }, null),
    ...Object.entries(regions).map(([slug, given]) => unit('region', slug, given, 'national')),
    ...Object.entries(branches).map(([slug, given]) =>
      unit('branch', slug, given, given.region ?? 'north'),
    ),
  ];
  return new DirectoryView({ version: '7', units, rules });
}
