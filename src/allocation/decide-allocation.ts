import { coveragePrefixes, type Postcode } from '../postcodes/postcode.js';
import { distanceKm, roundedKm } from '../postcodes/distance.js';
import type { LocatedPostcode } from '../postcodes/postcode-locator.js';
import type { DirectoryView } from '../units/directory-view.js';
import type { Unit } from '../units/unit.js';
import type { AllocationDecision } from './allocation-decision.js';

/** What a decision is made from; the same input always gives the same decision. */
export interface AllocationInput {
  view: DirectoryView;
  /** Absent for somebody abroad who gave none. */
  postcode: Postcode | null;
  located: LocatedPostcode;
  datasetVersion: string;
  /** How far the nearest branch of a region may be to be anybody's branch, in kilometres. */
  nearestBranchLimitKm: number;
}

/**
 * Where somebody belongs (docs/architecture.md): the longest coverage prefix over regions and
 * branches wins. A longer region rule sets aside a shorter rule of another region's branch; at equal
 * length a branch wins inside its own region. Without a branch rule: the nearest branch of the
 * region within the limit, else the region alone, else the national office.
 */
export function decideAllocation(input: AllocationInput): AllocationDecision {
  const { view, postcode, located } = input;
  const base = {
    branch: null,
    region: null,
    rulePrefix: null,
    distanceKm: null,
    precision: located.precision,
    nation: located.nation,
    directoryVersion: view.version,
    datasetVersion: input.datasetVersion,
    provisional: false,
  };
  const rule = postcode === null ? undefined : longestRule(view, postcode);
  if (rule === undefined) {
    const explanation = `${whyNational(postcode)}: the national office looks after you`;
    return { ...base, method: 'national', unit: view.national, explanation };
  }
  const { region, branch, prefix } = rule;
  if (branch !== undefined) {
    return {
      ...base,
      method: 'coverage_rule',
      unit: branch,
      branch,
      region,
      rulePrefix: prefix,
      distanceKm: distanceTo(branch, located),
      explanation: `${prefix} belongs to ${branch.name}`,
    };
  }
  const nearest = nearestBranches(view, located, 1, region)[0];
  if (nearest !== undefined && nearest.km <= input.nearestBranchLimitKm) {
    return {
      ...base,
      method: 'nearest_branch',
      unit: nearest.branch,
      branch: nearest.branch,
      region,
      rulePrefix: prefix,
      distanceKm: roundedKm(nearest.km),
      explanation: `${prefix} belongs to ${region.name}, and ${nearest.branch.name} is its nearest branch`,
    };
  }
  return {
    ...base,
    method: 'region_only',
    unit: region,
    region,
    rulePrefix: prefix,
    explanation: `${prefix} belongs to ${region.name}, which has no branch close by`,
  };
}

/** The branches nearest to a position, nearest first; of one region, or of all. */
export function nearestBranches(
  view: DirectoryView,
  located: LocatedPostcode,
  limit: number,
  region?: Unit,
): { branch: Unit; km: number }[] {
  const from = located.position;
  if (from === null) return [];
  return view.branches
    .filter((branch) => region === undefined || branch.parentId === region.id)
    .flatMap((branch) =>
      branch.position === null ? [] : [{ branch, km: distanceKm(from, branch.position) }],
    )
    .sort((one, other) => one.km - other.km || one.branch.slug.localeCompare(other.branch.slug))
    .slice(0, limit);
}

/** Kilometres to a branch with one decimal, null where a position is missing. */
export function distanceTo(branch: Unit, located: LocatedPostcode): number | null {
  return located.position === null || branch.position === null
    ? null
    : roundedKm(distanceKm(located.position, branch.position));
}

/** The rule that decides: its region, its branch if there is one, and the prefix that said so. */
function longestRule(
  view: DirectoryView,
  postcode: Postcode,
): { region: Unit; branch?: Unit; prefix: string } | undefined {
  let ofRegion: { region: Unit; prefix: string } | undefined;
  for (const prefix of coveragePrefixes(postcode)) {
    const rules = view.rulesOf(prefix);
    if (rules?.branch !== undefined) {
      const region = view.regionOf(rules.branch);
      if (ofRegion === undefined || ofRegion.region.id === region.id) {
        return { region, branch: rules.branch, prefix };
      }
    }
    if (rules?.region !== undefined) ofRegion ??= { region: rules.region, prefix };
  }
  return ofRegion;
}

function whyNational(postcode: Postcode | null): string {
  if (postcode === null) return 'Without a UK postcode there is no branch to find';
  switch (postcode.territory) {
    case 'overseas':
    case 'crown_dependency':
      return `${postcode.canonical} is outside the United Kingdom`;
    case 'forces':
      return `${postcode.canonical} is a forces address`;
    case 'geographic':
    case 'non_geographic':
      return `No branch or region covers ${postcode.canonical} yet`;
  }
}
