import type { Postcode } from '../postcodes/postcode.js';
import { coverageSubject } from '../units/coverage-code.js';
import { distanceKm, roundedKm } from '../postcodes/distance.js';
import type { LocatedPostcode } from '../postcodes/postcode-locator.js';
import { decidingRule } from '../units/deciding-rule.js';
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

/** Where somebody belongs, without the words. */
export type Belonging =
  | { readonly method: 'coverage_rule'; region: Unit; branch: Unit; code: string }
  | { readonly method: 'nearest_branch'; region: Unit; branch: Unit; code: string; km: number }
  | { readonly method: 'region_only'; region: Unit; branch: null; code: string }
  | { readonly method: 'national'; region: null; branch: null };

const NATIONAL: Belonging = { method: 'national', region: null, branch: null };

/**
 * Where somebody belongs (docs/architecture.md): the most specific coverage rule over regions and
 * branches wins, by postcode unit, sector, ward, district, constituency, local authority, area. A
 * more specific region rule sets aside a less specific rule of another region's branch; for the
 * same code a branch wins inside its own region. Without a branch rule: the nearest branch of the
 * region within the limit, else the region alone, else the national office.
 */
export function belonging(input: Omit<AllocationInput, 'datasetVersion'>): Belonging {
  const { view, postcode, located } = input;
  const rule = postcode === null ? undefined : decidingRule(view, postcode, located.officialCodes);
  if (rule === undefined) return NATIONAL;
  const { region, branch, code } = rule;
  if (branch !== undefined) return { method: 'coverage_rule', region, branch, code };
  const nearest = nearestBranches(view, located, 1, region)[0];
  return nearest !== undefined && nearest.km <= input.nearestBranchLimitKm
    ? { method: 'nearest_branch', region, branch: nearest.branch, code, km: nearest.km }
    : { method: 'region_only', region, branch: null, code };
}

/** Where somebody belongs, what that rests on, and a sentence that says why. */
export function decideAllocation(input: AllocationInput): AllocationDecision {
  const { view, postcode, located } = input;
  const found = belonging(input);
  const { method, region, branch } = found;
  return {
    method,
    unit: branch ?? region ?? view.national,
    branch,
    region,
    rulePrefix: found.method === 'national' ? null : found.code,
    precision: located.precision,
    distanceKm: branch && distanceTo(branch, located),
    explanation: explain(found, postcode),
    nation: located.nation,
    directoryVersion: view.version,
    datasetVersion: input.datasetVersion,
    provisional: false,
  };
}

function explain(found: Belonging, postcode: Postcode | null): string {
  if (found.method === 'national') {
    return `${whyNational(postcode)}: the national office looks after you`;
  }
  const covered = coverageSubject(found.code);
  const { region } = found;
  switch (found.method) {
    case 'coverage_rule':
      return `${covered} belongs to ${found.branch.name}`;
    case 'nearest_branch':
      return `${covered} belongs to ${region.name}, and ${found.branch.name} is its nearest branch`;
    case 'region_only':
      return `${covered} belongs to ${region.name}, which has no branch close by`;
  }
}

/** Kilometres to a branch with one decimal, null where a position is missing. */
export function distanceTo(branch: Unit, located: LocatedPostcode): number | null {
  return located.position === null || branch.position === null
    ? null
    : roundedKm(distanceKm(located.position, branch.position));
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
