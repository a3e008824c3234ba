import { hasDistrict0, isKnownArea } from './postcode-areas.js';

/**
 * Every way in which a typed text can be read as a postcode or the beginning of one.
 *
 * O and 0, I, l and 1 are told apart by their place, but the place is only certain once the whole
 * pattern is: `S01 1AA` is SO1 with a zero for its O, `E01 1AA` is E1 with a zero in front, and
 * `Nl9` is N19, since there is no area NL. So each pattern of the right length is tried, every
 * change and every oddity has a price, and the cheapest reading is what the person meant.
 */
export interface Reading {
  kind: 'unit' | 'sector' | 'outcode' | 'area';
  /** `M14`; the letters of the area alone where `kind` is `area`. */
  outward: string;
  /** `5RX` of a unit, `5` of a sector, otherwise empty. */
  inward: string;
  /** 0 is exactly what was typed; see the constants below. */
  cost: number;
  /** Whether such a form is given out at all: the area exists, the district is none like `01`. */
  possible: boolean;
}

/** Two characters that the same key or a glance confuses: O and 0, I and 1. */
const LOOKALIKE = 1;
/** A capital L for 1, or a zero put in front of a district's number. */
const UNUSUAL = 2;
/** As typed, but never given out: districts `S0` and `S01`, a last letter L, Q or Z. */
const NEVER_ISSUED = 3;
/** As typed, but no such area. */
const UNKNOWN_AREA = 4;
/** 5 for S, 8 for B and the like: good for a question, too bold for an answer. */
const FAR = 100;
/** Spaces elsewhere than this reading wants them. */
const ODD_SPACING = 0.5;

type Slot = 'areaLetter' | 'digit' | 'districtLetter' | 'idleZero' | 'unitLetter';
interface Pattern {
  kind: Reading['kind'];
  outward: readonly Slot[];
  inward: readonly Slot[];
}
type Option = readonly [character: string, cost: number];

const OUTWARD: readonly (readonly Slot[])[] = (['single', 'double'] as const).flatMap((letters) => {
  const area: Slot[] = letters === 'single' ? ['areaLetter'] : ['areaLetter', 'areaLetter'];
  return [
    [...area, 'digit'],
    [...area, 'digit', 'digit'],
    [...area, 'digit', 'districtLetter'],
    [...area, 'idleZero', 'digit'],
  ] satisfies Slot[][];
});

// By length. At an equal price the first pattern wins: a whole postcode before a part of one.
const PATTERNS: ReadonlyMap<number, readonly Pattern[]> = byLength([
  ...OUTWARD.map((outward) => pattern('unit', outward, ['digit', 'unitLetter', 'unitLetter'])),
  ...OUTWARD.map((outward) => pattern('outcode', outward, [])),
  ...OUTWARD.map((outward) => pattern('sector', outward, ['digit'])),
  pattern('area', ['areaLetter'], []),
  pattern('area', ['areaLetter', 'areaLetter'], []),
]);

/** What may follow an area: no zero in front, and of the letters those of `W1A` or `SW1Y`. */
const ISSUED_NUMBER = /^[1-9][0-9A-HJKMNPR-Y]?$/;
// Not to be made capitals before it is looked at: “ß” in capitals is SS, which is Southend.
const PLAIN_UNIT = /^([A-Z]{1,2})([1-9][0-9A-HJKMNPR-Y]?) ?([0-9][A-Z]{2})$/i;
const LOOKALIKE_DIGIT: Readonly<Record<string, string>> = { O: '0', I: '1' };
const FAR_DIGIT: Readonly<Record<string, string>> = { S: '5', B: '8', Z: '2', G: '6' };
const FAR_LETTER: Readonly<Record<string, string>> = { 5: 'S', 8: 'B', 2: 'Z', 6: 'G' };

/**
 * All readings of a text, the most plausible first. Empty where nothing fits.
 *
 * The work is bounded by the patterns, not by the text: more than seven characters fit none.
 *
 * @param groups the text's runs of A–Z, a–z and 0–9; a small l is not the same as a capital here.
 * @param below leaves out the readings at or above this price, and the work of making them.
 */
