import { isPostcode, isTypedExactly, nearSpellings, parsePostcode } from '../postcodes/postcode.js';
import type { PostcodeRegister } from '../postcodes/resolve-postcode.js';

/** How what was typed became the postcode of an answer, where that is worth a word. */
export interface ReadingView {
  /** What was typed, where it was read as something else than it says. */
  readonly typed: string | null;
  /** Whether it is a whole postcode that the reference data does not have. */
  readonly isUnknown: boolean;
  /** What else may have been meant. */
  readonly others: readonly { readonly postcode: string; readonly href: string }[];
}

/**
 * @param read the postcode of the answer, in its written form.
 * @returns null where it was read as it was typed, and nothing speaks against it.
 */
export function readingView(
  typed: string,
  read: string,
  register: PostcodeRegister,
): ReadingView | null {
  const postcode = parsePostcode(read);
  if (!isPostcode(postcode)) return null;
  const isUnknown = postcode.kind === 'unit' && register.knows(postcode) === false;
  const isExact = isTypedExactly(typed, postcode);
  if (isExact && !isUnknown) return null;
  const near = otherSpellings(typed, read);
  // From one that is not in the list another one that is not there either leads nowhere.
  const others = isUnknown ? near.filter((spelling) => isListed(spelling, register)) : near;
  return { typed: isExact ? null : typed, isUnknown, others: others.map(linkTo) };
}

/** The first reading is one of them where the reference data has chosen another. */
function otherSpellings(typed: string, read: string): string[] {
  const first = parsePostcode(typed);
  const spellings = [...(isPostcode(first) ? [first.canonical] : []), ...nearSpellings(typed)];
  return [...new Set(spellings)].filter((spelling) => spelling !== read);
}

function isListed(spelling: string, register: PostcodeRegister): boolean {
  const postcode = parsePostcode(spelling);
  return isPostcode(postcode) && register.knows(postcode) === true;
}

function linkTo(postcode: string) {
  return { postcode, href: `/branches?${new URLSearchParams({ postcode }).toString()}` };
}
