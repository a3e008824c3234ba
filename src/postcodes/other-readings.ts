import {
  isPostcode,
  isTypedExactly,
  nearSpellings,
  parsePostcode,
  type Postcode,
} from './postcode.js';
import { mayExist, type PostcodeRegister } from './resolve-postcode.js';

/** Whether it is a whole postcode that the reference data does not have. */
export function isUnlisted(postcode: Postcode, register: PostcodeRegister): boolean {
  return postcode.kind === 'unit' && register.knows(postcode) === false;
}

/**
 * What else somebody may have meant, in written form, the most plausible first: `SO1 2AB` where
 * `S01 2AB` was read as `S1 2AB`. Empty where the text was read as it stands, and the reference data
 * does not speak against it. What the data knows not to exist is nothing that anybody meant, except
 * the text's own first reading where the data has chosen another in its place: it may be too new.
 *
 * @param read what the text was read as.
 */
export function otherReadings(text: string, read: Postcode, register: PostcodeRegister): string[] {
  if (!isUnlisted(read, register) && isTypedExactly(text, read)) return [];
  const first = parsePostcode(text);
  const displaced = isPostcode(first) ? [first.canonical] : [];
  const near = nearSpellings(text).filter((spelling) => mayExist(spelling, register));
  return [...new Set([...displaced, ...near])].filter((spelling) => spelling !== read.canonical);
}
