import type { PostcodeLocator } from './postcode-locator.js';
import {
  hintFor,
  isPostcode,
  isTypedExactly,
  nearSpellings,
  type NotAPostcode,
  parsePostcode,
  type Postcode,
} from './postcode.js';

/** What knows which postcodes there are. */
export type PostcodeRegister = Pick<PostcodeLocator, 'knows'>;

/**
 * Reads a postcode as `parsePostcode` does, and lets the reference data decide where the text leaves
 * room: `S01 1AA` is SO1 1AA or S1 1AA, `Ml4 5RX` is ML4 5RX or M14 5RX. A reading that does not
 * exist gives way to the one other reading that does. Where several do, where the data cannot tell,
 * and where the text is a well-formed postcode as it stands, the first reading stays: new
 * postcodes are given out every day, and nobody is told that they do not know their own.
 */
export function resolvePostcode(text: string, register: PostcodeRegister): Postcode | NotAPostcode {
  const first = parsePostcode(text);
  // What the data knows not to exist is no hint either.
  if (!isPostcode(first)) {
    return { ...first, hint: hintFor(text, (spelling) => mayExist(spelling, register)) };
  }
  if (isTypedExactly(text, first) || register.knows(first) !== false) {
    return first;
  }
  const known = nearSpellings(text)
    .map((spelling) => parsePostcode(spelling))
    .filter(isPostcode)
    .filter((near) => near.canonical !== first.canonical && register.knows(near) === true);
  const [only, ...others] = known;
  return only !== undefined && others.length === 0 ? only : first;
}

/** Whether the data has what is spelt so, or cannot tell. */
export function mayExist(spelling: string, register: PostcodeRegister): boolean {
  const postcode = parsePostcode(spelling);
  return isPostcode(postcode) && register.knows(postcode) !== false;
}
