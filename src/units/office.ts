import type { UnitKind } from './unit.js';

/** The offices a unit may have; of each at most one. */
export const OFFICES = [
  'national_office',
  'regional_organiser',
  'branch_secretary',
  'treasurer',
  'data_protection_officer',
  'safeguarding_officer',
] as const;
export type Office = (typeof OFFICES)[number];

/** The office that every unit of a kind has, held by somebody or vacant. */
export const USUAL_OFFICE: Readonly<Record<UnitKind, Office>> = {
  national: 'national_office',
  region: 'regional_organiser',
  branch: 'branch_secretary',
};
