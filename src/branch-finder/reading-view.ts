import { isUnlisted, otherReadings } from '../postcodes/other-readings.js';
import { isPostcode, isTypedExactly, parsePostcode } from '../postcodes/postcode.js';
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
  const isUnknown = isUnlisted(postcode, register);
  const isExact = isTypedExactly(typed, postcode);
  if (isExact && !isUnknown) return null;
  const others = otherReadings(typed, postcode, register).map(linkTo);
  return { typed: isExact ? null : typed, isUnknown, others };
}

function linkTo(postcode: string) {
  return { postcode, href: `/branches?${new URLSearchParams({ postcode }).toString()}` };
}
