import { territoryOfArea, type Territory } from './postcode-areas.js';
import {
  bestReading,
  isSure,
  plainReading,
  readings,
  shortenedReadings,
  type Reading,
} from './postcode-readings.js';
import { readSpecialCode, type SpecialCode } from './special-codes.js';

/** What every postcode and every part of one has, each in its written form. */
interface PostcodeParts {
  /** The letters in front: `M`, `SW`. */
  area: string;
  territory: Territory;
  /** The written form: `M14 5RX`, `M14 5`, `M14`, `M`. Two texts mean the same if this is equal. */
  canonical: string;
}

interface OutcodeParts extends PostcodeParts {
  /** `M14`, `SW1A`. What rules and reference data are joined on. */
  outcode: string;
  /** The outcode without the letter of a subdivision: `SW1` of `SW1A`; otherwise the outcode. */
  district: string;
}

/** The first letters of a postcode: `M`. */
export interface AreaPostcode extends PostcodeParts {
  kind: 'area';
}

/** The half before the space: `M14`. Also what stands for a place as a whole, as `BFPO 105`. */
export interface OutcodePostcode extends OutcodeParts {
  kind: 'outcode';
}

/** A postcode without its last two letters: `M14 5`. */
export interface SectorPostcode extends OutcodeParts {
  kind: 'sector';
  sector: string;
}

/** A whole postcode: `M14 5RX`. */
export interface UnitPostcode extends OutcodeParts {
  kind: 'unit';
  sector: string;
  unit: string;
}

/**
 * A well-formed postcode or the beginning of one. Whether it exists is the reference data's
 * business: `QQ1 1AA` is well-formed.
 */
export type Postcode = UnitPostcode | SectorPostcode | OutcodePostcode | AreaPostcode;

/** What cannot be read as a postcode. */
export interface NotAPostcode {
  kind: 'not_a_postcode';
  /** Sentences for the person who typed it. */
  hint: string;
}

/** How a coverage rule names what it covers. `district` is a whole outcode, lettered or not. */
export type CoverageLevel = 'area' | 'district' | 'sector' | 'unit';

export interface CoveragePrefix {
  /** The written form, equal to one of `coveragePrefixes` of each postcode that it covers. */
  prefix: string;
  level: CoverageLevel;
  /**
   * 1 area `M`, 2 district `M14`, 3 lettered district `SW1A`, 4 sector `M14 5`, 5 unit `M14 5RX`.
   * Of two rules that cover the same postcode, the one with the higher rank is the longer.
   */
  rank: number;
}

const LONGEST_TEXT = 20;
const MOST_NEAR_SPELLINGS = 5;
/** Area, number, and the letter of a subdivision: `SW`, `1` and `A`. */
const OUTWARD = /^([A-Z]{1,2})(\d{1,2})([A-Z]?)$/;
/** What nearly everybody types: there is nothing in it to be made plain. */
const PLAIN_TEXT = /^[A-Za-z0-9]+(?: [A-Za-z0-9]+)?$/;
/**
 * What may stand between the parts of a postcode and around it, in NFKC: spaces, hyphens and dashes,
 * brackets, quotes, and the signs that end a sentence or part two entries of a list.
 */
