import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { NewAllocationRow } from '../allocation-row.js';

/** An allocation with what makes it an organiser's deed. */
export interface PlacementRow extends NewAllocationRow {
  decided_by: string | null;
  /** Of an override, in the organiser's words. */
  reason: string | null;
  /** When an override ends by itself. */
  overridden_until: string | null;
}

/** What changes when somebody comes to belong elsewhere: the history keeps what was. */
@Injectable()
export class MovesRepository {
  /** The version of the organisation that decisions of this moment have to be made from. */
  async directoryVersion(manager: EntityManager): Promise<string> {
    const [row] = await manager.query<{ version: string }[]>(
      'SELECT version::text FROM directory_version',
    );
    return row?.version ?? '0';
  }

  /** Ends the current allocation and begins another. The person is locked. */
  async replaceAllocation(
    manager: EntityManager,
    personId: string,
    allocation: PlacementRow,
  ): Promise<void> {
    await manager.query(
      `UPDATE allocation SET valid_until = clock_now()
        WHERE person_id = $1 AND valid_until IS NULL`,
      [personId],
    );
    await manager.query(
      `INSERT INTO allocation (id, person_id, method, unit_id, branch_id, region_id, rule_prefix,
                               precision, distance_km, explanation, directory_version,
                               dataset_version, reason, overridden_until, decided_by, valid_from)
       SELECT a.id, $1, a.method, a.unit_id, a.branch_id, a.region_id, a.rule_prefix, a.precision,
              a.distance_km, a.explanation, a.directory_version, a.dataset_version, a.reason,
              a.overridden_until, a.decided_by,
              -- From the moment at which the one before ended: nobody belongs nowhere in between.
              coalesce((SELECT max(valid_until) FROM allocation WHERE person_id = $1), clock_now())
         FROM jsonb_populate_record(NULL::allocation, $2) AS a`,
      [personId, JSON.stringify(allocation)],
    );
  }

  /** Brings somebody under the eyes of another unit's officers. */
  async setKeeper(manager: EntityManager, personId: string, unitId: string): Promise<void> {
    await manager.query(
      `UPDATE person SET unit_id = $2, version = version + 1, updated_at = clock_now()
        WHERE id = $1`,
      [personId, unitId],
    );
  }

  /** Whose allocation this is. */
  async personOf(manager: EntityManager, allocationId: string): Promise<string | undefined> {
    const [row] = await manager.query<{ personId: string }[]>(
      'SELECT person_id AS "personId" FROM allocation WHERE id = $1',
      [allocationId],
    );
    return row?.personId;
  }
}
