import { isPostcode } from '../postcodes/postcode.js';
import { type PostcodeRegister, resolvePostcode } from '../postcodes/resolve-postcode.js';
import {
  hasRoyalMailPostcodes,
  withSettledPostcode,
  writtenPostcode,
} from '../postcodes/royal-mail-postcode.js';
import type { Fault } from '../platform/http/problem.js';
import type { PersonChange } from './people.admin-schemas.js';

/** The part of a record that an organiser may put right; keys are those of the columns. */
export interface PersonColumns {
  given_name: string;
  family_name: string | null;
  /** `YYYY-MM-DD`. */
  date_of_birth: string | null;
  country: string;
  postcode: string | null;
  address_line1: string | null;
  address_line2: string | null;
  town: string | null;
}

/** What decides where somebody belongs. */
const OF_HOME: readonly (keyof PersonColumns)[] = ['country', 'postcode', 'date_of_birth'];

/** The columns that a change sets otherwise than they are; what it leaves out stays. */
export function changedColumns(
  before: PersonColumns,
  change: PersonChange,
): Partial<PersonColumns> {
  const { address = {} } = change;
  const wanted: PersonColumns = {
    given_name: change.givenName ?? before.given_name,
    family_name: given(change.familyName, before.family_name),
    date_of_birth: given(change.dateOfBirth, before.date_of_birth),
    country: change.country ?? before.country,
    postcode: given(change.postcode, before.postcode),
    address_line1: given(address.line1, before.address_line1),
    address_line2: given(address.line2, before.address_line2),
    town: given(address.town, before.town),
  };
  const { country, postcode } = wanted;
  // Written our way where it is given, and otherwise left as it was written once.
  if (change.postcode !== undefined || change.country !== undefined) {
    wanted.postcode = writtenPostcode({ country, postcode: postcode ?? undefined });
  }
  return Object.fromEntries(
    Object.entries(wanted).filter(
      ([column, value]) => value !== before[column as keyof PersonColumns],
    ),
  );
}

/** Whether where somebody belongs has to be decided anew. */
export function concernsHome(changed: Partial<PersonColumns>): boolean {
  return OF_HOME.some((column) => column in changed);
}

/** The change with the postcode that the reference data says was meant (`resolvePostcode`). */
export function settledChange(
  before: PersonColumns,
  change: PersonChange,
  register: PostcodeRegister,
): PersonChange {
  if (typeof change.postcode !== 'string') return change;
  const { country = before.country, postcode } = change;
  return { ...change, postcode: withSettledPostcode({ country, postcode }, register).postcode };
}

/** What is wrong with the postcode that a record would have, where its country has ours. */
export function postcodeFaults(
  before: PersonColumns,
  change: PersonChange,
  register: PostcodeRegister,
): Fault[] {
  if (change.postcode === undefined && change.country === undefined) return [];
  const country = change.country ?? before.country;
  const postcode = given(change.postcode, before.postcode);
  if (postcode === null || !hasRoyalMailPostcodes(country)) return [];
  const parsed = resolvePostcode(postcode, register);
  if (isPostcode(parsed)) return [];
  return [{ path: 'postcode', code: 'not_a_postcode', message: parsed.hint }];
}

function given<Value>(wanted: Value | undefined, before: Value): Value {
  return wanted === undefined ? before : wanted;
}