export function readings(groups: readonly string[], below = Infinity): Reading[] {
  const characters = groups.join('').split('');
  const lastGroup = groups.length > 1 ? (groups.at(-1)?.length ?? 0) : 0;
  const patterns = PATTERNS.get(characters.length) ?? [];
  return patterns
    .flatMap((candidate) => read(candidate, characters, lastGroup, below))
    .sort((a, b) => a.cost - b.cost);
}

function pattern(
  kind: Reading['kind'],
  outward: readonly Slot[],
  inward: readonly Slot[],
): Pattern {
  return { kind, outward, inward };
}

/**
 * Readings of a text that has lost or gained its last letter: all of them bold, and none of a
 * district, which is what every text begins with.
 */
export function shortenedReadings(groups: readonly string[]): Reading[] {
  const shortened = [...groups.slice(0, -1), (groups.at(-1) ?? '').slice(0, -1)];
  return readings(shortened, FAR)
    .filter((reading) => reading.inward !== '')
    .map((reading) => ({ ...reading, cost: reading.cost + FAR }));
}

/**
 * A whole postcode that was typed without a fault, as nearly all are, in any case and with one space
 * or none. No reading could be cheaper, so nobody has to look for one.
 */
export function plainReading(text: string): Reading | undefined {
  const [, letters = '', number = '', inward = ''] = PLAIN_UNIT.exec(text) ?? [];
  const area = letters.toUpperCase();
  if (!isKnownArea(area)) return undefined;
  const outward = area + number.toUpperCase();
  return { kind: 'unit', outward, inward: inward.toUpperCase(), cost: 0, possible: true };
}

/** The most plausible reading that is sure enough to be taken without asking. */
export function bestReading(groups: readonly string[]): Reading | undefined {
  return readings(groups, FAR)[0];
}

/** Whether a reading is sure enough to be taken without asking. */
export function isSure(reading: Reading): boolean {
  return reading.cost < FAR;
}

function byLength(patterns: readonly Pattern[]): Map<number, Pattern[]> {
  const map = new Map<number, Pattern[]>();
  for (const candidate of patterns) {
    const length = candidate.outward.length + candidate.inward.length;
    map.set(length, [...(map.get(length) ?? []), candidate]);
  }
  return map;
}

function read(
  { kind, outward, inward }: Pattern,
  characters: readonly string[],
  lastGroup: number,
  below: number,
): Reading[] {
  // A word is no postcode, though "hello" could be HE11 0; a whole one is worth the question.
  const digitless = !hasDigit(characters);
  if (digitless && (kind === 'outcode' || kind === 'sector')) return [];
  if (!hasTypedLetter(outward, characters.slice(0, outward.length), 'areaLetter')) return [];
  if (!hasTypedLetter(inward, characters.slice(outward.length), 'unitLetter')) return [];

  const start = spacingCost(kind, lastGroup) + (digitless && kind === 'unit' ? FAR : 0);
  let partial: Option[] = [['', start]];
  for (const [index, slot] of [...outward, ...inward].entries()) {
    const options = optionsFor(slot, characters[index] ?? '', index);
    partial = partial.flatMap(([text, cost]) =>
      options
        .filter((option) => cost + option[1] < below)
        .map(([character, extra]): Option => [text + character, cost + extra]),
    );
    if (partial.length === 0) return [];
  }
  const typedOutward = characters.slice(0, outward.length).join('').toUpperCase();
  return partial.flatMap(([text, cost]) => {
    const split = text.length - inward.length;
    const reading = { kind, outward: text.slice(0, split), inward: text.slice(split) };
    const oddity = oddityCost(reading, typedOutward);
    if (oddity === undefined || cost + oddity >= below) return [];
    return [{ ...reading, cost: cost + oddity, possible: oddity === 0 }];
  });
}

/** A part whose letters were all typed as digits is a number, not a slip of the finger. */
function hasTypedLetter(slots: readonly Slot[], characters: readonly string[], of: Slot): boolean {
  if (!slots.includes(of)) return true;
  return slots.some((slot, index) => slot === of && /[A-Za-z]/.test(characters[index] ?? ''));
}

