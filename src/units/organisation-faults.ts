import type { OrganisationFile } from './organisation-file.schema.js';

/**
 * What is wrong between the parts of an organisation's file: names used twice, branches of unknown
 * regions, and coverage rules that clash (at equal length a branch wins inside its own
 * region; any other clash is refused). Each fault names both sides.
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
  for (const { slug, coverage } of regions) {
    for (const prefix of new Set(coverage)) {
      const other = ofRegion.get(prefix);
      if (other !== undefined)
        faults.push(`The regions “${other}” and “${slug}” both cover ${prefix}.`);
      ofRegion.set(prefix, slug);
    }
  }
  const ofBranch = new Map<string, string>();
  for (const { slug, region, coverage } of branches) {
    for (const prefix of new Set(coverage)) {
      const other = ofBranch.get(prefix);
      if (other !== undefined) {
        faults.push(`The branches “${other}” and “${slug}” both cover ${prefix}.`);
      }
      ofBranch.set(prefix, slug);
      const holder = ofRegion.get(prefix);
      if (holder !== undefined && holder !== region) {
        faults.push(
          `The branch “${slug}” of “${region}” and the region “${holder}” both cover ${prefix}.`,
        );
      }
    }
  }
  return faults;
}
