import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Conditions } from '../../organisers/conditions.js';
import { unitWithId, utc } from '../../organisers/record-columns.js';
import type { OrganiserManager } from '../../platform/database/database.js';
import { decodeCursor, type Page, toPage } from '../../platform/http/keyset-page.js';
import { uuidV7Id } from '../../platform/http/text.schema.js';
import type {
  OrganiserRecord,
  OrganisersQuery,
  OrganiserSummary,
} from './organisers.admin-schemas.js';

/** Name, then id. */
const cursorShape = z.tuple([z.string(), uuidV7Id()]);

/** The policies show more: whoever once held a grant in sight, for the history of grants. */
const IN_SIGHT =
  '(SELECT administers_everybody()) OR o.id = ANY ((SELECT my_organisers())::uuid[]) ' +
  'OR o.id = my_organiser_id()';

/** Asked once a statement: which grants the caller may know of. */
const WITH_GRANTS = 'WITH seen AS MATERIALIZED (SELECT * FROM grants_in_sight())';

const COLUMNS = `o.id, o.email, o.name, o.disabled_at AS "disabledAt",
  o.created_at AS "createdAt", o.updated_at AS "updatedAt",
  coalesce((
    SELECT json_agg(json_build_object(
             'id', g.id, 'role', g.role, 'unit', ${unitWithId('gu')},
             'validFrom', ${utc('g.valid_from')}, 'validUntil', ${utc('g.valid_until')})
             ORDER BY g.valid_from, g.id)
      FROM seen g JOIN unit gu ON gu.id = g.unit_id
     WHERE g.organiser_id = o.id), '[]') AS grants`;

/** What became of closing or opening an account. */
export type AccountOutcome = 'done' | 'unchanged' | 'own_account' | 'not_allowed';

/** Accounts as organisers see them; policies show each the accounts that they may know of. */
@Injectable()
export class OrganisersAdminRepository {
  /** A page of accounts, by name. */
  async page(manager: OrganiserManager, query: OrganisersQuery): Promise<Page<OrganiserSummary>> {
    const conditions = new Conditions().addUpdatedSince('o.updated_at', query).add(IN_SIGHT);
    if (query.q !== undefined) {
      conditions.add(
        'strpos(lower(o.name), lower($?)) > 0 OR strpos(o.email, lower($?)) > 0',
        query.q,
        query.q,
      );
    }
    if (query.unit !== undefined) {
      conditions.add(
        'o.id IN (SELECT g.organiser_id FROM grants_in_sight() g WHERE g.unit_id = $?)',
        query.unit,
      );
    }
    const total =
      query.count === true ? await conditions.count(manager, 'FROM organiser o') : undefined;
    if (query.cursor !== undefined) {
      conditions.add('(o.name, o.id) > ($?, $?)', ...decodeCursor(query.cursor, cursorShape));
    }
    const rows = await manager.query<OrganiserSummary[]>(
      `${WITH_GRANTS} SELECT ${COLUMNS} FROM organiser o ${conditions.where}
        ORDER BY o.name, o.id LIMIT ${query.limit + 1}`,
      conditions.values,
    );
    const page = toPage(rows, query.limit, ({ name, id }) => [name, id]);
    return total === undefined ? page : { ...page, total };
  }

  /** One account; undefined for one that is out of sight. */
  async organiser(manager: OrganiserManager, id: string): Promise<OrganiserRecord | undefined> {
    const [record] = await manager.query<OrganiserRecord[]>(
      `${WITH_GRANTS}
       SELECT ${COLUMNS}, o.version,
              CASE WHEN administers_everybody() THEN o.disabled_reason END AS "disabledReason",
              last_sign_in_day(o.id)::text AS "lastSignInOn",
              coalesce((
                SELECT json_agg(json_build_object(
                         'id', p.id, 'office', p.office, 'unit', ${unitWithId('pu')},
                         'as', CASE WHEN p.holder_id = o.id THEN 'holder' ELSE 'stand_in' END)
                         ORDER BY pu.kind, pu.slug, p.office)
                  FROM post p JOIN unit pu ON pu.id = p.unit_id
                 WHERE o.id IN (p.holder_id, p.stand_in_id)), '[]') AS posts
         FROM organiser o WHERE o.id = $1 AND (${IN_SIGHT})`,
      [id],
    );
    return record;
  }

  /** Whether the caller administers the whole organisation. */
  async administersEverybody(manager: OrganiserManager): Promise<boolean> {
    const [row] = await manager.query<{ does: boolean }[]>(
      'SELECT administers_everybody() AS does',
    );
    return row?.does === true;
  }

  /** Gives an account another name if it still has this version. @returns whether it had. */
  async rename(
    manager: OrganiserManager,
    id: string,
    version: number,
    name: string,
  ): Promise<boolean> {
    const [, renamed] = await manager.query<[unknown[], number]>(
      'UPDATE organiser SET name = $3 WHERE id = $1 AND version = $2',
      [id, version, name],
    );
    return renamed === 1;
  }

  /** Closes an account. */
  async close(
    manager: OrganiserManager,
    id: string,
    reason: string | null,
  ): Promise<AccountOutcome> {
    const [row] = await manager.query<{ outcome: AccountOutcome }[]>(
      'SELECT close_account($1, $2) AS outcome',
      [id, reason],
    );
    return row?.outcome ?? 'not_allowed';
  }

  /** Opens an account that was closed. */
  async open(manager: OrganiserManager, id: string): Promise<AccountOutcome> {
    const [row] = await manager.query<{ outcome: AccountOutcome }[]>(
      'SELECT open_account($1) AS outcome',
      [id],
    );
    return row?.outcome ?? 'not_allowed';
  }
}
