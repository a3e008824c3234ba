import type { EntityManager } from 'typeorm';
import { recordCommand } from '../audit/audit.js';
import { newId } from '../platform/new-id.js';
import { coverageWords, parseCoverageCode } from './coverage-code.js';
import {
  type BranchInFile,
  codesOf,
  type OrganisationFile,
  organisationFileSchema,
} from './organisation-file.schema.js';
import { organisationFaults } from './organisation-faults.js';
import {
  OrganisationImportRepository,
  type WantedRule,
  type WantedUnit,
} from './organisation-import.repository.js';
import { lockOrganisation } from './organisation-lock.repository.js';
import { splitMeetingText } from './meeting-text.js';

/** Every fault of an organisation's file at once; nothing was changed. */
export class OrganisationFileError extends Error {
  constructor(readonly faults: string[]) {
    super(
      `The organisation's file has ${faults.length} fault(s):\n${faults.map((f) => `  - ${f}`).join('\n')}`,
    );
    this.name = 'OrganisationFileError';
  }
}

/** What an import did. */
export interface OrganisationImportReport {
  unitsChanged: number;
  rulesAdded: number;
  rulesRemoved: number;
  /** Units that the file does not name. They stay: people may belong to them. */
  notInFile: string[];
}

const NATIONAL_SLUG = 'national-office';

/** Whether there are units already. */
export function hasOrganisation(owner: EntityManager): Promise<boolean> {
  return new OrganisationImportRepository(owner).hasUnits();
}

/**
 * Brings units and coverage rules to what the file says, in one transaction, also those that
 * organisers have changed since. Checks everything before it changes anything.
 *
 * @param owner on the owner's connection: the application itself may not write units.
 * @param demo marks every unit as a demonstration: real providers refuse to write to it.
 * @throws OrganisationFileError with every fault.
 */
export async function importOrganisation(
  owner: EntityManager,
  file: unknown,
  { demo = false } = {},
): Promise<OrganisationImportReport> {
  const organisation = checked(file);
  const units = wantedUnits(organisation, demo);
  const rules = wantedRules(organisation);
  return owner.transaction(async (manager) => {
    const repository = new OrganisationImportRepository(manager);
    await lockOrganisation(manager);
    let unitsChanged = 0;
    for (const kind of ['national', 'region', 'branch'] as const) {
      unitsChanged += await repository.putUnits(units.filter((unit) => unit.kind === kind));
    }
    const clashes = await repository.clashingRules(units, rules);
    if (clashes.length > 0) {
      throw new OrganisationFileError(
        clashes.map(
          ({ prefix, other, slug }) =>
            `“${slug}” covers ${coverageWords(prefix)}, which already belongs to “${other}” (not in the file).`,
        ),
      );
    }
    const rulesRemoved = await repository.dropRules(units, rules);
    const rulesAdded = await repository.addRules(rules);
    await repository.addUsualPosts();
    await recordCommand(manager, 'organisation.imported', 'unit', null);
    return {
      unitsChanged,
      rulesAdded,
      rulesRemoved,
      notInFile: await repository.unnamedUnits(units),
    };
  });
}

function checked(file: unknown): OrganisationFile {
  const parsed = organisationFileSchema.safeParse(file);
  if (!parsed.success) {
    throw new OrganisationFileError(
      parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`),
    );
  }
  const faults = organisationFaults(parsed.data);
  if (faults.length > 0) throw new OrganisationFileError(faults);
  return parsed.data;
}

function wantedUnits(file: OrganisationFile, demo: boolean) {
  const { nationalOffice, regions, branches } = file;
  const plain = {
    phone: null,
    email: null,
    town: null,
    meets: null,
    venue: null,
    latitude: null,
    longitude: null,
    publishes_position: false,
    publishes_venue: false,
    demo,
  };
  const units: WantedUnit[] = [
    {
      ...plain,
      id: newId(),
      kind: 'national',
      parent_slug: null,
      slug: NATIONAL_SLUG,
      name: nationalOffice.name ?? file.name,
      phone: nationalOffice.phone ?? null,
      email: nationalOffice.email ?? null,
    },
    ...regions.map(({ slug, name, phone, email }) => ({
      ...plain,
      id: newId(),
      kind: 'region' as const,
      parent_slug: NATIONAL_SLUG,
      slug,
      name,
      phone: phone ?? null,
      email: email ?? null,
    })),
    ...branches.map((branch) => ({ ...plain, ...wantedBranch(branch) })),
  ];
  return units;
}

function wantedBranch(branch: BranchInFile) {
  const split =
    branch.venue === undefined && branch.meets !== undefined
      ? splitMeetingText(branch.meets)
      : { meets: branch.meets ?? null, venue: branch.venue ?? null };
  return {
    id: newId(),
    kind: 'branch' as const,
    parent_slug: branch.region,
    slug: branch.slug,
    name: branch.name,
    phone: branch.phone ?? null,
    email: branch.email ?? null,
    town: branch.town ?? null,
    ...split,
    latitude: branch.position?.lat ?? null,
    longitude: branch.position?.long ?? null,
    publishes_position: branch.publishes?.position ?? false,
    publishes_venue: branch.publishes?.venue ?? false,
  };
}

function wantedRules({ regions, branches }: OrganisationFile): WantedRule[] {
  const rulesOf = (unit_kind: 'region' | 'branch') => (unit: OrganisationFile['regions'][number]) =>
    codesOf(unit).map((prefix) => {
      const kind = parseCoverageCode(prefix)?.kind ?? 'postcode';
      return { id: newId(), kind, prefix, unit_kind, slug: unit.slug };
    });
  return [...regions.flatMap(rulesOf('region')), ...branches.flatMap(rulesOf('branch'))];
}
