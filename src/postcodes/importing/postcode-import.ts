import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { newId } from '../../platform/new-id.js';
import type { DatasetCounts, DatasetKind, DatasetVersion } from '../dataset/dataset-version.js';
import { recordDatasetDeed } from '../dataset/postcode-datasets.js';
import { PostcodeDatasetsRepository } from '../dataset/postcode-datasets.repository.js';
import { PostcodeImportRefused } from './import-refused.js';
import {
  type ReadingOptions,
  type ReadRelease,
  readRelease,
  type RowFault,
} from './release-reader.js';
import type { ReleaseSource } from './release-source.js';

/** How a release is imported. */
export interface ImportOptions extends ReadingOptions {
  /** Loads the version and lets the one in use answer on. */
  readonly keepCurrent: boolean;
}

/**
 * With less than this share of the live postcodes in use, a version answers only when told to: from
 * one release to the next some thousandths go, and Great Britain alone has 97 % of all there are.
 */
const HARDLY_WHOLE = 0.9;

/**
 * What became of an imported version: it `answers`; it is `kept` beside the one in use, as was asked;
 * or it is `held_back` beside it, because it has too few live postcodes to be a whole release.
 */
export type ImportOutcome = 'answers' | 'kept' | 'held_back';

/** What an import did. */
export interface ImportReport extends DatasetCounts {
  readonly version: string;
  readonly kind: DatasetKind;
  readonly outcome: ImportOutcome;
  /** Rows that named a postcode once more. */
  readonly repeated: number;
  readonly faults: readonly RowFault[];
  /** Whether it holds any postcode of Northern Ireland. */
  readonly coversNorthernIreland: boolean;
  /** The version that answered before, and how many live postcodes it has. */
  readonly before: Pick<DatasetVersion, 'version' | 'live'> | undefined;
}

/**
 * Imports a release as a new version. It is read and checked whole before anything is written, and
 * becomes current in one commit at the end, unless it is held back. Whatever happens before leaves
 * the current version as it was: what is cut off is cleared away by the next command, what fails or
 * is interrupted by this one.
 *
 * @param owner on one connection of the owner's, which the import's lock belongs to.
 * @throws PostcodeImportRefused in words, when another import runs or the release cannot be taken.
 */
export async function importRelease(
  owner: EntityManager,
  source: ReleaseSource,
  options: ImportOptions,
): Promise<ImportReport> {
  const repository = new PostcodeDatasetsRepository(owner);
  if (!(await repository.tryLock())) {
    throw new PostcodeImportRefused('Another import is running: wait for it, or stop it.');
  }
  try {
    await repository.deleteUnfinished();
    try {
      return await new PostcodeImport(owner, source, options).run();
    } catch (error) {
      // Whoever lost the connection cannot clear up; the next command does.
      await repository.deleteUnfinished().catch(() => undefined);
      throw error;
    }
  } finally {
    await repository.unlock().catch(() => undefined);
  }
}

/** Whether a version has too few live postcodes, beside the one that answers, to be a whole release. */
export function isHardlyWhole(
  live: number,
  before: Pick<DatasetVersion, 'live'> | undefined,
): boolean {
  return before !== undefined && live < before.live * HARDLY_WHOLE;
}

class PostcodeImport {
  private readonly repository: PostcodeDatasetsRepository;

  constructor(
    private readonly owner: EntityManager,
    private readonly source: ReleaseSource,
    private readonly options: ImportOptions,
  ) {
    this.repository = new PostcodeDatasetsRepository(owner);
  }

  async run(): Promise<ImportReport> {
    const versions = await this.repository.list();
    const release = await readRelease(this.source, this.options);
    const id = newId();
    const version = await this.freeName(
      release.kind,
      versions.map((one) => one.version),
    );
    await this.repository.insert({
      id,
      version,
      kind: release.kind,
      fileName: this.source.name,
      columns: release.columns,
    });
    const sha256 = await this.write(id, release);
    const { before, outcome } = await this.complete(id, release, sha256);
    const { snapshot } = release;
    return {
      version,
      kind: release.kind,
      outcome,
      ...snapshot.counts,
      rejected: release.rejected,
      repeated: snapshot.repeated,
      faults: release.faults,
      coversNorthernIreland: snapshot.outcodes.some((outcode) => /^BT\d/.test(outcode)),
      before,
    };
  }

  /** @returns the SHA-256 of all of it. */
  private async write(id: string, { snapshot }: ReadRelease): Promise<Buffer> {
    const hash = createHash('sha256');
    let number = 0;
    for (const chunk of snapshot.chunks()) {
      this.options.signal.throwIfAborted();
      hash.update(chunk);
      await this.repository.insertChunk(id, number, chunk);
      number += 1;
    }
    return hash.digest();
  }

  /** Makes the version one that can be used, and lets it answer unless something speaks against it. */
  private async complete(
    id: string,
    { snapshot, rejected }: ReadRelease,
    sha256: Buffer,
  ): Promise<Pick<ImportReport, 'before' | 'outcome'>> {
    const { counts, bytes } = snapshot;
    return this.owner.transaction(async (manager) => {
      const repository = new PostcodeDatasetsRepository(manager);
      await repository.complete({ id, ...counts, rejected, bytes, sha256 });
      // Whoever uses another version while this one is read changes what it is measured by.
      await repository.lockCurrent();
      const before = (await repository.list()).find(({ current }) => current);
      const outcome = this.outcomeOf(counts.live, before);
      if (outcome === 'answers') await repository.makeCurrent(id);
      await recordDatasetDeed(manager, 'imported', id);
      this.options.signal.throwIfAborted();
      return { before: before && { version: before.version, live: before.live }, outcome };
    });
  }

  private outcomeOf(live: number, before: DatasetVersion | undefined): ImportOutcome {
    if (live === 0 && before === undefined) {
      throw new PostcodeImportRefused(
        `${this.source.name} has no live postcode. Nothing has changed.`,
      );
    }
    if (this.options.keepCurrent) return 'kept';
    return live === 0 || isHardlyWhole(live, before) ? 'held_back' : 'answers';
  }

  /** `onspd-2025-11`, and `onspd-2025-11-2` where that is taken. */
  private async freeName(kind: DatasetKind, taken: readonly string[]): Promise<string> {
    const name = `${kind}-${this.source.edition ?? (await this.repository.today())}`;
    if (!taken.includes(name)) return name;
    let number = 2;
    while (taken.includes(`${name}-${number}`)) number += 1;
    return `${name}-${number}`;
  }
}
