import type { Position } from '../distance.js';
import type { Nation, OfficialCodes } from '../postcode-locator.js';
import { BrokenSnapshot } from './broken-snapshot.js';
import { NATIONS } from './nations.js';
import {
  degrees,
  HEADER_BYTES,
  layoutOf,
  monthText,
  NO_CODE,
  NO_POSITION,
  SNAPSHOT_FORMAT,
  SNAPSHOT_MAGIC,
  type SnapshotCounts,
} from './snapshot-format.js';

/** The postcodes of one outcode: from the first up to, not including, the last. */
export interface UnitRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The postcodes of a dataset, read in place: the columns are views of the buffer it was given, and
 * a postcode is the number of its row. Finding one costs a look at a map and some ten comparisons.
 */
export class PostcodeSnapshot {
  readonly units: number;
  /** Ascending; a range of units belongs to each. */
  readonly outcodes: readonly string[];
  readonly latitude: Int32Array;
  readonly longitude: Int32Array;
  readonly nation: Uint8Array;
  private readonly starts: Uint32Array;
  private readonly inward: Uint16Array;
  private readonly terminated: Uint16Array;
  private readonly localAuthority: Uint16Array;
  private readonly ward: Uint16Array;
  private readonly constituency: Uint16Array;
  /** Which areas of each kind there are. */
  readonly officialCodes: Readonly<Record<keyof OfficialCodes, readonly string[]>>;

  /** @throws BrokenSnapshot where it is of another format, or not as long as it says. */
  constructor(bytes: ArrayBuffer) {
    const counts = readHeader(bytes);
    const { units, outcodes } = counts;
    const at = layoutOf(counts);
    if (at.bytes !== bytes.byteLength) {
      throw new BrokenSnapshot(`it has ${bytes.byteLength} bytes instead of ${at.bytes}`);
    }
    this.units = units;
    this.latitude = new Int32Array(bytes, at.latitude, units);
    this.longitude = new Int32Array(bytes, at.longitude, units);
    this.starts = new Uint32Array(bytes, at.starts, outcodes + 1);
    this.inward = new Uint16Array(bytes, at.inward, units);
    this.terminated = new Uint16Array(bytes, at.terminated, units);
    this.localAuthority = new Uint16Array(bytes, at.localAuthority, units);
    this.ward = new Uint16Array(bytes, at.ward, units);
    this.constituency = new Uint16Array(bytes, at.constituency, units);
    this.nation = new Uint8Array(bytes, at.nation, units);
    const next = readTexts(Buffer.from(bytes, at.texts, counts.textBytes));
    this.outcodes = next(outcodes);
    // In the order in which they are written.
    const localAuthority = next(counts.localAuthorities);
    const ward = next(counts.wards);
    const constituency = next(counts.constituencies);
    this.officialCodes = { ward, constituency, localAuthority };
    this.refuseDisorder();
  }

  /** The postcodes of the outcode with this number. */
  rangeOf(outcode: number): UnitRange {
    return { from: this.starts[outcode] ?? 0, to: this.starts[outcode + 1] ?? 0 };
  }

  /** The row of a postcode; −1 where it is not there. */
  find(outcode: number, inward: number): number {
    const row = this.firstFrom(outcode, inward);
    return row < (this.starts[outcode + 1] ?? 0) && this.inward[row] === inward ? row : -1;
  }

  /** The first row of an outcode whose inward half is not below `inward`. */
  firstFrom(outcode: number, inward: number): number {
    const { inward: column, starts } = this;
    let low = starts[outcode] ?? 0;
    let high = starts[outcode + 1] ?? 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((column[middle] ?? 0) < inward) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  inwardAt(row: number): number {
    return this.inward[row] ?? 0;
  }

  isLive(row: number): boolean {
    return this.terminated[row] === 0;
  }

  hasPosition(row: number): boolean {
    return this.latitude[row] !== NO_POSITION;
  }

  positionAt(row: number): Position | null {
    const latitude = this.latitude[row] ?? NO_POSITION;
    if (latitude === NO_POSITION) return null;
    return { lat: degrees(latitude), long: degrees(this.longitude[row] ?? 0) };
  }

  /** The month in which it was withdrawn, `YYYY-MM`; null while it is live. */
  terminatedAt(row: number): string | null {
    return monthText(this.terminated[row] ?? 0);
  }

  nationAt(row: number): Nation | null {
    return NATIONS[this.nation[row] ?? NATIONS.length] ?? null;
  }

  /** Null where the dataset has none of the three codes for it. */
  codesAt(row: number): OfficialCodes | null {
    const { officialCodes: codes } = this;
    const ward = codes.ward[this.ward[row] ?? NO_CODE] ?? null;
    const constituency = codes.constituency[this.constituency[row] ?? NO_CODE] ?? null;
    const localAuthority = codes.localAuthority[this.localAuthority[row] ?? NO_CODE] ?? null;
    if (ward === null && constituency === null && localAuthority === null) return null;
    return { ward, constituency, localAuthority };
  }

  /** The rows of an official area, ascending. */
  *rowsOfArea(kind: keyof OfficialCodes, code: string): Generator<number> {
    const number = this.officialCodes[kind].indexOf(code);
    const column = this[kind];
    if (number < 0) return;
    for (let row = column.indexOf(number); row >= 0; row = column.indexOf(number, row + 1)) {
      yield row;
    }
  }

  private refuseDisorder(): void {
    const { starts, units } = this;
    const isOrdered = starts.every((start, index) => start >= (starts[index - 1] ?? 0));
    if (starts[0] !== 0 || starts.at(-1) !== units || !isOrdered) {
      throw new BrokenSnapshot('its outcodes are out of order');
    }
  }
}

function readHeader(bytes: ArrayBuffer): SnapshotCounts {
  if (bytes.byteLength < HEADER_BYTES) throw new BrokenSnapshot('it has no header');
  const magic = Buffer.from(bytes, 0, SNAPSHOT_MAGIC.length).toString('latin1');
  if (magic !== SNAPSHOT_MAGIC) throw new BrokenSnapshot('it is no snapshot of postcodes');
  const [format, ...counts] = new Uint32Array(bytes, SNAPSHOT_MAGIC.length, 7);
  if (format !== SNAPSHOT_FORMAT) {
    throw new BrokenSnapshot(
      `it is of format ${format} and this program reads ${SNAPSHOT_FORMAT}: import the release again`,
    );
  }
  const [units = 0, outcodes = 0, localAuthorities = 0, wards = 0, constituencies = 0] = counts;
  return { units, outcodes, localAuthorities, wards, constituencies, textBytes: counts[5] ?? 0 };
}

/** Reads texts one list after another. */
function readTexts(bytes: Buffer): (count: number) => string[] {
  let at = 0;
  return (count) =>
    Array.from({ length: count }, () => {
      const start = at + 1;
      at = start + (bytes[at] ?? bytes.length);
      if (at > bytes.length) throw new BrokenSnapshot('its texts end too soon');
      return bytes.toString('latin1', start, at);
    });
}
