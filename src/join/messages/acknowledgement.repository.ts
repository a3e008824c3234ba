import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../../platform/database/database.js';
import type { JoinAnswer } from '../join.schemas.js';

/** What an acknowledgement is made of. */
export interface AcknowledgedSubmission {
  givenName: string;
  email: string | null;
  phone: string | null;
  answer: JoinAnswer;
  isSpam: boolean;
  /** Who has the duty now, and by when. */
  responsible: string;
  dueAt: Date;
  /** The day (`YYYY-MM-DD`) on which an organiser took it; null: the person posted it. */
  spokenOn: string | null;
  /** Somebody has got in touch already, and nobody is to do so any more. */
  alreadyContacted: boolean;
}

@Injectable()
export class AcknowledgementRepository {
  constructor(private readonly database: Database) {}

  async find(
    manager: EntityManager,
    submissionId: string,
  ): Promise<AcknowledgedSubmission | undefined> {
    const [submission] = await this.database.statement<AcknowledgedSubmission>(
      'acknowledged_submission',
      `SELECT s.posted->>'givenName' AS "givenName", s.email, s.phone, s.answer,
              h.state IN ('spam', 'suspected_bot') AS "isSpam",
              u.name AS responsible, f.due_at AS "dueAt", i.conversation_on::text AS "spokenOn",
              coalesce(i.already_contacted, false) AS "alreadyContacted"
         FROM join_submission s
         JOIN join_submission_handling h ON h.submission_id = s.id
         JOIN follow_up f ON f.submission_id = s.id
         JOIN unit u ON u.id = f.unit_id
         LEFT JOIN join_intake i ON i.submission_id = s.id
        WHERE s.id = $1`,
      [submissionId],
      manager,
    );
    return submission;
  }
}
