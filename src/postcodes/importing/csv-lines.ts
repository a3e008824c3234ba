/** No release has lines of a tenth of this. */
const LONGEST_LINE = 64 * 1024;
const MOST_FIELDS = 512;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;
const COMMA = 44;
const EMPTY: Buffer = Buffer.alloc(0);
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** What is done with a line: its bytes without the line's end, and its number from 1. */
export type OnLine = (bytes: Uint8Array, from: number, to: number, number: number) => void;

/** A line that no file of ours has: it is something else, or broken. */
export class EndlessLine extends Error {
  constructor(readonly line: number) {
    super(`Line ${line} is longer than ${LONGEST_LINE} characters.`);
    this.name = 'EndlessLine';
  }
}

/**
 * Cuts a file into lines as its pieces arrive. A line's end is one inside quotes, too: no release
 * has any there, and a quote that is never closed spoils one row instead of the rest of the file.
 */
export class LineCutter {
  private rest: Buffer = EMPTY;
  private number = 0;

  constructor(private readonly onLine: OnLine) {}

  /** @throws EndlessLine */
  push(piece: Buffer): void {
    let from = this.endRest(piece);
    for (;;) {
      const end = piece.indexOf(LINE_FEED, from);
      if (end === -1) break;
      this.tell(piece, from, end);
      from = end + 1;
    }
    if (from < piece.length) this.keepRest(piece.subarray(from));
  }

  /** What is left after the last line's end. */
  end(): void {
    if (this.rest.length > 0) this.tell(this.rest, 0, this.rest.length);
    this.rest = EMPTY;
  }

  /** Ends the line that the pieces before have begun. @returns where the next one begins. */
  private endRest(piece: Buffer): number {
    if (this.rest.length === 0) return 0;
    const end = piece.indexOf(LINE_FEED);
    if (end === -1) return 0;
    const line = Buffer.concat([this.rest, piece.subarray(0, end)]);
    this.rest = EMPTY;
    this.tell(line, 0, line.length);
    return end + 1;
  }

  /** Keeps the beginning of a line, as a copy: the piece behind it is large. */
  private keepRest(beginning: Buffer): void {
    if (this.rest.length + beginning.length > LONGEST_LINE) throw new EndlessLine(this.number + 1);
    this.rest = Buffer.concat([this.rest, beginning]);
  }

  private tell(bytes: Buffer, start: number, end: number): void {
    this.number += 1;
    const from = this.number === 1 && startsWithMark(bytes, start) ? start + 3 : start;
    const to = bytes[end - 1] === CARRIAGE_RETURN && end > from ? end - 1 : end;
    if (to - from > LONGEST_LINE) throw new EndlessLine(this.number);
    if (to > from) this.onLine(bytes, from, to, this.number);
  }
}

/**
 * The fields of one line, as places in its bytes: nothing is copied and no text is made, because a
 * release has 140 million fields of which ten in fifty are looked at.
 */
export class CsvFields {
  count = 0;
  bytes: Uint8Array = new Uint8Array();
  private readonly starts = new Int32Array(MOST_FIELDS);
  private readonly ends = new Int32Array(MOST_FIELDS);

  /** @returns false where quotes do not match, or there are more fields than any release has. */
  split(bytes: Uint8Array, from: number, to: number): boolean {
    this.bytes = bytes;
    this.count = 0;
    let at = from;
    for (;;) {
      if (this.count === MOST_FIELDS) return false;
      const isQuoted = bytes[at] === QUOTE && at < to;
      const start = isQuoted ? at + 1 : at;
      at = start;
      if (isQuoted) {
        at = closingQuote(bytes, start, to);
        if (at === -1) return false;
      } else {
        while (at < to && bytes[at] !== COMMA) at += 1;
      }
      this.starts[this.count] = start;
      this.ends[this.count] = at;
      this.count += 1;
      if (isQuoted) at += 1;
      if (at >= to) return true;
      if (bytes[at] !== COMMA) return false;
      at += 1;
    }
  }

  /** Where a field begins; a field that is not there is empty. */
  start(field: number): number {
    return field >= 0 && field < this.count ? (this.starts[field] ?? 0) : 0;
  }

  end(field: number): number {
    return field >= 0 && field < this.count ? (this.ends[field] ?? 0) : 0;
  }

  /** A field as text; for headings, not for millions of rows. */
  text(field: number): string {
    const bytes = this.bytes.subarray(this.start(field), this.end(field));
    return Buffer.from(bytes).toString('latin1').replaceAll('""', '"').trim();
  }

  /** All fields as texts. */
  texts(): string[] {
    return Array.from({ length: this.count }, (_, field) => this.text(field));
  }
}

/** The quote that ends a field; two in a row stand for one inside it. */
function closingQuote(bytes: Uint8Array, start: number, to: number): number {
  for (let at = start; at < to; at += 1) {
    if (bytes[at] !== QUOTE) continue;
    if (at + 1 === to || bytes[at + 1] !== QUOTE) return at;
    at += 1;
  }
  return -1;
}

function startsWithMark(bytes: Buffer, start: number): boolean {
  return bytes.subarray(start, start + BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
}