/** Digits, or small l's in a text that is otherwise in capitals. */
function hasDigit(characters: readonly string[]): boolean {
  const isInCapitals = characters.every((character) => /[A-Z0-9l]/.test(character));
  return characters.some(
    (character) => /\d/.test(character) || (isInCapitals && character === 'l'),
  );
}

/** `M1 4` is a sector and `M14` a district: short of a whole postcode, spaces mean something. */
function spacingCost(kind: Reading['kind'], lastGroup: number): number {
  switch (kind) {
    case 'unit':
      return lastGroup === 3 || lastGroup === 0 ? 0 : ODD_SPACING;
    case 'sector':
      return lastGroup === 1 ? 0 : ODD_SPACING;
    case 'outcode':
    case 'area':
      return lastGroup === 1 ? ODD_SPACING : 0;
  }
}

/** What a form that is never given out costs; `undefined` for what cannot be a part at all. */
function oddityCost(
  { kind, outward }: Pick<Reading, 'kind' | 'outward'>,
  typedOutward: string,
): number | undefined {
  const area = /^[A-Z]+/.exec(outward)?.[0] ?? '';
  // Two letters alone are more often a word ("no", "na") than an area, so they have to be one.
  if (kind === 'area') return isKnownArea(area) ? 0 : undefined;
  const number = outward.slice(area.length);
  const isIssued = ISSUED_NUMBER.test(number) || (number === '0' && hasDistrict0(area));
  const cost = (isKnownArea(area) ? 0 : UNKNOWN_AREA) + (isIssued ? 0 : NEVER_ISSUED);
  // The impossible may stand as it was typed, but no repair leads to it without asking.
  return cost === 0 || outward === typedOutward ? cost : FAR;
}

function optionsFor(slot: Slot, typed: string, index: number): Option[] {
  const capital = typed.toUpperCase();
  const isDigit = /\d/.test(typed);
  switch (slot) {
    case 'digit':
      return isDigit ? [[typed, 0]] : digitFor(typed, capital);
    case 'idleZero':
      return capital === '0' || capital === 'O' ? [['', UNUSUAL]] : [];
    case 'districtLetter':
      if (isDigit || capital === 'I' || capital === 'O') return [];
      return letter(capital);
    case 'areaLetter':
      if (typed === 'l') return [...letter('L'), ['I', LOOKALIKE]];
      // No area has an I in second place, and a 1 there is the district's: `M14` is not ML4.
      if (typed === '1' && index > 0) return [['L', FAR]];
      if (typed === '1') {
        return [
          ['I', LOOKALIKE],
          ['L', UNUSUAL],
        ];
      }
      if (capital === 'I') return [...letter('I'), ['L', UNUSUAL]];
      return isDigit ? letterFor(typed) : letter(capital);
    case 'unitLetter':
      // The letters C I K M O V are not used here, so a 1 stands for an L. (ZZ99 does use them.)
      if (capital === 'I') return [...letter('I'), ['L', FAR]];
      if (capital === 'O' || typed === '0') return unitO(typed);
      if (typed === '1') return [['L', LOOKALIKE]];
      return isDigit ? letterFor(typed) : letter(capital);
  }
}

function letter(capital: string): Option[] {
  return [[capital, 0]];
}

function digitFor(typed: string, capital: string): Option[] {
  const near = LOOKALIKE_DIGIT[capital];
  if (near !== undefined) return [[near, LOOKALIKE]];
  if (capital === 'L') return [['1', typed === 'l' ? LOOKALIKE : UNUSUAL]];
  const far = FAR_DIGIT[capital];
  return far === undefined ? [] : [[far, FAR]];
}

function letterFor(digit: string): Option[] {
  if (digit === '0') return [['O', LOOKALIKE]];
  const far = FAR_LETTER[digit];
  return far === undefined ? [] : [[far, FAR]];
}

function unitO(typed: string): Option[] {
  return [
    ['O', typed === '0' ? LOOKALIKE : 0],
    ['D', FAR],
    ['Q', FAR],
  ];
}
