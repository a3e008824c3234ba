import { createHash } from 'node:crypto';
import { BrokenSnapshot } from './broken-snapshot.js';
import { PostcodeCentres } from './postcode-centres.js';
import type { CurrentDataset, PostcodeSnapshotRepository } from './postcode-snapshot.repository.js';
import { PostcodeSnapshot } from './postcode-snapshot.js';

/** A dataset in memory, whole. */
export interface LoadedDataset {
  readonly id: string;
  readonly version: string;
  readonly switchedAt: string;
  readonly snapshot: PostcodeSnapshot;
  readonly centres: PostcodeCentres;
  /** The number of each outcode in the snapshot. */
  readonly outcodes: ReadonlyMap<string, number>;
  /** Areas that it has postcodes of: it can tell nothing about the others. */
  readonly areas: ReadonlySet<string>;
}

/**
 * Reads a dataset chunk by chunk into the place where it stays: neither the loop of events nor the
 * memory sees more than a chunk at a time besides.
 *
 * @throws BrokenSnapshot where it is not what was written.
 */
export async function loadDataset(
  repository: PostcodeSnapshotRepository,
  current: CurrentDataset,
): Promise<LoadedDataset> {
  const bytes = new Uint8Array(current.bytes);
  const hash = createHash('sha256');
  let filled = 0;
  for (let number = 0; filled < bytes.length; number += 1) {
    const pieces = await repository.chunk(current.id, number);
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (length === 0 || filled + length > bytes.length) {
      throw new BrokenSnapshot(`chunk ${number} of ${current.version} is missing or too long`);
    }
    for (const piece of pieces) {
      bytes.set(piece, filled);
      hash.update(piece);
      filled += piece.length;
    }
  }
  if (!hash.digest().equals(current.sha256)) {
    throw new BrokenSnapshot(`${current.version} is not what was imported: its digest is another`);
  }
  const snapshot = new PostcodeSnapshot(bytes.buffer);
  const { outcodes } = snapshot;
  return {
    id: current.id,
    version: current.version,
    switchedAt: current.switchedAt,
    snapshot,
    centres: await PostcodeCentres.of(snapshot),
    outcodes: new Map(outcodes.map((outcode, number) => [outcode, number])),
    areas: new Set(outcodes.map((outcode) => outcode.replace(/\d.*/, ''))),
  };
}
