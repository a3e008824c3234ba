import { addAbortSignal, type Readable } from 'node:stream';
import type { DatasetKind } from '../dataset/dataset-version.js';
import { CsvFields, EndlessLine, LineCutter } from './csv-lines.js';
import { columnsOf, type DatasetColumns } from './dataset-columns.js';
import type { FinishedSnapshot } from './finished-snapshot.js';
import { PostcodeImportRefused } from './import-refused.js';
import type { ReleaseFile, ReleaseSource } from './release-source.js';
import { RowReader } from './row-reader.js';
import { SnapshotBuilder } from './snapshot-builder.js';

/** What a release may hold when it is unpacked; the largest known is 1.3 GB. */
const MOST_BYTES = 4 * 1024 ** 3;
const FAULTS_SHOWN = 20;

/** A row that could not be taken. */
export interface RowFault {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

/** How a release is read. */
export interface ReadingOptions {
  /** Refuses the whole, where more than these percent of its rows are bad. */
  readonly mostBadRows: number;
  readonly signal: AbortSignal;
  /** Tells how much of the files, as they lie there, has been read. */
  readonly onProgress: (bytes: number, of: number) => void;
}

/** A release, read. */
export interface ReadRelease {
  readonly kind: DatasetKind;
  readonly columns: readonly string[];
  readonly snapshot: FinishedSnapshot;
  readonly rejected: number;
  /** The first of the rejected. */
  readonly faults: readonly RowFault[];
}

/**
 * Reads every row of a release, a piece of a file at a time.
 *
 * @throws PostcodeImportRefused where it is none, is broken, or too much of it is bad.
 */
export async function readRelease(
  source: ReleaseSource,
  options: ReadingOptions,
): Promise<ReadRelease> {
  const reader = new ReleaseReader(source.headings);
  const total = source.files.reduce((sum, { bytes }) => sum + bytes, 0);
  let read = 0;
  let unpacked = 0;
  for (const file of source.files) {
    const bytes = await file.open((count) => {
      read += count;
    });
    for await (const piece of pieces(bytes, file, options.signal)) {
      unpacked += piece.length;
      if (unpacked > MOST_BYTES) {
        throw new PostcodeImportRefused(`${source.name} holds more than ${MOST_BYTES} bytes.`);
      }
      reader.take(file.name, piece);
      options.onProgress(read, total);
    }
    reader.endFile(file.name);
  }
  return reader.finish(source.name, options.mostBadRows);
}

async function* pieces(
  stream: Readable,
  file: ReleaseFile,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  try {
    for await (const piece of addAbortSignal(signal, stream)) yield piece as Buffer;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof PostcodeImportRefused) throw error;
    throw new PostcodeImportRefused(
      `${file.name} is broken or cut short: ${(error as Error).message}`,
    );
  }
}

/** Where the reading of a release stands. */
class ReleaseReader {
  private readonly builder = new SnapshotBuilder();
  private readonly fields = new CsvFields();
  private readonly faults: RowFault[] = [];
  private rejected = 0;
  private rows = 0;
  private columns: DatasetColumns | undefined;
  private row: RowReader | undefined;
  private cutter: LineCutter | undefined;

  constructor(private readonly headings: readonly string[] | undefined) {}

  take(file: string, piece: Buffer): void {
    this.cutter ??= new LineCutter((bytes, from, to, line) => {
      this.line(file, bytes, from, to, line);
    });
    try {
      this.cutter.push(piece);
    } catch (error) {
      if (error instanceof EndlessLine) {
        throw new PostcodeImportRefused(`${file} is no CSV file. ${error.message}`);
      }
      throw error;
    }
  }

  endFile(file: string): void {
    const rejected = this.rejected;
    this.cutter?.end();
    // A last row without its end may be whole. One that is bad besides is where a download broke off.
    if (this.rejected > rejected) {
      throw new PostcodeImportRefused(
        `${file} is cut short: it ends in the middle of a row. Nothing has changed.`,
      );
    }
    if (this.row === undefined) throw new PostcodeImportRefused(`${file} is empty.`);
    this.cutter = undefined;
    this.row = undefined;
  }

  finish(name: string, mostBadRows: number): ReadRelease {
    if (this.columns === undefined || this.rows === 0) {
      throw new PostcodeImportRefused(`${name} has no rows.`);
    }
    const percent = (this.rejected / this.rows) * 100;
    if (percent > mostBadRows) {
      throw new PostcodeImportRefused(
        [
          `${this.rejected} of the ${this.rows} rows of ${name} are bad (${percent.toFixed(1)} %, at most ${mostBadRows} % may be). Nothing has changed.`,
          ...describeFaults(this.faults, this.rejected),
        ].join('\n'),
      );
    }
    return {
      kind: this.columns.kind,
      columns: this.columns.names,
      snapshot: this.builder.finish(),
      rejected: this.rejected,
      faults: this.faults,
    };
  }

  private line(file: string, bytes: Uint8Array, from: number, to: number, line: number): void {
    const isWhole = this.fields.split(bytes, from, to);
    if (this.row === undefined && this.begin(file)) return;
    this.rows += 1;
    const reason = isWhole ? this.row?.read(this.fields) : 'its quotes do not match';
    if (reason === undefined && this.row !== undefined) {
      this.builder.add(this.row);
      return;
    }
    this.rejected += 1;
    if (this.faults.length < FAULTS_SHOWN) {
      this.faults.push({ file, line, reason: reason ?? 'it cannot be read' });
    }
  }

  /** Learns the columns from the first line of a file. @returns whether it was a header. */
  private begin(file: string): boolean {
    const columns = columnsOf(this.fields.texts(), file, this.headings);
    if (this.columns !== undefined && this.columns.kind !== columns.kind) {
      throw new PostcodeImportRefused(`${file} is of another kind than the files before it.`);
    }
    this.columns ??= columns;
    this.row = new RowReader(columns);
    return columns.hasHeader;
  }
}

/** Faults for the terminal, one a line. */
export function describeFaults(faults: readonly RowFault[], rejected: number): string[] {
  const lines = faults.map(({ file, line, reason }) => `  ${file}:${line}: ${reason}`);
  const unseen = rejected - faults.length;
  return unseen > 0 ? [...lines, `  … and ${unseen} more`] : lines;
}
