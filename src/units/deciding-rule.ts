import type { OfficialCodes } from '../postcodes/postcode-locator.js';
import type { Postcode } from '../postcodes/postcode.js';
import { coverageCodes } from './coverage-code.js';
import type { DirectoryView } from './directory-view.js';
import type { Unit } from './unit.js';

/** The coverage rule that decides where a postcode belongs. */
export interface DecidingRule {
  readonly region: Unit;
  /** Absent where the rule is a region's. */
  readonly branch?: Unit;
  readonly code: string;
}

/**
 * The most specific rule over regions and branches (docs/architecture.md). A more specific rule of a
 * region sets aside a less specific one of another region's branch; for the same code a branch wins
 * inside its own region. Undefined where nobody covers the postcode.
 *
 * @param official null where the reference data does not know them.
 */
export function decidingRule(
  view: DirectoryView,
  postcode: Postcode,
  official: OfficialCodes | null,
): DecidingRule | undefined {
  let ofRegion: DecidingRule | undefined;
  for (const code of coverageCodes(postcode, official)) {
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
