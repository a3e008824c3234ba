import type { DatasetCounts } from '../dataset/dataset-version.js';
import {
  CHUNK_BYTES,
  HEADER_BYTES,
  layoutOf,
  NO_POSITION,
  SNAPSHOT_FORMAT,
  SNAPSHOT_MAGIC,
} from '../dataset/snapshot-format.js';
import { blockOf, placeOf, type RowBlock, ROWS_OF_A_BLOCK } from './row-block.js';

/** What a snapshot holds besides its rows. */
export interface SnapshotTexts {
  /** Rows that named a postcode once more, and were left out. */
  readonly repeated: number;
  readonly outcodes: readonly string[];
  readonly localAuthorities: readonly string[];
  readonly wards: readonly string[];
  readonly constituencies: readonly string[];
}

/** A snapshot that is ready to be written, piece by piece. */
export class FinishedSnapshot {
  readonly counts: Omit<DatasetCounts, 'rejected'>;
  /** Rows that named a postcode once more, and were left out. */
  readonly repeated: number;
  /** Of the whole. */
  readonly bytes: number;
  private readonly texts: Buffer;
  private readonly isInOrder: boolean;

  constructor(
    private readonly blocks: readonly RowBlock[],
    private readonly order: Uint32Array,
    private readonly starts: Uint32Array,
    private readonly lists: SnapshotTexts,
  ) {
    const { outcodes, localAuthorities, wards, constituencies } = lists;
    this.texts = Buffer.concat(
      [...outcodes, ...localAuthorities, ...wards, ...constituencies].map((text) =>
        Buffer.from(String.fromCharCode(text.length) + text, 'latin1'),
      ),
    );
    this.repeated = lists.repeated;
    this.bytes = layoutOf({ ...this.sizes(), units: order.length }).bytes;
    this.counts = this.count();
    // As the releases are: the columns can go as they lie.
    this.isInOrder = order.every((row, place) => row === place);
  }

  /** Ascending. */
  get outcodes(): readonly string[] {
    return this.lists.outcodes;
  }

  /** The snapshot in pieces of `CHUNK_BYTES`; the same buffer is never given twice. */
  *chunks(): Generator<Buffer> {
    let chunk = Buffer.alloc(CHUNK_BYTES);
    let filled = 0;
    for (const part of this.parts()) {
      for (let at = 0; at < part.length;) {
        const taken = part.copy(chunk, filled, at, at + CHUNK_BYTES - filled);
        at += taken;
        filled += taken;
        if (filled < CHUNK_BYTES) continue;
        yield chunk;
        chunk = Buffer.alloc(CHUNK_BYTES);
        filled = 0;
      }
    }
    if (filled > 0) yield chunk.subarray(0, filled);
  }

  /** Everything in the order of the format. */
  private *parts(): Generator<Buffer> {
    yield this.header();
    yield* this.column(Int32Array, (block) => block.latitude);
    yield* this.column(Int32Array, (block) => block.longitude);
    yield bytesOf(this.starts);
    yield* this.column(Uint16Array, (block) => block.inward);
    yield* this.column(Uint16Array, (block) => block.terminated);
    yield* this.column(Uint16Array, (block) => block.localAuthority);
    yield* this.column(Uint16Array, (block) => block.ward);
    yield* this.column(Uint16Array, (block) => block.constituency);
    yield* this.column(Uint8Array, (block) => block.nation);
    yield this.texts;
  }

  private header(): Buffer {
    const header = Buffer.alloc(HEADER_BYTES);
    header.write(SNAPSHOT_MAGIC, 'latin1');
    const { outcodes, localAuthorities, wards, constituencies, textBytes } = this.sizes();
    const numbers = Uint32Array.of(
      SNAPSHOT_FORMAT,
      this.order.length,
      outcodes,
      localAuthorities,
      wards,
      constituencies,
      textBytes,
    );
    bytesOf(numbers).copy(header, SNAPSHOT_MAGIC.length);
    return header;
  }

  private sizes() {
    const { outcodes, localAuthorities, wards, constituencies } = this.lists;
    return {
      outcodes: outcodes.length,
      localAuthorities: localAuthorities.length,
      wards: wards.length,
      constituencies: constituencies.length,
      textBytes: this.texts.length,
    };
  }

  /** One column in the snapshot's order, a block's length at a time. */
  private *column<Column extends Int32Array | Uint16Array | Uint8Array>(
    kind: new (length: number) => Column,
    of: (block: RowBlock) => Column,
  ): Generator<Buffer> {
    const { order } = this;
    const columns = this.blocks.map(of);
    if (this.isInOrder) {
      for (const [number, column] of columns.entries()) {
        yield bytesOf(column.subarray(0, order.length - number * ROWS_OF_A_BLOCK));
      }
      return;
    }
    for (let from = 0; from < order.length; from += ROWS_OF_A_BLOCK) {
      const part = new kind(Math.min(ROWS_OF_A_BLOCK, order.length - from));
      for (let index = 0; index < part.length; index += 1) {
        const row = order[from + index] ?? 0;
        part[index] = columns[blockOf(row)]?.[placeOf(row)] ?? 0;
      }
      yield bytesOf(part);
    }
  }

  private count(): Omit<DatasetCounts, 'rejected'> {
    let terminated = 0;
    let withoutPosition = 0;
    for (const row of this.order) {
      const block = this.blocks[blockOf(row)];
      const index = placeOf(row);
      if (block?.terminated[index] !== 0) terminated += 1;
      if (block?.latitude[index] === NO_POSITION) withoutPosition += 1;
    }
    return { live: this.order.length - terminated, terminated, withoutPosition };
  }
}

function bytesOf(numbers: ArrayBufferView): Buffer {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
