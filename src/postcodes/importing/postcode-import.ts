import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { newId } from '../../platform/new-id.js';
import type { DatasetCounts, DatasetKind } from '../dataset/dataset-version.js';
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

/** What an import did. */
export interface ImportReport extends DatasetCounts {
  readonly version: string;
  readonly kind: DatasetKind;
  /** Rows that named a postcode once more. */
  readonly repeated: number;
  readonly faults: readonly RowFault[];
  /** Whether it holds any postcode of Northern Ireland. */
  readonly coversNorthernIreland: boolean;
  /** The version that answered before, and how many live postcodes it has. */
  readonly before: { readonly version: string; readonly live: number } | undefined;
}

/**
 * Imports a release as a new version. It is read and checked whole before anything is written, and
 * becomes current in one commit at the end. Whatever happens before leaves the current version as
 * it was: what is cut off is cleared away by the next command, what fails or is interrupted by this
 * one.
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
    await this.write(id, release);
    const { snapshot } = release;
    const before = versions.find(({ current }) => current);
    return {
      version,
      kind: release.kind,
      ...snapshot.counts,
      rejected: release.rejected,
      repeated: snapshot.repeated,
      faults: release.faults,
      coversNorthernIreland: snapshot.outcodes.some((outcode) => /^BT\d/.test(outcode)),
      before: before && { version: before.version, live: before.live },
    };
  }

  private async write(id: string, { snapshot, rejected }: ReadRelease): Promise<void> {
    const { signal, keepCurrent } = this.options;
    const hash = createHash('sha256');
    let number = 0;
    for (const chunk of snapshot.chunks()) {
      signal.throwIfAborted();
      hash.update(chunk);
      await this.repository.insertChunk(id, number, chunk);
      number += 1;
    }
    const { counts, bytes } = snapshot;
    await this.owner.transaction(async (manager) => {
      const repository = new PostcodeDatasetsRepository(manager);
      await repository.complete({ id, ...counts, rejected, bytes, sha256: hash.digest() });
      if (!keepCurrent) await repository.makeCurrent(id);
      await recordDatasetDeed(manager, 'imported', id);
      signal.throwIfAborted();
    });
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
