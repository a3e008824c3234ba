import { MOST_UNITS, NO_CODE } from '../dataset/snapshot-format.js';
import { CodeNumbers } from './code-numbers.js';
import { FinishedSnapshot } from './finished-snapshot.js';
import { PostcodeImportRefused } from './import-refused.js';
import { unpackOutcode } from './packed-text.js';
import type { RowReader } from './row-reader.js';
import { blockOf, placeOf, RowBlock, ROWS_OF_A_BLOCK } from './row-block.js';

/** Row numbers stay below this, so that one number holds an inward half and a row. */
const ROW_RANGE = 0x100_0000;

/**
 * Takes the rows of a release in any order and writes its snapshot: sorted, each postcode once, the
 * codes numbered. Rows lie in blocks of typed arrays, so that memory grows by what there is and
 * nothing is copied to make it grow.
 */
export class SnapshotBuilder {
  private readonly blocks: RowBlock[] = [];
  private rows = 0;
  private readonly outcodes = new Map<number, number>();
  private last = { outcode: 0, number: 0 };
  private readonly localAuthorities = new CodeNumbers('local authorities');
  private readonly wards = new CodeNumbers('wards');
  private readonly constituencies = new CodeNumbers('constituencies');

  add(row: RowReader): void {
    if (this.rows === MOST_UNITS) {
      throw new PostcodeImportRefused(
        `There are more than ${MOST_UNITS} rows: no release has that.`,
      );
    }
    const index = placeOf(this.rows);
    if (index === 0) this.blocks.push(new RowBlock());
    const block = this.blocks.at(-1);
    if (block === undefined) return;
    block.outcode[index] = this.outcodeNumber(row.outcode);
    block.inward[index] = row.inward;
    block.latitude[index] = row.latitude;
    block.longitude[index] = row.longitude;
    block.introduced[index] = row.introduced;
    block.terminated[index] = row.terminated;
    block.localAuthority[index] = this.localAuthorities.numberOf(row.localAuthority);
    block.ward[index] = this.wards.numberOf(row.ward);
    block.constituency[index] = this.constituencies.numberOf(row.constituency);
    block.nation[index] = row.nation;
    this.rows += 1;
  }

  /** Sorts, and keeps one row of each postcode. Nothing may be added afterwards. */
  finish(): FinishedSnapshot {
    const packed = [...this.outcodes.keys()].sort((one, other) => one - other);
    const rank = new Uint16Array(packed.length);
    for (const [place, outcode] of packed.entries()) rank[this.outcodes.get(outcode) ?? 0] = place;
    const { order, starts } = this.sorted(rank);
    return new FinishedSnapshot(this.blocks, order, starts, {
      repeated: this.rows - order.length,
      outcodes: packed.map(unpackOutcode),
      localAuthorities: this.localAuthorities.texts(),
      wards: this.wards.texts(),
      constituencies: this.constituencies.texts(),
    });
  }

  private outcodeNumber(packed: number): number {
    // Neighbouring rows mostly lie in the same outcode.
    if (packed === this.last.outcode) return this.last.number;
    const number = this.outcodes.get(packed) ?? this.addOutcode(packed);
    this.last = { outcode: packed, number };
    return number;
  }

  private addOutcode(packed: number): number {
    if (this.outcodes.size === NO_CODE) {
      throw new PostcodeImportRefused(
        `There are more than ${NO_CODE} outcodes: no release has that.`,
      );
    }
    this.outcodes.set(packed, this.outcodes.size);
    return this.outcodes.size - 1;
  }

  /**
   * The rows by outcode (counted into their places) and inward half, without doubles: `starts` says
   * where each outcode begins in `order`.
   */
  private sorted(rank: Uint16Array): { order: Uint32Array; starts: Uint32Array } {
    const places = new Uint32Array(rank.length + 1);
    this.eachRow((block, index) => {
      const place = (rank[block.outcode[index] ?? 0] ?? 0) + 1;
      places[place] = (places[place] ?? 0) + 1;
    });
    for (let place = 1; place < places.length; place += 1) {
      places[place] = (places[place] ?? 0) + (places[place - 1] ?? 0);
    }
    const ends = places.slice();
    const order = new Uint32Array(this.rows);
    this.eachRow((block, index, row) => {
      const place = rank[block.outcode[index] ?? 0] ?? 0;
      const next = ends[place] ?? 0;
      order[next] = row;
      ends[place] = next + 1;
    });
    const starts = new Uint32Array(rank.length + 1);
    let kept = 0;
    for (let place = 0; place < rank.length; place += 1) {
      starts[place] = kept;
      kept = this.sortOutcode(order, places[place] ?? 0, places[place + 1] ?? 0, kept);
    }
    starts[rank.length] = kept;
    return { order: order.subarray(0, kept), starts };
  }

  /** Sorts the rows of one outcode and moves them down to `kept`. @returns the next free place. */
  private sortOutcode(order: Uint32Array, from: number, to: number, kept: number): number {
    if (this.isAscending(order, from, to)) {
      order.copyWithin(kept, from, to);
      return kept + to - from;
    }
    const keys = new Float64Array(to - from);
    for (let at = from; at < to; at += 1) {
      const row = order[at] ?? 0;
      keys[at - from] = this.inwardOf(row) * ROW_RANGE + row;
    }
    keys.sort();
    let last = -1;
    let next = kept;
    for (const key of keys) {
      const row = key % ROW_RANGE;
      const inward = Math.floor(key / ROW_RANGE);
      if (inward !== last) {
        order[next] = row;
        next += 1;
        last = inward;
      } else if (this.isBetter(row, order[next - 1] ?? 0)) {
        order[next - 1] = row;
      }
    }
    return next;
  }

  /** Whether each postcode lies above the one before, as in the releases. */
  private isAscending(order: Uint32Array, from: number, to: number): boolean {
    let last = -1;
    for (let at = from; at < to; at += 1) {
      const inward = this.inwardOf(order[at] ?? 0);
      if (inward <= last) return false;
      last = inward;
    }
    return true;
  }

  private inwardOf(row: number): number {
    return this.blocks[blockOf(row)]?.inward[placeOf(row)] ?? 0;
  }

  /** Of two rows for one postcode the live one is right, else the one introduced later. */
  private isBetter(row: number, than: number): boolean {
    const [one, other] = [row, than].map((number) => {
      const block = this.blocks[blockOf(number)];
      const index = placeOf(number);
      return {
        isLive: block?.terminated[index] === 0,
        introduced: block?.introduced[index] ?? 0,
      };
    });
    if (one === undefined || other === undefined) return false;
    if (one.isLive !== other.isLive) return one.isLive;
    return one.introduced > other.introduced;
  }

  private eachRow(look: (block: RowBlock, index: number, row: number) => void): void {
    let row = 0;
    for (const block of this.blocks) {
      const count = Math.min(ROWS_OF_A_BLOCK, this.rows - row);
      for (let index = 0; index < count; index += 1, row += 1) look(block, index, row);
    }
  }
}
