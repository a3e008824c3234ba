import { createHash } from 'node:crypto';
import type { Position } from '../distance.js';
import type { Nation } from '../postcode-locator.js';
import { BrokenSnapshot } from './broken-snapshot.js';
import { PostcodeCentres } from './postcode-centres.js';
import type { CurrentDataset, PostcodeSnapshotRepository } from './postcode-snapshot.repository.js';
import { PostcodeSnapshot } from './postcode-snapshot.js';

/** A district whose outcodes have letters. */
export interface District {
  /** The middle of its outcodes. */
  readonly position: Position;
  readonly nation: Nation | null;
}

/** A dataset in memory, whole. */
export interface LoadedDataset {
  readonly id: string;
  readonly version: string;
  readonly switchedAt: string;
  readonly snapshot: PostcodeSnapshot;
  readonly centres: PostcodeCentres;
  /** The number of each outcode in the snapshot. */
  readonly outcodes: ReadonlyMap<string, number>;
  /** What people call the lettered outcodes of a district together: `SW1` is SW1A, SW1E, SW1H, … */
  readonly districts: ReadonlyMap<string, District>;
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
  const centres = await PostcodeCentres.of(snapshot);
  return {
    id: current.id,
    version: current.version,
    switchedAt: current.switchedAt,
    snapshot,
    centres,
    outcodes: new Map(outcodes.map((outcode, number) => [outcode, number])),
    districts: districtsOf(outcodes, centres),
    areas: new Set(outcodes.map((outcode) => outcode.replace(/\d.*/, ''))),
  };
}

function districtsOf(outcodes: readonly string[], centres: PostcodeCentres): Map<string, District> {
  const lettered = new Map<string, { position: Position; nation: Nation | null }[]>();
  for (const [number, outcode] of outcodes.entries()) {
    const [, district] = /^(.+\d)[A-Z]$/.exec(outcode) ?? [];
    const position = centres.ofOutcode(number);
    if (district === undefined || position === null) continue;
    const nation = centres.mainNation(number);
    lettered.set(district, [...(lettered.get(district) ?? []), { position, nation }]);
  }
  return new Map(
    [...lettered].map(([district, parts]) => {
      const mean = (of: keyof Position) =>
        parts.reduce((sum, { position }) => sum + position[of], 0) / parts.length;
      const position = { lat: mean('lat'), long: mean('long') };
      return [district, { position, nation: parts[0]?.nation ?? null }];
    }),
  );
}
