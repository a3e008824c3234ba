import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';

const PIECE_BYTES = 32 * 1024;

/** The dataset that is in use, as the database names it. */
export interface CurrentDataset {
  readonly id: string;
  readonly version: string;
  readonly bytes: number;
  readonly sha256: Buffer;
  /** Changes with every switch, also with one to the same dataset. */
  readonly switchedAt: string;
}

/** Reads what the locator keeps in memory. */
@Injectable()
export class PostcodeSnapshotRepository {
  constructor(private readonly database: Database) {}

  /** The dataset in use; undefined before the first import. */
  async current(): Promise<CurrentDataset | undefined> {
    const [row] = await this.database.query<CurrentDataset>(
      `SELECT d.id, d.version, d.bytes, d.sha256, c.switched_at::text AS "switchedAt"
         FROM current_postcode_dataset c
         JOIN postcode_dataset d ON d.id = c.dataset_id AND d.state = 'complete'`,
    );
    return row;
  }

  /**
   * The bytes of one chunk, in pieces; none where there is no chunk with that number.
   *
   * They come as hexadecimal text, whatever that costs, because `pg` reads binary results as UTF-8
   * and spoils them. In pieces, because short texts are garbage that costs nothing, where that of a
   * whole chunk would stay for a while.
   */
  async chunk(datasetId: string, number: number): Promise<Buffer[]> {
    const rows = await this.database.query<{ piece: Buffer }>(
      `SELECT substring(c.bytes FROM start + 1 FOR $3::integer) AS piece
         FROM postcode_dataset_chunk c,
              generate_series(0, length(c.bytes) - 1, $3::integer) AS start
        WHERE c.dataset_id = $1 AND c.number = $2
        ORDER BY start`,
      [datasetId, number, PIECE_BYTES],
    );
    return rows.map(({ piece }) => piece);
  }
}
