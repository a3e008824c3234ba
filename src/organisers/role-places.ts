import type { Office } from '../units/office.js';
import type { UnitKind } from '../units/unit.js';
import { type Role, ROLES, rolesWith } from './permissions.js';

/** The only kind of unit a role makes sense on; the others may be given on any. */
export const KIND_OF_ROLE: Readonly<Partial<Record<Role, UnitKind>>> = {
  national_administrator: 'national',
  regional_organiser: 'region',
  branch_secretary: 'branch',
};

/** The office that goes with a role. */
export const OFFICE_OF_ROLE: Readonly<Partial<Record<Role, Office>>> = {
  national_administrator: 'national_office',
  regional_organiser: 'regional_organiser',
  branch_secretary: 'branch_secretary',
  treasurer: 'treasurer',
  data_protection_officer: 'data_protection_officer',
};

/**
 * The roles of which whoever does the duties of an office needs one: most show people. Null: whichever.
 */
export function rolesForDutiesOf(office: Office): readonly Role[] | null {
  const isAboutPeople = office !== 'treasurer' && office !== 'data_protection_officer';
  return isAboutPeople ? rolesWith('people.read', ROLES) : null;
}

/** The role that goes with an office; none, where whoever holds it needs no more than another gives. */
export function roleOfOffice(office: Office): Role | undefined {
  const roles = Object.entries(OFFICE_OF_ROLE) as [Role, Office][];
  return roles.find(([, one]) => one === office)?.[0];
}
