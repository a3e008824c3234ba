import { isPostcode, parsePostcode, type Postcode } from './postcode.js';
import { type PostcodeRegister, resolvePostcode } from './resolve-postcode.js';

/** Countries whose postcodes are Royal Mail's: the United Kingdom and the Crown dependencies. */
const COUNTRIES: ReadonlySet<string> = new Set(['GB', 'JE', 'GY', 'IM']);

/**
 * Guernsey by its ISO 3166-1 code, where a join needs no postcode; one that is given is read all
 * the same, so that a rule for GY finds the people of Guernsey.
 */
const GUERNSEY = 'GG';

interface Whereabouts {
  country: string;
  postcode?: string | undefined;
}

/** Whether a postcode of this country finds a branch, and so is needed. */
export function hasRoyalMailPostcodes(country: string): boolean {
  return COUNTRIES.has(country);
}

/** The postcode of somebody in those countries; null elsewhere, where postcodes find no branch. */
export function royalMailPostcode({ country, postcode }: Whereabouts): Postcode | null {
  if (postcode === undefined) return null;
  if (!hasRoyalMailPostcodes(country) && country !== GUERNSEY) return null;
  const parsed = parsePostcode(postcode);
  return isPostcode(parsed) ? parsed : null;
}

/**
 * The same person, with a postcode of which the reference data says that it can only have meant
 * another put right: for what keeps the text and reads it again later.
 */
export function withSettledPostcode<Person extends Whereabouts>(
  person: Person,
  register: PostcodeRegister,
): Person {
  const first = royalMailPostcode(person);
  if (first === null || person.postcode === undefined) return person;
  const resolved = resolvePostcode(person.postcode, register);
  return isPostcode(resolved) && resolved.canonical !== first.canonical
    ? { ...person, postcode: resolved.canonical }
    : person;
}

/** The postcode as it is written: canonical where we can read it, as typed elsewhere. */
export function writtenPostcode(whereabouts: Whereabouts): string | null {
  return royalMailPostcode(whereabouts)?.canonical ?? whereabouts.postcode ?? null;
}
