import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { PlacedPerson } from './placed-person.js';

/**
 * The allocation is looked up for each: joined as a whole, PostgreSQL may read all there are for a
 * few hundred of them.
 */
const PLACED = `
  SELECT p.id, p.version, p.country, p.postcode,
         to_char(p.date_of_birth, 'YYYY-MM-DD') AS "dateOfBirth", p.unit_id AS "keeperId",
         CASE WHEN a.id IS NOT NULL THEN json_build_object(
           'id', a.id, 'method', a.method, 'unitId', a.unit_id, 'branchId', a.branch_id,
           'regionId', a.region_id, 'rulePrefix', a.rule_prefix) END AS allocation,
         coalesce(a.method = 'override'
           AND (a.overridden_until IS NULL OR a.overridden_until > clock_now()), false)
           AS overridden
    FROM person p LEFT JOIN LATERAL (
           SELECT * FROM allocation
            WHERE person_id = p.id AND valid_until IS NULL LIMIT 1) a ON true`;

/** Reads people with where they belong, and locks them for a change of that. */
@Injectable()
export class PlacedPeopleRepository {
  /** Locks somebody for the transaction. @returns false where they do not exist. */
  async lock(manager: EntityManager, personId: string): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      'SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE',
      [personId],
    );
    return rows.length > 0;
  }

  /**
   * As `lock`, within the application's part of an organiser's transaction: somebody who does not
   * belong to the organiser's units, or no longer does after a wait, is not there.
   */
  async lockMine(manager: EntityManager, personId: string): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `SELECT FROM person WHERE id = $1 AND unit_id = ANY ((SELECT my_units())::uuid[])
          FOR NO KEY UPDATE`,
      [personId],
    );
    return rows.length > 0;
  }

  /** Locks many, in the order of their ids, so that two who do so never wait crosswise. */
  async lockAll(manager: EntityManager, personIds: readonly string[]): Promise<void> {
    await manager.query(
      'SELECT FROM person WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE',
      [personIds],
    );
  }

  /**
   * Somebody as they stand now. A statement of its own after the lock: what was read together with
   * it would be as old as the beginning of the wait.
   */
  async find(manager: EntityManager, personId: string): Promise<PlacedPerson | undefined> {
    const [person] = await manager.query<PlacedPerson[]>(`${PLACED} WHERE p.id = $1`, [personId]);
    return person;
  }

  async findAll(manager: EntityManager, personIds: readonly string[]): Promise<PlacedPerson[]> {
    return manager.query<PlacedPerson[]>(`${PLACED} WHERE p.id = ANY ($1::uuid[]) ORDER BY p.id`, [
      personIds,
    ]);
  }

  /** The next people in the order of their ids, after one and up to another. */
  async page(
    manager: EntityManager,
    { after, upTo, limit }: { after: string | null; upTo: string | null; limit: number },
  ): Promise<PlacedPerson[]> {
    return manager.query<PlacedPerson[]>(
      `${PLACED}
        WHERE p.id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000') AND p.id <= $2
        ORDER BY p.id LIMIT $3`,
      [after, upTo, limit],
    );
  }
}
