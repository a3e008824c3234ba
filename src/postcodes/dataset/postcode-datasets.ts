import type { EntityManager } from 'typeorm';
import { recordCommand } from '../../audit/audit.js';
import type { DatasetVersion } from './dataset-version.js';
import { PostcodeDatasetRefused } from './postcode-datasets.errors.js';
import { PostcodeDatasetsRepository } from './postcode-datasets.repository.js';

export interface ListedDatasets {
  /** The newest first. */
  readonly versions: readonly DatasetVersion[];
  /** Whether an import is at work at this moment. */
  readonly importRuns: boolean;
}

/** The versions of the reference data, for whoever runs the command line. */
export class PostcodeDatasets {
  private readonly repository: PostcodeDatasetsRepository;

  /** @param owner on one connection of the owner's: the application may only read versions. */
  constructor(private readonly owner: EntityManager) {
    this.repository = new PostcodeDatasetsRepository(owner);
  }

  /** All versions; what a killed import has left is cleared away before. */
  async list(): Promise<ListedDatasets> {
    const importRuns = !(await this.clearUnfinished());
    return { versions: await this.repository.list(), importRuns };
  }

  /**
   * Lets a version answer from now on.
   *
   * @throws PostcodeDatasetRefused for one that is not there, or not whole.
   */
  async use(version: string): Promise<DatasetVersion> {
    const found = await this.find(version);
    if (found.state !== 'complete') {
      throw new PostcodeDatasetRefused(`${version} is still being imported.`);
    }
    await this.owner.transaction(async (manager) => {
      await new PostcodeDatasetsRepository(manager).makeCurrent(found.id);
      await recordDatasetDeed(manager, 'used', found.id);
    });
    return found;
  }

  /**
   * Deletes a version.
   *
   * @throws PostcodeDatasetRefused for the current one, one that is being imported, and one that is
   *   not there.
   */
  async remove(version: string): Promise<void> {
    const found = await this.find(version);
    if (found.current) {
      throw new PostcodeDatasetRefused(
        `${version} is in use: let another version answer first (postcodes use VERSION).`,
      );
    }
    if (found.state !== 'complete') {
      throw new PostcodeDatasetRefused(`${version} is still being imported.`);
    }
    await this.owner.transaction(async (manager) => {
      await new PostcodeDatasetsRepository(manager).delete(found.id);
      await recordDatasetDeed(manager, 'removed', found.id);
    });
  }

  private async find(version: string): Promise<DatasetVersion> {
    const { versions } = await this.list();
    const found = versions.find((one) => one.version === version);
    if (found !== undefined) return found;
    const names = versions.map((one) => one.version).join(', ');
    throw new PostcodeDatasetRefused(
      `There is no version ${version}. ${names === '' ? 'None has been imported.' : `There are: ${names}.`}`,
    );
  }

  /** @returns false where an import runs, whose unfinished version it is. */
  private async clearUnfinished(): Promise<boolean> {
    if (!(await this.repository.tryLock())) return false;
    try {
      await this.repository.deleteUnfinished();
      return true;
    } finally {
      await this.repository.unlock();
    }
  }
}

/** Writes into the audit trail what the command line did to a version. */
export async function recordDatasetDeed(
  manager: EntityManager,
  deed: 'imported' | 'used' | 'removed',
  id: string,
): Promise<void> {
  await recordCommand(manager, `postcode_dataset.${deed}`, 'postcode_dataset', id);
}
