import { coverageWords } from './coverage-code.js';
import { codesOf, type OrganisationFile } from './organisation-file.schema.js';

/**
 * What is wrong between the parts of an organisation's file: names used twice, branches of unknown
 * regions, and coverage rules that clash (for the same code a branch wins inside its own region;
 * any other clash is refused). Each fault names both sides.
 */
export function organisationFaults(file: OrganisationFile): string[] {
  return [
    ...usedTwice('region', file.regions),
    ...usedTwice('branch', file.branches),
    ...unknownRegions(file),
    ...clashes(file),
  ];
}

function usedTwice(kind: string, units: { slug: string }[]): string[] {
  const seen = new Set<string>();
  return units.flatMap(({ slug }) => {
    if (seen.has(slug)) return [`The ${kind} “${slug}” is there twice.`];
    seen.add(slug);
    return [];
  });
}

function unknownRegions({ regions, branches }: OrganisationFile): string[] {
  const known = new Set(regions.map(({ slug }) => slug));
  return branches
    .filter(({ region }) => !known.has(region))
    .map(({ slug, region }) => `The branch “${slug}” belongs to “${region}”, which is no region.`);
}

function clashes({ regions, branches }: OrganisationFile): string[] {
  const ofRegion = new Map<string, string>();
  const faults: string[] = [];
  for (const region of regions) {
    for (const code of codesOf(region)) {
      const other = ofRegion.get(code);
      if (other !== undefined) {
        const both = `The regions “${other}” and “${region.slug}”`;
        faults.push(`${both} both cover ${coverageWords(code)}.`);
      }
      ofRegion.set(code, region.slug);
    }
  }
  const ofBranch = new Map<string, string>();
  for (const branch of branches) {
    const { slug, region } = branch;
    for (const code of codesOf(branch)) {
      const other = ofBranch.get(code);
      if (other !== undefined) {
        const both = `The branches “${other}” and “${slug}”`;
        faults.push(`${both} both cover ${coverageWords(code)}.`);
      }
      ofBranch.set(code, slug);
      const holder = ofRegion.get(code);
      if (holder !== undefined && holder !== region) {
        const both = `The branch “${slug}” of “${region}” and the region “${holder}”`;
        faults.push(`${both} both cover ${coverageWords(code)}.`);
      }
    }
  }
  return faults;
}
