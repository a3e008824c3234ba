const BYTE = 256;
const MOST_OUTCODE = 4;
const SPACE = 32;
const ASCII_0 = 48;
const ASCII_9 = 57;
const ASCII_A = 65;
const ASCII_Z = 90;
const CASE = 32;
/** Above every number of eight digits. */
const LETTER = 100_000_000;
const CODE_LENGTH = 9;
/** Pseudo codes (`E99999999`) say that the place has no such area. */
const PSEUDO = 99_999_999;

/** Places in bytes between which a text lies, without the spaces around it. */
export interface Span {
  from: number;
  to: number;
}

/** A character as a capital: the number of A–Z is left as it is, a–z become it. */
export function capital(byte: number): number {
  return byte >= ASCII_A + CASE && byte <= ASCII_Z + CASE ? byte - CASE : byte;
}

export function isDigit(byte: number): boolean {
  return byte >= ASCII_0 && byte <= ASCII_9;
}

export function isLetter(byte: number): boolean {
  return byte >= ASCII_A && byte <= ASCII_Z;
}

/** An outcode of up to four capitals and digits as one number, which sorts as the text does. */
export function packOutcode(bytes: Uint8Array, length: number): number {
  let packed = 0;
  for (let at = 0; at < MOST_OUTCODE; at += 1) {
    packed = packed * BYTE + (at < length ? (bytes[at] ?? 0) : 0);
  }
  return packed;
}

export function unpackOutcode(packed: number): string {
  let text = '';
  for (let rest = packed; rest > 0; rest = Math.floor(rest / BYTE)) {
    if (rest % BYTE > 0) text = String.fromCharCode(rest % BYTE) + text;
  }
  return text;
}

/**
 * A GSS code (a letter and eight digits, `E05013991`) as one number; 0 for what is none, and for
 * pseudo codes.
 */
export function packCode(bytes: Uint8Array, from: number, to: number): number {
  if (to - from !== CODE_LENGTH) return 0;
  const letter = bytes[from] ?? 0;
  if (!isLetter(letter)) return 0;
  const number = digits(bytes, from + 1, to);
  return Number.isNaN(number) || number === PSEUDO ? 0 : (letter - ASCII_A + 1) * LETTER + number;
}

/** The letter of a packed code, as a character's number. */
export function letterOfCode(packed: number): number {
  return ASCII_A + Math.floor(packed / LETTER) - 1;
}

export function unpackCode(packed: number): string {
  const letter = String.fromCharCode(letterOfCode(packed));
  return letter + String(packed % LETTER).padStart(CODE_LENGTH - 1, '0');
}

/** A whole number of digits alone; NaN for anything else, the empty text too. */
export function digits(bytes: Uint8Array, from: number, to: number): number {
  if (from === to) return Number.NaN;
  let number = 0;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    if (!isDigit(byte)) return Number.NaN;
    number = number * 10 + byte - ASCII_0;
  }
  return number;
}

const MINUS = 45;
const POINT = 46;

/** A decimal number such as `-2.242851`, in millionths; NaN for anything else. */
export function millionths(bytes: Uint8Array, from: number, to: number): number {
  const isNegative = bytes[from] === MINUS && from < to;
  let number = 0;
  let unit = 0;
  let seen = 0;
  for (let at = isNegative ? from + 1 : from; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === POINT && unit === 0) {
      unit = 1;
      continue;
    }
    if (!isDigit(byte)) return Number.NaN;
    number = number * 10 + byte - ASCII_0;
    unit *= 10;
    seen += 1;
  }
  // More than fifteen digits are more than a number holds, and than any position has.
  if (seen === 0 || seen > 15) return Number.NaN;
  const found = Math.round((number / (unit === 0 ? 1 : unit)) * 1_000_000);
  return isNegative ? -found : found;
}

/** Takes the spaces off both ends of a field. */
export function trim(bytes: Uint8Array, span: Span): void {
  while (span.from < span.to && bytes[span.from] === SPACE) span.from += 1;
  while (span.from < span.to && bytes[span.to - 1] === SPACE) span.to -= 1;
}