const SEPARATORS = /[\s\p{Z}\p{Pd}\u2212\p{Ps}\p{Pe}\p{Pi}\p{Pf}"'`\u2032.,;:/_]+/u;
const EXAMPLE = 'A postcode looks like M14 5RX. The first half alone, like M14, works too.';

/**
 * Reads a postcode, or the beginning of one, however a person writes it: in any case, with spaces,
 * dots, hyphens, slashes, quotes or brackets anywhere, in full-width characters, with O for 0 and I
 * or l for 1. Besides the six patterns of Royal Mail it knows `GIR 0AA`, `BFPO 105` and the overseas
 * territories' codes.
 *
 * Short of a whole postcode a space decides: `M14` is a district, `M1 4` a sector. A form that is
 * never given out is read as the one that it is mistaken for: `S01 1AA` as `SO1 1AA`.
 *
 * Never throws. Texts of more than 20 characters are refused unread.
 */
export function parsePostcode(text: string): Postcode | NotAPostcode {
  const plain = plainReading(text);
  if (plain) return fromReading(plain);
  const groups = groupsOf(text);
  if (groups === undefined) return { kind: 'not_a_postcode', hint: hintFor(text) };
  const special = readSpecialCode(compactOf(groups));
  if (special) return fromSpecialCode(special);
  const best = bestReading(groups);
  if (best) return fromReading(best);
  return { kind: 'not_a_postcode', hint: hintFor(text) };
}

/** Whether `parsePostcode` found a postcode. */
export function isPostcode(parsed: Postcode | NotAPostcode): parsed is Postcode {
  return parsed.kind !== 'not_a_postcode';
}

/**
 * What somebody may have meant instead, in written form, the most plausible first, at most five:
 * for a postcode that the reference data does not know, and for what is none at all. Bolder than
 * `parsePostcode` (5 for S, a last letter lost or doubled), but only within areas that exist.
 * What was typed is never among them.
 */
export function nearSpellings(text: string): string[] {
  const groups = groupsOf(text);
  if (groups === undefined || readSpecialCode(compactOf(groups))) return [];
  const found = readings(groups);
  if (!found.some(isSure)) found.push(...shortenedReadings(groups));
  const possible = found
    .filter((reading) => reading.possible)
    .sort((first, second) => first.cost - second.cost);
  const spellings = new Set(possible.map((reading) => fromReading(reading).canonical));
  const typed = compactOf(groups);
  return [...spellings]
    .filter((spelling) => spelling.replaceAll(' ', '') !== typed)
    .slice(0, MOST_NEAR_SPELLINGS);
}

/**
 * Whether a text is this postcode as it is written, but for case and spacing: nothing in it was
 * repaired, and nothing could as well be something else. A small l among capitals may be a 1.
 */
export function isTypedExactly(text: string, { canonical }: Postcode): boolean {
  if (text === canonical) return true;
  const groups = groupsOf(text) ?? [];
  const typed = groups.join('');
  const hasDoubtfulL = /^[A-Z0-9l]*$/.test(typed) && /l/.test(typed) && /[A-Z]/.test(typed);
  return compactOf(groups) === canonical.replace(/[ -]/g, '') && !hasDoubtfulL;
}

/**
 * The prefixes under which a coverage rule for this postcode may lie, the longest first:
 * `SW1A 1AA`, `SW1A 1`, `SW1A`, `SW1`, `SW`. A rule for `M1` does not cover `M14`.
 */
export function coveragePrefixes(postcode: Postcode): string[] {
  const prefixes: string[] = [];
  const add = (prefix: string): void => {
    if (!prefixes.includes(prefix)) prefixes.push(prefix);
  };
  if (postcode.kind === 'unit') add(postcode.unit);
  if (postcode.kind === 'unit' || postcode.kind === 'sector') add(postcode.sector);
  if (postcode.kind !== 'area') {
    add(postcode.outcode);
    add(postcode.district);
  }
  add(postcode.area);
  return prefixes;
}

/**
 * Reads the prefix of a coverage rule as it stands in an organisation's file: `M`, `CH5`,
 * `M14 5`, `M14 5RX`. Case and spacing are free, but nothing is repaired: a rule with a zero for
 * an O would quietly cover another town, so it is `undefined` like any other fault.
 */
export function parseCoveragePrefix(text: string): CoveragePrefix | undefined {
  const parsed = parsePostcode(text);
  if (!isPostcode(parsed)) return undefined;
  const typed = compactOf(groupsOf(text) ?? []);
  const isAsTyped = parsed.canonical.replace(/[ -]/g, '') === typed;
  const [prefix] = coveragePrefixes(parsed);
  // A BFPO number is only known by the outcode that all of them share.
  if (!isAsTyped || prefix !== parsed.canonical) return undefined;
  switch (parsed.kind) {
    case 'area':
      return { prefix, level: 'area', rank: 1 };
    case 'outcode':
      return { prefix, level: 'district', rank: parsed.outcode === parsed.district ? 2 : 3 };
    case 'sector':
      return { prefix, level: 'sector', rank: 4 };
    case 'unit':
      return { prefix, level: 'unit', rank: 5 };
  }
}

/**
 * The runs of A–Z and 0–9 that a text consists of; `undefined` where it is too long, empty, or has
 * characters that no postcode has. Linear in the length of the text.
 */
function groupsOf(text: string): string[] | undefined {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST_TEXT) return undefined;
  if (PLAIN_TEXT.test(trimmed)) return trimmed.split(' ');
  const groups = trimmed
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .split(SEPARATORS)
    .filter((group) => group !== '');
  // Capitals are made only after this test: "ß" in capitals is "SS", which is Southend.
  return groups.length > 0 && groups.every((group) => /^[A-Za-z0-9]+$/.test(group))
    ? groups
    : undefined;
}

function compactOf(groups: readonly string[]): string {
  return groups.join('').toUpperCase();
}

/**
 * What to tell somebody whose text is no postcode.
 *
 * @param mayBe whether a spelling may be named to them.
 */
export function hintFor(text: string, mayBe: (spelling: string) => boolean = () => true): string {
  if (text.trim().length > LONGEST_TEXT) return `That is too long for a postcode. ${EXAMPLE}`;
  const nearest = nearSpellings(text).find(mayBe);
  return nearest === undefined ? EXAMPLE : `${EXAMPLE} Did you mean ${nearest}?`;
}

function fromReading({ kind, outward, inward }: Reading): Postcode {
  if (kind === 'area') {
    return { kind, area: outward, territory: territoryOfArea(outward), canonical: outward };
  }
  const [, area = '', number = '', letter = ''] = OUTWARD.exec(outward) ?? [];
  if (area === '') throw new Error(`A reading that has not the shape of a postcode: ${outward}`);
  const district = letter === '' ? outward : area + number;
  const parts = { area, outcode: outward, district, territory: territoryOfArea(area) };
  if (kind === 'outcode') return { kind, ...parts, canonical: outward };
  const sector = `${outward} ${inward.charAt(0)}`;
  if (kind === 'sector') return { kind, ...parts, sector, canonical: sector };
  const unit = `${outward} ${inward}`;
  return { kind, ...parts, sector, unit, canonical: unit };
}

function fromSpecialCode({ inward, ...code }: SpecialCode): Postcode {
  const parts = { ...code, district: code.outcode };
  if (inward === undefined) return { kind: 'outcode', ...parts };
  const sector = `${code.outcode} ${inward.charAt(0)}`;
  return { kind: 'unit', ...parts, sector, unit: code.canonical };
}
