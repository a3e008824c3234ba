import type { Postcode } from '../postcodes/postcode.js';
import { coverageCodes, coverageSubject } from '../units/coverage-code.js';
import { distanceKm, roundedKm } from '../postcodes/distance.js';
import type { LocatedPostcode } from '../postcodes/postcode-locator.js';
import type { DirectoryView } from '../units/directory-view.js';
import type { Unit } from '../units/unit.js';
import type { AllocationDecision } from './allocation-decision.js';
import { nearestBranches } from './nearest-branches.js';

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
 * Where somebody belongs (docs/architecture.md): the most specific coverage rule over regions and
 * branches wins, by postcode unit, sector, ward, district, constituency, local authority, area. A
 * more specific region rule sets aside a less specific rule of another region's branch; for the
 * same code a branch wins inside its own region. Without a branch rule: the nearest branch of the
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
  const rule = postcode === null ? undefined : decidingRule(view, postcode, located);
  if (rule === undefined) {
    const explanation = `${whyNational(postcode)}: the national office looks after you`;
    return { ...base, method: 'national', unit: view.national, explanation };
  }
  const { region, branch, code } = rule;
  const covered = coverageSubject(code);
  if (branch !== undefined) {
    return {
      ...base,
      method: 'coverage_rule',
      unit: branch,
      branch,
      region,
      rulePrefix: code,
      distanceKm: distanceTo(branch, located),
      explanation: `${covered} belongs to ${branch.name}`,
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
      rulePrefix: code,
      distanceKm: roundedKm(nearest.km),
      explanation: `${covered} belongs to ${region.name}, and ${nearest.branch.name} is its nearest branch`,
    };
  }
  return {
    ...base,
    method: 'region_only',
    unit: region,
    region,
    rulePrefix: code,
    explanation: `${covered} belongs to ${region.name}, which has no branch close by`,
  };
}

/** Kilometres to a branch with one decimal, null where a position is missing. */
export function distanceTo(branch: Unit, located: LocatedPostcode): number | null {
  return located.position === null || branch.position === null
    ? null
    : roundedKm(distanceKm(located.position, branch.position));
}

/** The rule that decides: its region, its branch if there is one, and the code that said so. */
function decidingRule(
  view: DirectoryView,
  postcode: Postcode,
  { officialCodes }: LocatedPostcode,
): { region: Unit; branch?: Unit; code: string } | undefined {
  let ofRegion: { region: Unit; code: string } | undefined;
  for (const code of coverageCodes(postcode, officialCodes)) {
    const rules = view.rulesOf(code);
    if (rules?.branch !== undefined) {
      const region = view.regionOf(rules.branch);
      if (ofRegion === undefined || ofRegion.region.id === region.id) {
        return { region, branch: rules.branch, code };
      }
    }
    if (rules?.region !== undefined) ofRegion ??= { region: rules.region, code };
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
