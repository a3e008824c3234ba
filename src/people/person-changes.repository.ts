import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PLACE_COLUMNS, joinUnit } from '../organisers/record-columns.js';
import type { PersonColumns } from './person-change.js';
import type { PersonRecord } from './people.admin-schemas.js';

/** Changes records, in the application's part of an organiser's transaction. */
@Injectable()
export class PersonChangesRepository {
  /** What stands on the record of somebody who is locked, and its version. */
  async columns(
    manager: EntityManager,
    id: string,
  ): Promise<{ columns: PersonColumns; version: number } | undefined> {
    const [row] = await manager.query<(PersonColumns & { version: number })[]>(
      `SELECT given_name, family_name, to_char(date_of_birth, 'YYYY-MM-DD') AS date_of_birth,
              country, postcode, address_line1, address_line2, town, version
         FROM person WHERE id = $1`,
      [id],
    );
    if (row === undefined) return undefined;
    const { version, ...columns } = row;
    return { columns, version };
  }

  /** Sets these columns of the record and moves its version on. */
  async change(
    manager: EntityManager,
    id: string,
    before: PersonColumns,
    changed: Partial<PersonColumns>,
  ): Promise<void> {
    await manager.query(
      `UPDATE person p
          SET given_name = c.given_name, family_name = c.family_name,
              date_of_birth = c.date_of_birth, country = c.country, postcode = c.postcode,
              address_line1 = c.address_line1, address_line2 = c.address_line2, town = c.town,
              version = p.version + 1, updated_at = clock_now()
         FROM jsonb_to_record($2) AS c (
           given_name text, family_name text, date_of_birth date, country text, postcode text,
           address_line1 text, address_line2 text, town text)
        WHERE p.id = $1`,
      [id, JSON.stringify({ ...before, ...changed })],
    );
  }

  /** The record itself, as it is answered to whoever has just changed it. */
  async record(manager: EntityManager, id: string): Promise<PersonRecord | undefined> {
    const [record] = await manager.query<PersonRecord[]>(
      `SELECT p.id, p.given_name AS "givenName", p.family_name AS "familyName", p.status,
              to_char(p.date_of_birth, 'YYYY-MM-DD') AS "dateOfBirth", p.country, p.postcode,
              json_build_object('line1', p.address_line1, 'line2', p.address_line2,
                                'town', p.town) AS address,
              ${PLACE_COLUMNS}, p.version, p.updated_at AS "updatedAt"
         FROM person p ${joinUnit('p.unit_id')} WHERE p.id = $1`,
      [id],
    );
    return record;
  }
}
