import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { DutyUnit } from './duty-units.js';
import type { FollowUpAction } from './follow-up-event.js';
import type { ClosingOutcome, FollowUpState } from './follow-up.js';
import type { Office } from '../units/office.js';

/** One line of a duty's history. Times inside JSON are text. */
export interface DutyHistoryLine {
  readonly action: FollowUpAction;
  readonly at: string;
  readonly unitName: string;
  readonly note: string | null;
}

/** What the page of a duty is made from. */
export interface DutyFacts {
  readonly id: string;
  readonly state: FollowUpState;
  readonly assignment: number;
  readonly unitId: string;
  readonly office: Office;
  readonly coveredByStandIn: boolean;
  readonly tries: number;
  readonly dueAt: Date;
  readonly outcome: ClosingOutcome | null;
  readonly closedAt: Date | null;
  readonly now: Date;
  /** The checked input as posted; read with care, since older forms had other fields. */
  readonly posted: Readonly<Record<string, unknown>>;
  /** What the person was answered. */
  readonly answer: Readonly<Record<string, unknown>>;
  readonly email: string | null;
  readonly phone: string | null;
  readonly receivedAt: Date;
  readonly submissionChannel: string;
  /** The day (`YYYY-MM-DD`) of the conversation in which it was taken; null: they posted it. */
  readonly spokenOn: string | null;
  readonly confirmedAt: Date | null;
  readonly acknowledged: { readonly channel: 'email' | 'sms'; readonly at: string } | null;
  readonly history: readonly DutyHistoryLine[];
}

/** Who is to be rung about a duty or, where there is none, about anything. */
export interface PublicContact {
  readonly name: string;
  readonly phone: string | null;
  readonly email: string | null;
}

/** What is read for the one-tap page. */
@Injectable()
export class DutyPageRepository {
  /** A duty with its submission; undefined where it is gone with the person. */
  async find(manager: EntityManager, id: string): Promise<DutyFacts | undefined> {
    const [facts] = await manager.query<DutyFacts[]>(
      `SELECT f.id, f.state, f.assignment, f.unit_id AS "unitId", f.office,
              f.covered_by_stand_in AS "coveredByStandIn", f.tries, f.due_at AS "dueAt", f.outcome,
              f.closed_at AS "closedAt", clock_now() AS now,
              s.posted, s.answer, s.email, s.phone, s.received_at AS "receivedAt",
              s.channel AS "submissionChannel",
              (SELECT i.conversation_on::text FROM join_intake i
                WHERE i.submission_id = s.id) AS "spokenOn",
              h.confirmed_at AS "confirmedAt",
              (SELECT json_build_object('channel', m.channel, 'at', m.sent_at) FROM message m
                WHERE m.submission_id = s.id AND m.kind = 'join_acknowledgement'
                  AND m.state = 'sent' LIMIT 1) AS acknowledged,
              coalesce((
                SELECT json_agg(json_build_object('action', e.action, 'at', e.at, 'note', e.note,
                                                  'unitName', u.name) ORDER BY e.at, e.id)
                  FROM follow_up_event e JOIN unit u ON u.id = e.unit_id
                 WHERE e.follow_up_id = f.id AND e.action <> 'opened'), '[]') AS history
         FROM follow_up f
         JOIN join_submission s ON s.id = f.submission_id
         LEFT JOIN join_submission_handling h ON h.submission_id = s.id
        WHERE f.id = $1`,
      [id],
    );
    return facts;
  }

  /** The national office; undefined before an organisation is imported. */
  async nationalOffice(manager: EntityManager): Promise<PublicContact | undefined> {
    const [office] = await manager.query<PublicContact[]>(
      `SELECT name, phone, email FROM unit WHERE kind = 'national'`,
    );
    return office;
  }
}

/** A duty with the units that stand around it. */
export interface DutyOnPage {
  readonly facts: DutyFacts;
  /** The unit that has it. */
  readonly unit: DutyUnit;
  /** Those above it, up to the national office. */
  readonly above: readonly DutyUnit[];
}
