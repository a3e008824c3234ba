import { decideAllocation } from '../../src/allocation/decide-allocation.js';
import { type LocatedPostcode, NOWHERE } from '../../src/postcodes/postcode-locator.js';
import { isPostcode, parsePostcode, type Postcode } from '../../src/postcodes/postcode.js';
import { directoryOf, type OrganisationInTest } from './directory-view.js';

/** A postcode of which no position is known. */
/** A position that is known exactly. */
export const at = (lat: number, long: number): LocatedPostcode => ({
  precision: 'unit',
  position: { lat, long },
  terminated: null,
  nation: 'england',
  officialCodes: null,
});

/** The postcode of a text. */
export function read(text: string): Postcode {
  const parsed = parsePostcode(text);
  if (!isPostcode(parsed)) throw new Error(`"${text}" should be read as a postcode`);
  return parsed;
}

/** A decision for this organisation. */
export function decide(
  organisation: OrganisationInTest,
  postcode: string | null,
  located: LocatedPostcode = NOWHERE,
  nearestBranchLimitKm = 50,
) {
  return decideAllocation({
    view: directoryOf(organisation),
    postcode: postcode === null ? null : read(postcode),
    located,
    datasetVersion: 'test-data',
    nearestBranchLimitKm,
  });
}

/** Method, branch, region and rule of a decision: `['coverage_rule', 'leeds', 'north', 'LS']`. */
export const outcome = ({ method, branch, region, rulePrefix }: ReturnType<typeof decide>) => [
  method,
  branch?.slug ?? null,
  region?.slug ?? null,
  rulePrefix,
];
