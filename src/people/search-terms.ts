/** What somebody typed into a search box, taken as what it looks like. */
export type SearchTerms =
  | { readonly kind: 'reference'; readonly reference: string }
  /** A whole address, in lower case: found by index. */
  | { readonly kind: 'email'; readonly address: string }
  | { readonly kind: 'email_part'; readonly part: string }
  /** A whole number as it may be kept, in E.164: found by index. */
  | { readonly kind: 'phone'; readonly numbers: readonly string[] }
  /** Digits without the trunk 0, as they stand within E.164. */
  | { readonly kind: 'phone_part'; readonly digits: string }
  /** Without its space; it may be the beginning of one. Short ones may be names as well. */
  | { readonly kind: 'postcode'; readonly beginning: string; readonly words: string }
  | { readonly kind: 'words'; readonly words: string };

const REFERENCE = /^J[- ]?([0-9A-Z]{4})[- ]?([0-9A-Z]{4})$/;
/** A phone number has nothing but these, and enough digits to mean something. */
const PHONE = /^[\d\s()+./-]+$/;
const LEAST_DIGITS = 4;
/** National numbers of the United Kingdom have ten digits, with few and rare exceptions. */
const WHOLE_NUMBER = 10;
const WHOLE_ADDRESS = /^[^@\s]+@[^@\s]+\.[^@\s.]{2,}$/;
/** From an outcode on; an area alone (`M`) is not told from a name. */
const POSTCODE = /^[A-Z]{1,2}\d[A-Z\d]?(?:\d(?:[A-Z]{1,2})?)?$/;

/**
 * Reads a search. One kind is looked for, not all at once, so that each search touches only what it
 * can find: a reference (`j7q4k2mxf`), part of an email address, a phone number in any spelling, a
 * postcode or its beginning, else words of a name.
 */
export function readSearch(search: string): SearchTerms {
  const text = search.trim();
  const capitals = text.toUpperCase();
  const reference = REFERENCE.exec(capitals);
  if (reference !== null)
    return { kind: 'reference', reference: `J-${reference[1]}-${reference[2]}` };
  if (text.includes('@')) {
    const part = text.toLowerCase();
    return WHOLE_ADDRESS.test(part)
      ? { kind: 'email', address: part }
      : { kind: 'email_part', part };
  }
  const digits = text.replace(/\D/g, '');
  if (PHONE.test(text) && digits.length >= LEAST_DIGITS) {
    const international = text.startsWith('+') ? digits : digits.replace(/^(?:0044|00|0)/, '');
    if (international.length < WHOLE_NUMBER) return { kind: 'phone_part', digits: international };
    const numbers = text.startsWith('+')
      ? [`+${international}`]
      : [`+44${international}`, `+${international}`];
    return { kind: 'phone', numbers };
  }
  const compact = capitals.replace(/\s+/g, '');
  if (POSTCODE.test(compact)) return { kind: 'postcode', beginning: compact, words: text };
  return { kind: 'words', words: text };
}

/** Text as a part of a LIKE pattern: its own wildcards stand for themselves. */
export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}
