import {
  inwardKey,
  microdegrees,
  monthNumber,
  NO_NATION,
  NO_POSITION,
} from '../dataset/snapshot-format.js';
import { ISLANDS } from '../islands.js';
import type { CsvFields } from './csv-lines.js';
import type { DatasetColumns } from './dataset-columns.js';
import { convertGrid } from './national-grid.js';
import {
  capital,
  digits,
  isDigit,
  isLetter,
  letterOfCode,
  millionths,
  packCode,
  packOutcode,
  type Span,
  trim,
  unpackOutcode,
} from './packed-text.js';

const SPACE = 32;
const LONGEST_POSTCODE = 7;
const SHORTEST_POSTCODE = 5;
const INWARD = 3;
const OUTCODE = /^(?:[A-Z]{1,2}\d[0-9A-Z]?|GIR)$/;
/** Northern Ireland's grid references are of the Irish Grid. */
const IRISH_GRID = /^BT\d/;

/** What the releases write for "no grid reference": ONSPD and NSPL 9, Code-Point Open 90. */
const QUALITIES_WITHOUT_POSITION: ReadonlySet<number> = new Set([9, 90]);
/** ONSPD and NSPL write 99.999999 where there is no position; nothing of ours lies up there. */
const NO_LATITUDE = 99_000_000;
/** In millionths of a degree, as the releases are read. */
const BOX = {
  south: microdegrees(ISLANDS.south),
  north: microdegrees(ISLANDS.north),
  west: microdegrees(ISLANDS.west),
  east: microdegrees(ISLANDS.east),
};
/** The extent of the National Grid in metres. */
const GRID = { east: 700_000, north: 1_300_000 };

/** In the order of `NATIONS`. The releases' other countries (L, M) are not in the United Kingdom. */
const NATION_LETTERS = ['E', 'W', 'S', 'N'].map((letter) => letter.charCodeAt(0));

interface OutcodeFacts {
  readonly outcode: number;
  readonly wellFormed: boolean;
  /** Whether its grid references are of the Irish Grid. */
  readonly irish: boolean;
}

/**
 * Reads rows into numbers (see `snapshot-format.ts`). There is one of it, filled again and again:
 * two and a half million rows would be two and a half million objects.
 */
export class RowReader {
  /** As `packOutcode` makes it. */
  outcode = 0;
  inward = 0;
  latitude = NO_POSITION;
  longitude = 0;
  introduced = 0;
  terminated = 0;
  /** As `packCode` makes them; 0 for none. */
  localAuthority = 0;
  ward = 0;
  constituency = 0;
  nation = NO_NATION;

  private fields!: CsvFields;
  private readonly span: Span = { from: 0, to: 0 };
  private readonly converted = new Float64Array(2);
  private readonly compact = new Uint8Array(LONGEST_POSTCODE);
  private last: OutcodeFacts = { outcode: 0, wellFormed: false, irish: false };
  private irish = false;

  constructor(private readonly columns: DatasetColumns) {}

  /** @returns what is wrong with the row; undefined when it was read. */
  read(fields: CsvFields): string | undefined {
    const { count, fields: at } = this.columns;
    this.fields = fields;
    if (fields.count !== count) return `it has ${fields.count} columns instead of ${count}`;
    if (!this.readPostcode(at.postcode)) return 'its postcode is none';
    this.introduced = this.month(at.introduced);
    this.terminated = this.month(at.terminated);
    if (Number.isNaN(this.introduced + this.terminated)) return 'a date is not of the form YYYYMM';
    this.localAuthority = this.code(at.localAuthority);
    this.ward = this.code(at.ward);
    this.constituency = this.code(at.constituency);
    this.nation = nationOf(this.code(at.country) || this.localAuthority);
    return this.readPosition();
  }

