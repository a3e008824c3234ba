import type { UnitKind } from '../units/unit.js';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { mobileNumber } from '../units/mobile-number.js';
import type { Office } from '../units/office.js';

/** A post as duties see it: who can be written to there at this moment. */
export interface DutyPost {
  readonly office: Office;
  /**
   * Of whoever does the duties of the post: who covers it today, else its holder. Null where it is
   * vacant, or their account closed, or no role of theirs reaches the unit any more.
   */
  readonly holderEmail: string | null;
  readonly standInEmail: string | null;
}

/** A unit on the way from the one that has a duty up to the national office. */
export interface DutyUnit {
  readonly id: string;
  readonly kind: UnitKind;
  readonly name: string;
  readonly phone: string | null;
  readonly email: string | null;
  readonly closed: boolean;
  readonly posts: readonly DutyPost[];
}

/** Where a notice goes. */
export interface Recipient {
  readonly channel: 'email' | 'sms';
  /** Email address, or telephone in E.164. */
  readonly address: string;
}

/**
 * Who is told of a duty that lies with an office of a unit: the holder of the post (the stand-in
 * while they cover it, or while the post is vacant), else the unit's own address, else its telephone
 * if that takes text messages. Undefined: nobody there can be told.
 */
export function recipientIn(
  unit: DutyUnit,
  office: Office,
  coveredByStandIn: boolean,
): Recipient | undefined {
  if (unit.closed) return undefined;
  const post = unit.posts.find((one) => one.office === office);
  const holders = [post?.holderEmail, post?.standInEmail];
  const email = (coveredByStandIn ? [post?.standInEmail] : holders).find((one) => one != null);
  const address = email ?? unit.email;
  if (address != null) return { channel: 'email', address };
  const mobile = mobileNumber(unit.phone);
  return mobile === undefined ? undefined : { channel: 'sms', address: mobile };
}

/** Whether a post has a stand-in besides its holder who can be written to. */
export function hasStandIn(unit: DutyUnit, office: Office): boolean {
  const post = unit.posts.find((one) => one.office === office);
  // Whoever has been asked to cover it today may be its stand-in at all times as well.
  const isAnother = post?.standInEmail !== post?.holderEmail;
  return !unit.closed && post?.standInEmail != null && post.holderEmail !== null && isAnother;
}

/** A number as it is dialled and read out in Britain: `07700 900123`, `+33 1 99 00 12 34`. */
export function readableNumber(phone: string): string {
  const parsed = parsePhoneNumberFromString(phone, { defaultCountry: 'GB', extract: false });
  if (parsed === undefined) return phone;
  return parsed.countryCallingCode === '44'
    ? parsed.formatNational()
    : parsed.formatInternational();
}
