import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/**
 * British numbers that take text messages: 07, but for 070 (personal numbers) and 076 (pagers, save
 * the Isle of Man's 07624). By shape, since ranges are opened faster than libraries learn of them
 * (Ofcom, National Telephone Numbering Plan).
 */
const BRITISH_MOBILE = /^7(?:[1-57-9]\d|624)\d+$/;

/** A number that takes text messages, in E.164, as it is written in Britain; undefined for others. */
export function mobileNumber(phone: string | null): string | undefined {
  if (phone === null) return undefined;
  const parsed = parsePhoneNumberFromString(phone, { defaultCountry: 'GB', extract: false });
  if (parsed === undefined || !parsed.isPossible()) return undefined;
  const { countryCallingCode, nationalNumber, number } = parsed;
  if (countryCallingCode === '44') {
    return BRITISH_MOBILE.test(nationalNumber) ? number : undefined;
  }
  const type = parsed.getType();
  return type === 'MOBILE' || type === 'FIXED_LINE_OR_MOBILE' ? number : undefined;
}
