import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { NewAllocationRow } from './join-rows.js';
import type { JoinInput } from './join.schemas.js';

/** A submission whose allocation is to be settled, locked. */
export interface UnsettledSubmission {
  posted: JoinInput;
  personId: string | null;
  isNewPerson: boolean;
  /** `YYYY-MM-DD`, from the record, else as posted. */
  dateOfBirth: string | null;
}

/** All SQL of allocating somebody anew: the history keeps what was. */
@Injectable()
export class AllocationChangeRepository {
  async find(
    manager: EntityManager,
    submissionId: string,
  ): Promise<UnsettledSubmission | undefined> {
    const rows: UnsettledSubmission[] = await manager.query(
      `SELECT s.posted, h.person_id AS "personId", s.matched_by IS NULL AS "isNewPerson",
              coalesce(p.date_of_birth::text, s.posted->>'dateOfBirth') AS "dateOfBirth"
         FROM join_submission_handling h
         JOIN join_submission s ON s.id = h.submission_id
         LEFT JOIN person p ON p.id = h.person_id
        WHERE h.submission_id = $1 AND h.state <> 'spam'
          FOR UPDATE OF h`,
      [submissionId],
    );
    return rows[0];
  }

  /** Ends the current allocation and begins another; a child stays with the national office. */
  async replaceAllocation(
    manager: EntityManager,
    personId: string,
    allocation: NewAllocationRow,
    isMinor: boolean,
  ): Promise<void> {
    await manager.query(
      `UPDATE allocation SET valid_until = clock_now()
        WHERE person_id = $1 AND valid_until IS NULL`,
      [personId],
    );
    await manager.query(
      `INSERT INTO allocation (id, person_id, method, unit_id, branch_id, region_id, rule_prefix,
                               precision, distance_km, explanation, directory_version,
                               dataset_version)
       SELECT a.id, $1, a.method, a.unit_id, a.branch_id, a.region_id, a.rule_prefix, a.precision,
              a.distance_km, a.explanation, a.directory_version, a.dataset_version
         FROM jsonb_populate_record(NULL::allocation, $2) AS a`,
      [personId, JSON.stringify(allocation)],
    );
    if (isMinor) return;
    await manager.query(
      `UPDATE person SET unit_id = $2, version = version + 1, updated_at = clock_now()
        WHERE id = $1`,
      [personId, allocation.unit_id],
    );
  }

  async moveHandling(manager: EntityManager, submissionId: string, unitId: string): Promise<void> {
    await manager.query(
      `UPDATE join_submission_handling
          SET unit_id = $2, version = version + 1, updated_at = clock_now()
        WHERE submission_id = $1`,
      [submissionId, unitId],
    );
  }
}
