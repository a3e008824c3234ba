import type { LocatedPostcode } from '../postcodes/postcode-locator.js';
import type { Unit } from '../units/unit.js';

/** How a branch or region was found, from the surest to the last resort. */
export const ALLOCATION_METHODS = [
  'coverage_rule',
  'nearest_branch',
  'region_only',
  'national',
] as const;

export type AllocationMethod = (typeof ALLOCATION_METHODS)[number];

/** Why somebody belongs where: the outcome, what it rests on, and a sentence for people. */
export interface AllocationDecision {
  method: AllocationMethod;
  /** The unit that looks after them: the branch, else the region, else the national office. */
  unit: Unit;
  branch: Unit | null;
  region: Unit | null;
  /** The code of the coverage rule that decided, where one did: `M14`, `E05011347`. */
  rulePrefix: string | null;
  precision: LocatedPostcode['precision'];
  /** Kilometres from the postcode's position to the branch; null where either is unknown. */
  distanceKm: number | null;
  explanation: string;
  nation: LocatedPostcode['nation'];
  directoryVersion: string;
  datasetVersion: string;
  /** True where the locator failed: the decision stands in until it is made again. */
  provisional: boolean;
}
