import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';

/** A British number after +44: nine or ten digits, never a 0 in front (National Telephone Numbering Plan). */
const BRITISH = /^[1-9]\d{8,9}$/;

/** What was read last: a form's number is read when it is checked, and again when it is kept. */
let last: { text: string; country: string; number: string | undefined } | undefined;

/**
 * A phone number in E.164 (`+447700900123`), read as people of that country write it.
 *
 * Asks only whether such a number is possible: number plans change faster than libraries, and a
 * person must not be turned away for a new prefix.
 *
 * @param country ISO 3166-1 alpha-2; unknown ones leave only the international form.
 */
export function internationalPhone(text: string, country: string): string | undefined {
  if (last?.text !== text || last.country !== country) {
    last = { text, country, number: readPhone(text, country) };
  }
  return last.number;
}

function readPhone(text: string, country: string): string | undefined {
  const parsed = parsePhoneNumberFromString(text, {
    extract: false,
    ...(isSupportedCountry(country) ? { defaultCountry: country } : {}),
  });
  if (!parsed?.isPossible()) return undefined;
  // "Possible" counts digits alone, and lets a British number keep the 0 that is dialled before it.
  if (parsed.countryCallingCode === '44' && !BRITISH.test(parsed.nationalNumber)) return undefined;
  return parsed.number;
}
