import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** The little that a message about a move may tell, and whether it is still true. */
export interface MoveFacts {
  readonly givenName: string;
  readonly familyName: string | null;
  readonly town: string | null;
  /** The unit that looks after the person at this moment. */
  readonly keeperId: string;
  /** An organiser said where they belong, or took back what one had said. */
  readonly isByHand: boolean;
  /** The unit was to hear that they had come, and never did: they were gone again before. */
  readonly neverHeard: boolean;
}

@Injectable()
export class MoveFactsRepository {
  async find(
    manager: EntityManager,
    allocationId: string,
    unitId: string,
  ): Promise<MoveFacts | undefined> {
    const [facts] = await manager.query<MoveFacts[]>(
      `SELECT p.given_name AS "givenName", p.family_name AS "familyName",
              p.town, p.unit_id AS "keeperId",
              'override' IN (a.method, (
                SELECT before.method FROM allocation before
                 WHERE before.person_id = a.person_id AND before.valid_from < a.valid_from
                 ORDER BY before.valid_from DESC LIMIT 1)) IS TRUE AS "isByHand",
              (SELECT m.state NOT IN ('sending', 'sent') FROM message m
                WHERE m.kind = 'moved_in' AND m.unit_id = $2 AND m.allocation_id = (
                  SELECT before.id FROM allocation before
                   WHERE before.person_id = a.person_id AND before.valid_from < a.valid_from
                   ORDER BY before.valid_from DESC LIMIT 1)) IS TRUE AS "neverHeard"
         FROM allocation a JOIN person p ON p.id = a.person_id
        WHERE a.id = $1`,
      [allocationId, unitId],
    );
    return facts;
  }
}
