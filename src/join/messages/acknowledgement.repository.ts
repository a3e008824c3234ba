import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { JoinAnswer } from '../join.schemas.js';

/** What an acknowledgement is made of. */
export interface AcknowledgedSubmission {
  givenName: string;
  email: string | null;
  phone: string | null;
  answer: JoinAnswer;
  isSpam: boolean;
}

@Injectable()
export class AcknowledgementRepository {
  async find(
    manager: EntityManager,
    submissionId: string,
  ): Promise<AcknowledgedSubmission | undefined> {
    const rows: AcknowledgedSubmission[] = await manager.query(
      `SELECT s.posted->>'givenName' AS "givenName", s.email, s.phone, s.answer,
              h.state IN ('spam', 'suspected_bot') AS "isSpam"
         FROM join_submission s JOIN join_submission_handling h ON h.submission_id = s.id
        WHERE s.id = $1`,
      [submissionId],
    );
    return rows[0];
  }
}
