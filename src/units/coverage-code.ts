import type { OfficialCodes, PostcodeLocator } from '../postcodes/postcode-locator.js';
import {
  isPostcode,
  parseCoveragePrefix,
  parsePostcode,
  type Postcode,
} from '../postcodes/postcode.js';

/** What a coverage rule is drawn on: postcodes, or an area that the state has drawn. */
export const COVERAGE_KINDS = ['postcode', 'ward', 'constituency', 'local_authority'] as const;
export type CoverageKind = (typeof COVERAGE_KINDS)[number];

/**
 * What a rule may cover, the most specific first: of two rules that cover somebody, the one that
 * stands earlier here decides. Within a district the longer prefix does (`SW1A` before `SW1`).
 */
export const COVERAGE_LEVELS = [
  'unit',
  'sector',
  'ward',
  'district',
  'constituency',
  'local_authority',
  'area',
] as const;
export type CoverageLevel = (typeof COVERAGE_LEVELS)[number];

/** What one coverage rule covers. */
export interface CoverageCode {
  readonly kind: CoverageKind;
  /** In its written form: `M14 5`, `E05011347`. No code of one kind is a code of another. */
  readonly code: string;
  readonly level: CoverageLevel;
}

type OfficialKind = Exclude<CoverageKind, 'postcode'>;

/**
 * How the codes of each kind begin (Office for National Statistics, Register of Geographic Codes).
 * N06 are the constituencies of Northern Ireland before 2024.
 */
const OFFICIAL_CODES: Readonly<Record<OfficialKind, RegExp>> = {
  ward: /^(?:E05|W05|S13|N08)\d{6}$/,
  constituency: /^(?:E14|W07|S14|N05|N06)\d{6}$/,
  local_authority: /^(?:E0[6-9]|W06|S12|N09)\d{6}$/,
};
const OFFICIAL_KINDS = Object.keys(OFFICIAL_CODES) as OfficialKind[];

/** Words for a kind of official area, as in “the ward E05011347”. */
const NAME_OF_KIND: Readonly<Record<OfficialKind, string>> = {
  ward: 'ward',
  constituency: 'constituency',
  local_authority: 'local authority',
};

/**
 * Reads what a coverage rule covers: a postcode prefix (`M`, `M14`, `M14 5`, `M14 5RX`) or the GSS
 * code of a ward, constituency or local authority, which tells its kind by its first three
 * characters. Case and outer spaces are free, nothing is repaired; undefined for anything else.
 * Whether such an area exists is the reference data's business.
 */
export function parseCoverageCode(text: string): CoverageCode | undefined {
  const code = text.trim().toUpperCase();
  const kind = OFFICIAL_KINDS.find((one) => OFFICIAL_CODES[one].test(code));
  if (kind !== undefined) return { kind, code, level: kind };
  const postcode = parseCoveragePrefix(text);
  return postcode && { kind: 'postcode', code: postcode.prefix, level: postcode.level };
}

/** The names of the official areas in the reference data. */
export const OFFICIAL_NAMES: Readonly<Record<OfficialKind, keyof OfficialCodes>> = {
  ward: 'ward',
  constituency: 'constituency',
  local_authority: 'localAuthority',
};

/**
 * Whether the reference data has what a rule covers: false for `XX9`, and for a ward of an older
 * edition; undefined where it cannot tell.
 */
export function isKnownCode(
  { kind, code }: CoverageCode,
  register: Pick<PostcodeLocator, 'knows' | 'knowsOfficialCode'>,
): boolean | undefined {
  if (kind !== 'postcode') return register.knowsOfficialCode(OFFICIAL_NAMES[kind], code);
  const postcode = parsePostcode(code);
  return isPostcode(postcode) ? register.knows(postcode) : undefined;
}

/**
 * The codes under which a rule for this postcode may lie, the most specific first:
 * `M14 5RX`, `M14 5`, its ward, `M14`, its constituency, its local authority, `M`.
 *
 * @param official null where the reference data does not know them: only prefixes apply then.
 */
export function coverageCodes(postcode: Postcode, official: OfficialCodes | null): string[] {
  const codes: string[] = [];
  const add = (code: string | null | undefined): void => {
    if (code != null) codes.push(code);
  };
  const { kind, area } = postcode;
  if (kind === 'unit') codes.push(postcode.unit);
  if (kind === 'unit' || kind === 'sector') codes.push(postcode.sector);
  add(official?.ward);
  if (kind !== 'area') {
    const { outcode, district } = postcode;
    codes.push(outcode);
    if (district !== outcode) codes.push(district);
  }
  add(official?.constituency);
  add(official?.localAuthority);
  if (codes.at(-1) !== area) codes.push(area);
  return codes;
}

/** What a code covers, within a sentence: `M14`, `the ward E05011347`. */
export function coverageWords(code: string): string {
  const kind = OFFICIAL_KINDS.find((one) => OFFICIAL_CODES[one].test(code));
  return kind === undefined ? code : `the ${NAME_OF_KIND[kind]} ${code}`;
}

/** The same at the beginning of one: `M14`, `The ward E05011347`. */
export function coverageSubject(code: string): string {
  const words = coverageWords(code);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
