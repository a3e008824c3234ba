/** How many rows lie together: a power of two, so that a row's block and place are bits of it. */
export const ROWS_OF_A_BLOCK = 65_536;
const BLOCK_BITS = 16;

/** The number of the block that a row lies in. */
export function blockOf(row: number): number {
  return row >>> BLOCK_BITS;
}

/** The place of a row in its block. */
export function placeOf(row: number): number {
  return row & (ROWS_OF_A_BLOCK - 1);
}

/** Rows of a release as columns of numbers, 23 bytes a row. */
export class RowBlock {
  readonly outcode = new Uint16Array(ROWS_OF_A_BLOCK);
  readonly inward = new Uint16Array(ROWS_OF_A_BLOCK);
  readonly latitude = new Int32Array(ROWS_OF_A_BLOCK);
  readonly longitude = new Int32Array(ROWS_OF_A_BLOCK);
  readonly introduced = new Uint16Array(ROWS_OF_A_BLOCK);
  readonly terminated = new Uint16Array(ROWS_OF_A_BLOCK);
  readonly localAuthority = new Uint16Array(ROWS_OF_A_BLOCK);
  readonly ward = new Uint16Array(ROWS_OF_A_BLOCK);
  readonly constituency = new Uint16Array(ROWS_OF_A_BLOCK);
  readonly nation = new Uint8Array(ROWS_OF_A_BLOCK);
}
