import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Office } from '../units/office.js';

/** Whom somebody's open duties are to lie with. Keys are those of the columns. */
export interface DutyRelocation {
  readonly person_id: string;
  /** Whose the person is now: they see the submission too. */
  readonly keeper_id: string;
  /** Who looks after the duty: the keeper, or the first above that can be told. */
  readonly unit_id: string;
  readonly office: Office;
}

/** A duty that has been given to another unit. */
export interface RelocatedDuty {
  readonly id: string;
  readonly personId: string;
  readonly assignment: number;
  readonly remindAt: Date;
}

/** Gives the duties about many people to other units at once. */
@Injectable()
export class DutyRelocationsRepository {
  /**
   * @param nextEvenings when somebody who gets a duty late is reminded, by the duty's calendar.
   * @param requestId the request that led to it, for the audit trail.
   */
  async relocate(
    manager: EntityManager,
    relocations: readonly DutyRelocation[],
    nextEvenings: Readonly<Record<string, string>>,
    requestId: string | null,
  ): Promise<RelocatedDuty[]> {
    return manager.query<RelocatedDuty[]>(
      `WITH wanted AS MATERIALIZED (
         SELECT * FROM jsonb_to_recordset($1::jsonb) AS w (
           person_id uuid, keeper_id uuid, unit_id uuid, office text)
       ), locked AS MATERIALIZED (
         SELECT f.id, f.unit_id AS from_unit_id, w.keeper_id, w.unit_id, w.office
           FROM wanted w JOIN follow_up f ON f.person_id = w.person_id
          WHERE f.state IN ('open', 'acknowledged', 'no_answer')
            AND (f.unit_id <> w.unit_id OR f.office <> w.office)
          ORDER BY f.id FOR NO KEY UPDATE OF f
       ), moved AS (
         UPDATE follow_up f
            SET unit_id = l.unit_id, office = l.office, covered_by_stand_in = false,
                state = 'open', assignment = f.assignment + 1, version = f.version + 1,
                remind_at = CASE WHEN f.remind_at > clock_now() THEN f.remind_at
                                 ELSE ($2::jsonb ->> f.calendar)::timestamptz END,
                updated_at = clock_now()
           FROM locked l WHERE f.id = l.id
         RETURNING f.id, f.person_id, f.submission_id, f.assignment, f.remind_at,
                   l.from_unit_id, l.keeper_id
       ), events AS (
         INSERT INTO follow_up_event (id, follow_up_id, action, actor_kind, unit_id)
         SELECT uuid_v7(), id, 'reassigned', 'system', from_unit_id FROM moved
       ), audited AS (
         INSERT INTO audit_event (id, actor_kind, action, subject_kind, subject_id, request_id)
         SELECT uuid_v7(), 'system', 'follow_up.reassigned', 'follow_up', id, $3 FROM moved
       ), handled AS (
         UPDATE join_submission_handling h
            SET unit_id = m.keeper_id, version = h.version + 1, updated_at = clock_now()
           FROM moved m WHERE h.submission_id = m.submission_id AND h.unit_id <> m.keeper_id
       )
       SELECT id, person_id AS "personId", assignment, remind_at AS "remindAt" FROM moved`,
      [JSON.stringify(relocations), JSON.stringify(nextEvenings), requestId],
    );
  }
}
