import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { JoinInput } from './join.schemas.js';

/** A submission whose allocation is to be settled. */
export interface UnsettledSubmission {
  posted: JoinInput;
  personId: string | null;
  isNewPerson: boolean;
  /** `YYYY-MM-DD`, from the record, else as posted. */
  dateOfBirth: string | null;
}

/** All SQL of settling what was taken while the locator was down. */
@Injectable()
export class UnsettledSubmissionsRepository {
  /** Undefined where nobody is to be followed up. */
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
        WHERE h.submission_id = $1 AND h.state <> 'spam'`,
      [submissionId],
    );
    return rows[0];
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
