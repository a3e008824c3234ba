import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Conditions } from '../organisers/conditions.js';
import { unitWithId, utc } from '../organisers/record-columns.js';
import type { OrganiserManager } from '../platform/database/database.js';
import { decodeCursor, type Page, toPage } from '../platform/http/keyset-page.js';
import type { AdminPost, PostsQuery } from './posts.admin-schemas.js';

/** Kind and slug of the unit, then the office: together they are one post. */
const cursorShape = z.tuple([z.string(), z.string(), z.string()]);

const officer = (column: string) => `CASE WHEN ${column} IS NOT NULL
  THEN json_build_object('id', ${column}, 'name', officer_name(${column})) END`;

const COLUMNS = `p.id, p.office, p.version, p.updated_at AS "updatedAt",
  ${unitWithId('u')} AS unit,
  ${officer('p.holder_id')} AS holder, ${officer('p.stand_in_id')} AS "standIn",
  officers.holder_id IS NULL AS vacant,
  coalesce((
    SELECT json_agg(json_build_object('id', c.id, 'organiser', ${officer('c.organiser_id')},
                                      'from', ${utc('c.valid_from')},
                                      'until', ${utc('c.valid_until')}) ORDER BY c.valid_from)
      FROM post_cover c
     WHERE c.post_id = p.id AND c.valid_until > clock_now() AND c.valid_until > c.valid_from),
    '[]') AS covers`;
const FROM = `FROM post p JOIN unit u ON u.id = p.unit_id
  JOIN my_officers() officers ON officers.post_id = p.id`;
const CHANGEABLE = 'p.unit_id = ANY ((SELECT my_units_to_change())::uuid[]) AS changeable';

/** Posts as organisers see and change them; policies let through those of the caller's units. */
@Injectable()
export class PostsAdminRepository {
  /** A page of posts of open units, by kind and slug of the unit. */
  async page(manager: OrganiserManager, query: PostsQuery): Promise<Page<AdminPost>> {
    const conditions = new Conditions().add('u.closed_at IS NULL');
    conditions.addUpdatedSince('p.updated_at', query);
    if (query.unit !== undefined) conditions.add('p.unit_id = $?', query.unit);
    if (query.vacant === true) conditions.add('officers.holder_id IS NULL');
    const total = query.count === true ? await conditions.count(manager, FROM) : undefined;
    if (query.cursor !== undefined) {
      const position = decodeCursor(query.cursor, cursorShape);
      conditions.add('(u.kind, u.slug, p.office) > ($?, $?, $?)', ...position);
    }
    const rows = await manager.query<AdminPost[]>(
      `SELECT ${COLUMNS} ${FROM} ${conditions.where}
        ORDER BY u.kind, u.slug, p.office LIMIT ${query.limit + 1}`,
      conditions.values,
    );
    const page = toPage(rows, query.limit, ({ unit, office }) => [unit.kind, unit.slug, office]);
    return total === undefined ? page : { ...page, total };
  }

  /** The post of an id; undefined for one that does not exist or is out of sight. */
  async post(
    manager: OrganiserManager,
    id: string,
  ): Promise<(AdminPost & { changeable: boolean }) | undefined> {
    const [post] = await manager.query<(AdminPost & { changeable: boolean })[]>(
      `SELECT ${COLUMNS}, ${CHANGEABLE} ${FROM} WHERE p.id = $1`,
      [id],
    );
    return post;
  }

  /** Whether somebody has an account and a role that reaches this unit. */
  async mayHold(manager: OrganiserManager, organiserId: string, unitId: string): Promise<boolean> {
    const [row] = await manager.query<{ may: boolean }[]>('SELECT may_hold_post($1, $2) AS may', [
      organiserId,
      unitId,
    ]);
    return row?.may === true;
  }

  /** Puts somebody or nobody into a post if it still has this version. @returns whether it had. */
  async change(
    manager: OrganiserManager,
    id: string,
    version: number,
    { holderId, standInId }: { holderId: string | null; standInId: string | null },
  ): Promise<boolean> {
    const [, changed] = await manager.query<[unknown[], number]>(
      'UPDATE post SET holder_id = $3, stand_in_id = $4 WHERE id = $1 AND version = $2',
      [id, version, holderId, standInId],
    );
    return changed === 1;
  }
}
