import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Conditions } from '../organisers/conditions.js';
import type { OrganiserManager } from '../platform/database/database.js';
import { decodeCursor, type Page, toPage } from '../platform/http/keyset-page.js';
import { uuidV7Id } from '../platform/http/text.schema.js';
import type {
  AdminPostcodeDataset,
  PostcodeDatasetsQuery,
} from './postcode-datasets.admin-schemas.js';

const cursorShape = z.tuple([uuidV7Id()]);

/** The versions of the reference data, which tell nothing about people and are every officer's. */
@Injectable()
export class PostcodeDatasetsAdminRepository {
  /** A page of versions, the newest first. */
  async page(
    manager: OrganiserManager,
    query: PostcodeDatasetsQuery,
  ): Promise<Page<AdminPostcodeDataset>> {
    const conditions = new Conditions();
    if (query.cursor !== undefined) {
      const [id] = decodeCursor(query.cursor, cursorShape);
      conditions.add('d.id < $?', id);
    }
    const rows = await manager.query<AdminPostcodeDataset[]>(
      `SELECT d.id, d.version, d.kind, d.state, d.file_name AS "fileName", d.live, d.terminated,
              d.without_position AS "withoutPosition", d.rejected, d.created_at AS "createdAt",
              d.completed_at AS "completedAt", c.dataset_id IS NOT NULL AS current
         FROM postcode_dataset d
         LEFT JOIN current_postcode_dataset c ON c.dataset_id = d.id
         ${conditions.where}
        ORDER BY d.id DESC LIMIT ${query.limit + 1}`,
      conditions.values,
    );
    return toPage(rows, query.limit, ({ id }) => [id]);
  }
}
