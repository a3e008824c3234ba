/**
 * A dataset as it is kept and as it is used: packed columns, about 19 bytes a postcode, that become
 * typed arrays without being copied.
 *
 * | part | each | what |
 * |---|---|---|
 * | header | 40 bytes | magic, then unsigned 32-bit numbers: format, counts, bytes of the texts |
 * | latitude, longitude | Int32 | millionths of a degree; `NO_POSITION` where there is none |
 * | starts | Uint32, one more than outcodes | the first postcode of each outcode |
 * | inward | Uint16 | see `inwardKey`; ascending within an outcode |
 * | terminated | Uint16 | see `monthNumber`; 0 while live |
 * | localAuthority, ward, constituency | Uint16 | number of a code; `NO_CODE` where there is none |
 * | nation | Uint8 | number in `NATIONS`; `NO_NATION` where there is none |
 * | texts | a length of one byte, then ASCII | outcodes (ascending), then the codes of the three |
 *
 * Numbers are in the order of the machine, as typed arrays are; a machine of the other order would
 * find another format.
 */
export const SNAPSHOT_FORMAT = 1;
export const SNAPSHOT_MAGIC = 'BLPOSTCD';
export const HEADER_BYTES = 40;

export const NO_POSITION = -0x8000_0000;
export const NO_CODE = 0xffff;
export const NO_NATION = 0xff;

/** Pieces in which a snapshot lies in the database. */
export const CHUNK_BYTES = 1024 * 1024;
/** Nothing that the United Kingdom could fill: 2.8 million postcodes are known, dead ones too. */
export const MOST_UNITS = 8_000_000;

const MICRODEGREES = 1_000_000;
const LETTERS = 26;
const MONTHS = 12;

/** How many of each there are. */
export interface SnapshotCounts {
  readonly units: number;
  readonly outcodes: number;
  readonly localAuthorities: number;
  readonly wards: number;
  readonly constituencies: number;
  readonly textBytes: number;
}

/** Where each column begins, in bytes. */
export interface SnapshotLayout {
  readonly latitude: number;
  readonly longitude: number;
  readonly starts: number;
  readonly inward: number;
  readonly terminated: number;
  readonly localAuthority: number;
  readonly ward: number;
  readonly constituency: number;
  readonly nation: number;
  readonly texts: number;
  /** Of the whole. */
  readonly bytes: number;
}

export function layoutOf({ units, outcodes, textBytes }: SnapshotCounts): SnapshotLayout {
  let end = HEADER_BYTES;
  const take = (bytes: number): number => {
    const start = end;
    end += bytes;
    return start;
  };
  return {
    latitude: take(4 * units),
    longitude: take(4 * units),
    starts: take(4 * (outcodes + 1)),
    inward: take(2 * units),
    terminated: take(2 * units),
    localAuthority: take(2 * units),
    ward: take(2 * units),
    constituency: take(2 * units),
    nation: take(units),
    texts: take(textBytes),
    bytes: end,
  };
}

/** The number of an inward half from its three characters: the digit, then two letters as one. */
export function inwardKey(digit: number, first: number, second: number): number {
  return (digit - ASCII_0) * LETTERS * LETTERS + (first - ASCII_A) * LETTERS + (second - ASCII_A);
}

/** The three characters of an inward half from its number. */
export function inwardText(key: number): string {
  const digit = Math.floor(key / (LETTERS * LETTERS));
  const first = Math.floor(key / LETTERS) % LETTERS;
  return String.fromCharCode(ASCII_0 + digit, ASCII_A + first, ASCII_A + (key % LETTERS));
}

/** How many inward halves a sector can have. */
export const INWARD_KEYS_OF_A_SECTOR = LETTERS * LETTERS;

const ASCII_0 = 48;
const ASCII_A = 65;

/** A month as one number: 12 × year + month − 1. */
export function monthNumber(year: number, month: number): number {
  return year * MONTHS + month - 1;
}

/** A month of `monthNumber` as `YYYY-MM`; null for 0. */
export function monthText(number: number): string | null {
  if (number === 0) return null;
  const month = String((number % MONTHS) + 1).padStart(2, '0');
  return `${Math.floor(number / MONTHS)}-${month}`;
}

/** Degrees from millionths of a degree. */
export function degrees(millionths: number): number {
  return millionths / MICRODEGREES;
}

/** Millionths of a degree from degrees. */
export function microdegrees(of: number): number {
  return Math.round(of * MICRODEGREES);
}
