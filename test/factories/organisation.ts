import { v7 as uuidV7 } from 'uuid';
import { Passwords } from '../../src/organisers/passwords.js';
import type { Role } from '../../src/organisers/permissions.js';
import type { TestDatabase } from '../support/test-database.js';

/** Of every organiser the factory makes. */
export const TEST_PASSWORD = 'a password of tests';

export interface TestUnit {
  readonly id: string;
  readonly kind: 'national' | 'region' | 'branch';
  readonly slug: string;
}

export interface TestOrganiser {
  readonly id: string;
  readonly email: string;
}

const UNITS = [
  { kind: 'national', slug: 'national', name: 'National Office', above: null },
  { kind: 'region', slug: 'wales', name: 'Wales', above: 'national' },
  { kind: 'region', slug: 'yorkshire', name: 'Yorkshire', above: 'national' },
  { kind: 'branch', slug: 'cardiff', name: 'Cardiff', above: 'wales' },
  { kind: 'branch', slug: 'swansea', name: 'Swansea', above: 'wales' },
  { kind: 'branch', slug: 'leeds', name: 'Leeds', above: 'yorkshire' },
] as const;
export type UnitSlug = (typeof UNITS)[number]['slug'];

const ORGANISERS = {
  national: { role: 'national_administrator', unit: 'national', office: 'national_office' },
  wales: { role: 'regional_organiser', unit: 'wales', office: 'regional_organiser' },
  yorkshire: { role: 'regional_organiser', unit: 'yorkshire', office: 'regional_organiser' },
  cardiff: { role: 'branch_secretary', unit: 'cardiff', office: 'branch_secretary' },
  leeds: { role: 'branch_secretary', unit: 'leeds', office: 'branch_secretary' },
  treasurer: { role: 'treasurer', unit: 'national', office: 'treasurer' },
  dpo: { role: 'data_protection_officer', unit: 'national', office: 'data_protection_officer' },
} as const;
export type OrganiserName = keyof typeof ORGANISERS;

/** A small organisation: the national office, two regions, three branches (Swansea's post is vacant). */
export interface TestOrganisation {
  readonly units: Readonly<Record<UnitSlug, TestUnit>>;
  readonly organisers: Readonly<Record<OrganiserName, TestOrganiser>>;
}

/** Makes the organisation with its organisers, who hold their grants and posts. */
export async function makeOrganisation(database: TestDatabase): Promise<TestOrganisation> {
  const units = {} as Record<UnitSlug, TestUnit>;
  for (const { kind, slug, name, above } of UNITS) {
    const id = uuidV7();
    await database.sql(
      'INSERT INTO unit (id, kind, parent_id, slug, name, email) VALUES ($1, $2, $3, $4, $5, $6)',
      [id, kind, above === null ? null : units[above].id, slug, name, `${slug}@example.org`],
    );
    units[slug] = { id, kind, slug };
  }
  const passwordHash = await new Passwords().hash(TEST_PASSWORD);
  const organisers = {} as Record<OrganiserName, TestOrganiser>;
  for (const [name, { role, unit, office }] of Object.entries(ORGANISERS)) {
    const organiser = await makeOrganiser(database, `${name}@example.org`, passwordHash);
    await giveGrant(database, organiser.id, role, units[unit].id);
    await database.sql(
      'INSERT INTO post (id, unit_id, office, holder_id) VALUES ($1, $2, $3, $4)',
      [uuidV7(), units[unit].id, office, organiser.id],
    );
    organisers[name as OrganiserName] = organiser;
  }
  return { units, organisers };
}

/** An account without a grant. */
export async function makeOrganiser(
  database: TestDatabase,
  email: string,
  passwordHash?: string,
): Promise<TestOrganiser> {
  const id = uuidV7();
  await database.sql(
    'INSERT INTO organiser (id, email, name, password_hash) VALUES ($1, $2, $3, $4)',
    [
      id,
      email,
      `Organiser ${email.split('@')[0]}`,
      passwordHash ?? (await new Passwords().hash(TEST_PASSWORD)),
    ],
  );
  return { id, email };
}

/** A role on a unit from now on. */
export async function giveGrant(
  database: TestDatabase,
  organiserId: string,
  role: Role,
  unitId: string,
): Promise<string> {
  const id = uuidV7();
  await database.sql(
    'INSERT INTO organiser_grant (id, organiser_id, role, unit_id) VALUES ($1, $2, $3, $4)',
    [id, organiserId, role, unitId],
  );
  return id;
}
