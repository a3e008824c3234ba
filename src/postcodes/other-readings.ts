import {
  isPostcode,
  isTypedExactly,
  nearSpellings,
  parsePostcode,
  type Postcode,
} from './postcode.js';
import type { PostcodeRegister } from './resolve-postcode.js';

/** Whether it is a whole postcode that the reference data does not have. */
export function isUnlisted(postcode: Postcode, register: PostcodeRegister): boolean {
  return postcode.kind === 'unit' && register.knows(postcode) === false;
}

/**
 * What else somebody may have meant, in written form, the most plausible first: `SO1 2AB` where
 * `S01 2AB` was read as `S1 2AB`. Empty where the text was read as it stands, and the reference data
 * does not speak against it.
 *
 * @param read what the text was read as.
 */
export function otherReadings(text: string, read: Postcode, register: PostcodeRegister): string[] {
  const isUnknown = isUnlisted(read, register);
  if (!isUnknown && isTypedExactly(text, read)) return [];
  // The first reading is one of them where the reference data has chosen another.
  const first = parsePostcode(text);
  const spellings = [...(isPostcode(first) ? [first.canonical] : []), ...nearSpellings(text)];
  const others = [...new Set(spellings)].filter((spelling) => spelling !== read.canonical);
  // From one that is not in the list another one that is not there either leads nowhere.
  return isUnknown ? others.filter((spelling) => isListed(spelling, register)) : others;
}

function isListed(spelling: string, register: PostcodeRegister): boolean {
  const postcode = parsePostcode(spelling);
  return isPostcode(postcode) && register.knows(postcode) === true;
}
