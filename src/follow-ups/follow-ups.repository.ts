import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newId } from '../platform/new-id.js';
import { Database } from '../platform/database/database.js';
import type { DutyUnit } from './duty-units.js';
import type { NewFollowUpEvent } from './follow-up-event.js';
import type { ClosingOutcome, FollowUp } from './follow-up.js';
import type { Office } from '../units/office.js';

/** A duty that is given to somebody else. */
export interface NewAssignment {
  readonly unitId: string;
  readonly office: Office;
  readonly coveredByStandIn: boolean;
  readonly remindAt: Date;
}

/** The little of a submission that a notice tells. */
export interface NoticeFacts {
  readonly givenName: string;
  readonly familyName: string | null;
  readonly town: string | null;
}

/** All SQL that changes duties. */
@Injectable()
export class FollowUpsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Locks a duty for the transaction. Whoever changes one goes through here first: two presses at
   * once come one after the other. It reads columns of the row alone: after a wait for the lock they
   * are fresh, while a subselect would still see what was before the wait.
   */
  async lock(manager: EntityManager, id: string): Promise<FollowUp | undefined> {
    const [followUp] = await this.database.statement<FollowUp>(
      'follow_up_lock',
      `SELECT id, kind, submission_id AS "submissionId", unit_id AS "unitId", office, calendar,
              state, due_at AS "dueAt", remind_at AS "remindAt", tries,
              covered_by_stand_in AS "coveredByStandIn", assignment, outcome,
              closed_at AS "closedAt", clock_now() AS now,
              CASE WHEN state = 'no_answer' THEN updated_at END AS "lastTryAt"
         FROM follow_up WHERE id = $1
          FOR NO KEY UPDATE`,
      [id],
      manager,
    );
    return followUp;
  }

  /** The open duty of a submission. */
  async idOfSubmission(manager: EntityManager, submissionId: string): Promise<string | undefined> {
    const [row] = await manager.query<{ id: string }[]>(
      `SELECT id FROM follow_up WHERE kind = 'join' AND submission_id = $1`,
      [submissionId],
    );
    return row?.id;
  }

  /**
   * The duties about somebody that are not closed, locked: whoever changes more about a person takes
   * these locks first, in the order of the ids, and then those of submissions.
   */
  async openOfPerson(manager: EntityManager, personId: string): Promise<string[]> {
    const rows = await manager.query<{ id: string }[]>(
      `SELECT id FROM follow_up
        WHERE person_id = $1 AND state IN ('open', 'acknowledged', 'no_answer')
        ORDER BY id FOR NO KEY UPDATE`,
      [personId],
    );
    return rows.map(({ id }) => id);
  }

  /** Lets a unit see the submissions whose duties are still to be done for somebody who is theirs now. */
  async moveOpenHandlings(manager: EntityManager, personId: string, unitId: string): Promise<void> {
    await manager.query(
      `UPDATE join_submission_handling h
          SET unit_id = $2, version = h.version + 1, updated_at = clock_now()
         FROM follow_up f
        WHERE f.person_id = $1 AND f.state IN ('open', 'acknowledged', 'no_answer')
          AND h.submission_id = f.submission_id AND h.unit_id <> $2`,
      [personId, unitId],
    );
  }

  /** The unit and all above it, in this order, with their posts. */
  async unitsUpwards(manager: EntityManager, unitId: string): Promise<DutyUnit[]> {
    return this.database.statement<DutyUnit>(
      'follow_up_units_upwards',
      `WITH RECURSIVE way AS (
         SELECT u.*, 0 AS step FROM unit u WHERE u.id = $1
         UNION ALL
         SELECT u.*, way.step + 1 FROM unit u JOIN way ON u.id = way.parent_id
       )
       SELECT id, kind, name, phone, email, closed_at IS NOT NULL AS closed,
              coalesce((
                SELECT json_agg(json_build_object('office', p.office, 'holderEmail', h.email,
                                                  'standInEmail', s.email))
                  FROM officers_of(ARRAY[way.id]) p
                  LEFT JOIN organiser h ON h.id = coalesce(p.cover_id, p.holder_id)
                  LEFT JOIN organiser s ON s.id = p.stand_in_id), '[]') AS posts
         FROM way ORDER BY step`,
      [unitId],
      manager,
    );
  }

  /** What a notice may tell of the person. */
  async noticeFacts(manager: EntityManager, submissionId: string): Promise<NoticeFacts> {
    const [facts] = await this.database.statement<NoticeFacts>(
      'follow_up_notice_facts',
      `SELECT posted->>'givenName' AS "givenName", posted->>'familyName' AS "familyName",
              posted->'address'->>'town' AS town
         FROM join_submission WHERE id = $1`,
      [submissionId],
      manager,
    );
    if (facts === undefined) throw new Error('A duty has lost its submission.');
    return facts;
  }

  /** Closes a duty; `closedBy` is null for whoever held the link. */
  async close(
    manager: EntityManager,
    id: string,
    closing: {
      state: 'done' | 'declined';
      outcome: ClosingOutcome;
      tries: number;
      note: string | null;
      closedBy: string | null;
    },
  ): Promise<void> {
    await manager.query(
      `UPDATE follow_up
          SET state = $2, outcome = $3, tries = $4, note = $5, closed_by = $6,
              closed_at = clock_now(), version = version + 1, updated_at = clock_now()
        WHERE id = $1`,
      [id, closing.state, closing.outcome, closing.tries, closing.note, closing.closedBy],
    );
  }

  /** Keeps with the submission how its duty ended, unless somebody has dealt with it otherwise. */
  async closeHandling(
    manager: EntityManager,
    submissionId: string,
    closing: { outcome: ClosingOutcome; note: string | null; handledBy: string | null },
  ): Promise<void> {
    await manager.query(
      `UPDATE join_submission_handling
          SET state = CASE $2 WHEN 'contacted' THEN 'contacted' WHEN 'not_ours' THEN 'declined'
                              ELSE state END,
              outcome = $2, note = $3, handled_by = $4, handled_at = clock_now(),
              version = version + 1, updated_at = clock_now()
        WHERE submission_id = $1 AND state = 'received'`,
      [submissionId, closing.outcome, closing.note, closing.handledBy],
    );
  }

  async recordTry(manager: EntityManager, id: string, tries: number): Promise<void> {
    await manager.query(
      `UPDATE follow_up
          SET state = 'no_answer', tries = $2, version = version + 1, updated_at = clock_now()
        WHERE id = $1`,
      [id, tries],
    );
  }

  /**
   * Gives a duty to somebody else: links of earlier assignments are dead, the time it is due stays.
   *
   * @returns the number of the new assignment.
   */
  async assign(manager: EntityManager, id: string, to: NewAssignment): Promise<number> {
    const [[row]] = await manager.query<[{ assignment: number }[], number]>(
      `UPDATE follow_up
          SET unit_id = $2, office = $3, covered_by_stand_in = $4, remind_at = $5, state = 'open',
              assignment = assignment + 1, version = version + 1, updated_at = clock_now()
        WHERE id = $1
        RETURNING assignment`,
      [id, to.unitId, to.office, to.coveredByStandIn, to.remindAt],
    );
    if (row === undefined) throw new Error('A duty that was locked is gone.');
    return row.assignment;
  }

  async addEvent(manager: EntityManager, event: NewFollowUpEvent): Promise<void> {
    await manager.query(
      `INSERT INTO follow_up_event (id, follow_up_id, action, actor_kind, actor_id, unit_id, note)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        newId(),
        event.followUpId,
        event.action,
        event.actorKind,
        event.actorId,
        event.unitId,
        event.note,
      ],
    );
  }
}