  private readPostcode(field: number): boolean {
    const { bytes } = this.fields;
    let length = 0;
    for (let at = this.fields.start(field); at < this.fields.end(field); at += 1) {
      const byte = capital(bytes[at] ?? 0);
      if (byte === SPACE) continue;
      if (length === LONGEST_POSTCODE) return false;
      this.compact[length] = byte;
      length += 1;
    }
    if (length < SHORTEST_POSTCODE) return false;
    const digit = this.compact[length - 3] ?? 0;
    const first = this.compact[length - 2] ?? 0;
    const second = this.compact[length - 1] ?? 0;
    if (!isDigit(digit) || !isLetter(first) || !isLetter(second)) return false;
    this.outcode = packOutcode(this.compact, length - INWARD);
    this.inward = inwardKey(digit, first, second);
    const { wellFormed, irish } = this.outcodeFacts();
    this.irish = irish;
    return wellFormed;
  }

  /** What is to be known of the row's outcode, which mostly is that of the row before. */
  private outcodeFacts(): OutcodeFacts {
    if (this.last.outcode === this.outcode) return this.last;
    const text = unpackOutcode(this.outcode);
    this.last = {
      outcode: this.outcode,
      wellFormed: OUTCODE.test(text),
      irish: IRISH_GRID.test(text),
    };
    return this.last;
  }

  private readPosition(): string | undefined {
    this.latitude = NO_POSITION;
    this.longitude = 0;
    const { fields: at } = this.columns;
    if (QUALITIES_WITHOUT_POSITION.has(this.number(at.quality, digits))) return undefined;
    if (!this.isEmpty(at.latitude) && !this.isEmpty(at.longitude)) return this.readDegrees();
    if (this.isEmpty(at.easting) && this.isEmpty(at.northing)) return undefined;
    return this.irish ? undefined : this.readGrid();
  }

  private readDegrees(): string | undefined {
    const { fields: at } = this.columns;
    const latitude = this.number(at.latitude, millionths);
    const longitude = this.number(at.longitude, millionths);
    if (Number.isNaN(latitude + longitude)) return 'its latitude or longitude is no number';
    if (latitude >= NO_LATITUDE) return undefined;
    const isInside =
      latitude >= BOX.south &&
      latitude <= BOX.north &&
      longitude >= BOX.west &&
      longitude <= BOX.east;
    if (!isInside) return 'its latitude and longitude are not of these islands';
    this.latitude = latitude;
    this.longitude = longitude;
    return undefined;
  }

  private readGrid(): string | undefined {
    const { fields: at } = this.columns;
    const easting = this.number(at.easting, digits);
    const northing = this.number(at.northing, digits);
    if (Number.isNaN(easting + northing)) return 'its easting or northing is no number';
    if (easting === 0 && northing === 0) return undefined;
    if (easting > GRID.east || northing > GRID.north) {
      return 'its easting and northing are outside of the National Grid';
    }
    convertGrid(easting, northing, this.converted);
    this.latitude = microdegrees(this.converted[0] ?? 0);
    this.longitude = microdegrees(this.converted[1] ?? 0);
    return undefined;
  }

  /** 0 where there is none; NaN where it is no month. */
  private month(field: number): number {
    if (this.isEmpty(field)) return 0;
    const yearAndMonth = this.number(field, digits);
    const year = Math.floor(yearAndMonth / 100);
    const month = yearAndMonth % 100;
    const isMonth = year >= 1900 && year <= 2200 && month >= 1 && month <= 12;
    return isMonth ? monthNumber(year, month) : Number.NaN;
  }

  private code(field: number): number {
    return this.isEmpty(field) ? 0 : packCode(this.fields.bytes, this.span.from, this.span.to);
  }

  private number(
    field: number,
    read: (bytes: Uint8Array, from: number, to: number) => number,
  ): number {
    return this.isEmpty(field) ? Number.NaN : read(this.fields.bytes, this.span.from, this.span.to);
  }

  /** Whether a field is missing or blank; otherwise `span` is where it lies. */
  private isEmpty(field: number): boolean {
    if (field < 0) return true;
    this.span.from = this.fields.start(field);
    this.span.to = this.fields.end(field);
    trim(this.fields.bytes, this.span);
    return this.span.from === this.span.to;
  }
}

/** The number of a nation, from the first letter of a code of its own. */
function nationOf(code: number): number {
  if (code === 0) return NO_NATION;
  const nation = NATION_LETTERS.indexOf(letterOfCode(code));
  return nation === -1 ? NO_NATION : nation;
}
