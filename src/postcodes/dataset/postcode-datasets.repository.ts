import type { DataSource, EntityManager } from 'typeorm';
import type { DatasetCounts, DatasetKind, DatasetVersion } from './dataset-version.js';

/** A version that an import has begun. */
export interface BegunDataset {
  readonly id: string;
  readonly version: string;
  readonly kind: DatasetKind;
  readonly fileName: string;
  readonly columns: readonly string[];
}

/** What is known of a version when all of its pieces are written. */
export interface CompletedDataset extends DatasetCounts {
  readonly id: string;
  readonly bytes: number;
  readonly sha256: Buffer;
}

/** Held by the session of a running import: while it is, an unfinished version is being worked on. */
const IMPORT_LOCK = `hashtextextended('postcode-import', 0)`;

/**
 * Runs something on one connection of the owner's that is kept until it ends: a pool would close an
 * idle one while a file is read, and the lock of the import with it.
 */
export async function onOneConnection<Result>(
  source: DataSource,
  work: (owner: EntityManager) => Promise<Result>,
): Promise<Result> {
  const runner = source.createQueryRunner();
  try {
    await runner.connect();
    return await work(runner.manager);
  } finally {
    await runner.release();
  }
}

/** What keeping versions of the reference data needs of the database; the manager is the owner's. */
export class PostcodeDatasetsRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Takes the lock of the import for this session. @returns false where another has it. */
  async tryLock(): Promise<boolean> {
    const [row] = await this.manager.query<{ taken: boolean }[]>(
      `SELECT pg_try_advisory_lock(${IMPORT_LOCK}) AS taken`,
    );
    return row?.taken === true;
  }

  async unlock(): Promise<void> {
    await this.manager.query(`SELECT pg_advisory_unlock(${IMPORT_LOCK})`);
  }

  /** Deletes what imports have left unfinished; for who holds the lock. @returns how many. */
  async deleteUnfinished(): Promise<number> {
    const [gone]: [unknown[], number] = await this.manager.query(
      `DELETE FROM postcode_dataset WHERE state = 'importing' RETURNING id`,
    );
    return gone.length;
  }

  /** The day, `YYYY-MM-DD`. */
  async today(): Promise<string> {
    const [row] = await this.manager.query<{ day: string }[]>(
      `SELECT to_char(clock_now() AT TIME ZONE 'Europe/London', 'YYYY-MM-DD') AS day`,
    );
    return row?.day ?? '';
  }

  async insert({ id, version, kind, fileName, columns }: BegunDataset): Promise<void> {
    await this.manager.query(
      `INSERT INTO postcode_dataset (id, version, kind, file_name, columns)
       VALUES ($1, $2, $3, $4, $5)`,
      [id, version, kind, fileName, columns],
    );
  }

  async insertChunk(id: string, number: number, bytes: Buffer): Promise<void> {
    await this.manager.query(
      'INSERT INTO postcode_dataset_chunk (dataset_id, number, bytes) VALUES ($1, $2, $3)',
      [id, number, bytes],
    );
  }

  async complete(done: CompletedDataset): Promise<void> {
    await this.manager.query(
      `UPDATE postcode_dataset
          SET state = 'complete', completed_at = clock_now(), live = $2, terminated = $3,
              without_position = $4, rejected = $5, bytes = $6, sha256 = $7
        WHERE id = $1`,
      [
        done.id,
        done.live,
        done.terminated,
        done.withoutPosition,
        done.rejected,
        done.bytes,
        done.sha256,
      ],
    );
  }

  /** Until the commit no other version is taken into use. */
  async lockCurrent(): Promise<void> {
    await this.manager.query('SELECT FROM current_postcode_dataset FOR UPDATE');
  }

  /** From the commit on every process answers from this version. */
  async makeCurrent(id: string): Promise<void> {
    await this.manager.query(
      'UPDATE current_postcode_dataset SET dataset_id = $1, switched_at = clock_now()',
      [id],
    );
  }

  /** All versions, the newest first. */
  async list(): Promise<DatasetVersion[]> {
    return this.manager.query(
      `SELECT d.id, d.version, d.kind, d.state, d.file_name AS "fileName", d.columns, d.live,
              d.terminated, d.without_position AS "withoutPosition", d.rejected, d.bytes,
              d.created_at AS "createdAt", c.dataset_id IS NOT NULL AS current
         FROM postcode_dataset d
         LEFT JOIN current_postcode_dataset c ON c.dataset_id = d.id
        ORDER BY d.id DESC`,
    );
  }

  async delete(id: string): Promise<void> {
    await this.manager.query('DELETE FROM postcode_dataset WHERE id = $1', [id]);
  }
}
