import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';

/**
 * A phone number in E.164 (`+447700900123`), read as people of that country write it.
 *
 * Asks only whether such a number is possible: number plans change faster than libraries, and a
 * person must not be turned away for a new prefix.
 *
 * @param country ISO 3166-1 alpha-2; unknown ones leave only the international form.
 */
export function internationalPhone(text: string, country: string): string | undefined {
  const parsed = parsePhoneNumberFromString(text, {
    extract: false,
    ...(isSupportedCountry(country) ? { defaultCountry: country } : {}),
  });
  return parsed?.isPossible() ? parsed.number : undefined;
}
