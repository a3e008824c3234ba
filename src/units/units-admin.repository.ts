import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Conditions } from '../organisers/conditions.js';
import { newId } from '../platform/new-id.js';
import type { OrganiserManager } from '../platform/database/database.js';
import { decodeCursor, type Page, type PageQuery, toPage } from '../platform/http/keyset-page.js';
import { USUAL_OFFICE } from './office.js';
import type { AdminBranch, AdminRegion, BranchesQuery } from './units.admin-schemas.js';

/** Counting people stops here. */
const COUNTED_AT_MOST = 10_000;

const cursorShape = z.tuple([z.string()]);

const COMMON = `u.id, u.slug, u.name, u.phone, u.email, u.version, u.created_at AS "createdAt",
  u.updated_at AS "updatedAt"`;
const BRANCH = `${COMMON}, json_build_object('slug', r.slug, 'name', r.name) AS region, u.town,
  u.meets, u.venue, u.closed_at AS "closedAt",
  CASE WHEN u.latitude IS NOT NULL
       THEN json_build_object('lat', u.latitude, 'long', u.longitude) END AS position,
  json_build_object('position', u.publishes_position, 'venue', u.publishes_venue) AS publishes`;

/** The directory is public, so that its policy lets all of it through: each query narrows itself. */
const MINE = 'u.id = ANY ((SELECT my_units())::uuid[])';
const CHANGEABLE = 'u.id = ANY ((SELECT my_units_to_change())::uuid[]) AS changeable';

/** Columns of a unit that a change may set, in the names of the table. */
export interface UnitColumns {
  name?: string;
  phone?: string | null;
  email?: string | null;
  town?: string | null;
  meets?: string | null;
  venue?: string | null;
  latitude?: number | null;
  longitude?: number | null;
  publishes_position?: boolean;
  publishes_venue?: boolean;
  closed_at?: string | null;
}

/** A unit that is to be made, below another. */
export interface NewUnit extends UnitColumns {
  kind: 'region' | 'branch';
  parentId: string;
  slug: string;
  name: string;
}

type Found<Unit> = Unit & { readonly changeable: boolean };

/** Regions and branches as organisers see and change them, under the policies of one organiser. */
@Injectable()
export class UnitsAdminRepository {
  /** A page of regions, by slug. */
  async regions(manager: OrganiserManager, query: PageQuery): Promise<Page<AdminRegion>> {
    const conditions = new Conditions().add(`${MINE} AND u.kind = 'region'`);
    return this.page(manager, query, conditions, `SELECT ${COMMON} FROM unit u`);
  }

  /** A page of branches, by slug. */
  async branches(manager: OrganiserManager, query: BranchesQuery): Promise<Page<AdminBranch>> {
    const conditions = new Conditions().add(`${MINE} AND u.kind = 'branch'`);
    conditions.addPlaces('u.id', { region: query.region });
    if (query.state === 'open') conditions.add('u.closed_at IS NULL');
    if (query.state === 'closed') conditions.add('u.closed_at IS NOT NULL');
    const selection = `SELECT ${BRANCH} FROM unit u JOIN unit r ON r.id = u.parent_id`;
    return this.page(manager, query, conditions, selection);
  }

  /** The region of an id; undefined for one that does not exist or is out of sight. */
  async region(manager: OrganiserManager, id: string): Promise<Found<AdminRegion> | undefined> {
    const [region] = await manager.query<Found<AdminRegion>[]>(
      `SELECT ${COMMON}, ${CHANGEABLE} FROM unit u
        WHERE u.id = $1 AND u.kind = 'region' AND ${MINE}`,
      [id],
    );
    return region;
  }

  /** The branch of an id; undefined for one that does not exist or is out of sight. */
  async branch(manager: OrganiserManager, id: string): Promise<Found<AdminBranch> | undefined> {
    const [branch] = await manager.query<Found<AdminBranch>[]>(
      `SELECT ${BRANCH}, ${CHANGEABLE} FROM unit u JOIN unit r ON r.id = u.parent_id
        WHERE u.id = $1 AND u.kind = 'branch' AND ${MINE}`,
      [id],
    );
    return branch;
  }

  /** The national office, where the caller may change it and so make regions below it. */
  async nationalOfficeToChange(manager: OrganiserManager): Promise<string | undefined> {
    const [office] = await manager.query<{ id: string }[]>(
      `SELECT u.id FROM unit u
        WHERE u.kind = 'national' AND u.id = ANY ((SELECT my_units_to_change())::uuid[])`,
    );
    return office?.id;
  }

  /** The open region of a slug, if it is the caller's. */
  async openRegion(manager: OrganiserManager, slug: string): Promise<string | undefined> {
    const [region] = await manager.query<{ id: string }[]>(
      `SELECT u.id FROM unit u
        WHERE u.kind = 'region' AND u.slug = $1 AND u.closed_at IS NULL AND ${MINE}`,
      [slug],
    );
    return region?.id;
  }

  /**
   * Makes a unit with the office of its kind, vacant. What is below a demonstration is one too.
   *
   * @returns its id; undefined where the slug is taken.
   */
  async insert(manager: OrganiserManager, unit: NewUnit): Promise<string | undefined> {
    const { kind, parentId, slug, ...columns } = unit;
    const [made] = await manager.query<{ id: string }[]>(
      `INSERT INTO unit (id, kind, parent_id, slug, name, phone, email, town, meets, venue, latitude,
                         longitude, publishes_position, publishes_venue, demo)
       SELECT $1, $2, above.id, $4, n.name, n.phone, n.email, n.town, n.meets, n.venue, n.latitude,
              n.longitude, coalesce(n.publishes_position, false),
              coalesce(n.publishes_venue, false), above.demo
         FROM unit above, jsonb_populate_record(NULL::unit, $5) AS n
        WHERE above.id = $3
       ON CONFLICT ON CONSTRAINT unit_slug_key DO NOTHING
       RETURNING id`,
      [newId(), kind, parentId, slug, JSON.stringify(columns)],
    );
    if (made === undefined) return undefined;
    await manager.query('INSERT INTO post (id, unit_id, office) VALUES ($1, $2, $3)', [
      newId(),
      made.id,
      USUAL_OFFICE[kind],
    ]);
    return made.id;
  }

  /** Sets the given columns if the unit still has this version. @returns whether it had. */
  async change(
    manager: OrganiserManager,
    id: string,
    version: number,
    columns: UnitColumns,
  ): Promise<boolean> {
    const [, changed] = await manager.query<[unknown[], number]>(
      `UPDATE unit u
          SET (name, phone, email, town, meets, venue, latitude, longitude, publishes_position,
               publishes_venue, closed_at) =
              (SELECT n.name, n.phone, n.email, n.town, n.meets, n.venue, n.latitude, n.longitude,
                      n.publishes_position, n.publishes_venue, n.closed_at
                 FROM jsonb_populate_record(u, $3) AS n),
              version = u.version + 1, updated_at = clock_now()
        WHERE u.id = $1 AND u.version = $2`,
      [id, version, JSON.stringify(columns)],
    );
    return changed === 1;
  }

  /** Takes away all rules of a unit. @returns them, by code. */
  async dropRules(
    manager: OrganiserManager,
    unitId: string,
  ): Promise<{ id: string; code: string }[]> {
    const [dropped] = await manager.query<[{ id: string; code: string }[], number]>(
      'DELETE FROM coverage_rule WHERE unit_id = $1 RETURNING id, prefix AS code',
      [unitId],
    );
    return dropped.sort((one, other) => (one.code < other.code ? -1 : 1));
  }

  /**
   * How many people belong to a unit (counted to ten thousand), how many of these by an override that
   * holds, and its duties that are open.
   */
  async remaining(manager: OrganiserManager, unitId: string) {
    const [row] = await manager.query<{ people: number; overridden: number; duties: number }[]>(
      `WITH counted AS (
         SELECT id FROM person WHERE unit_id = $1 LIMIT ${COUNTED_AT_MOST + 1})
       SELECT (SELECT count(*)::integer FROM counted) AS people,
              (SELECT count(*)::integer FROM counted
                WHERE EXISTS (
                        SELECT FROM allocation a
                         WHERE a.person_id = counted.id AND a.valid_until IS NULL
                           AND a.method = 'override'
                           AND (a.overridden_until IS NULL OR a.overridden_until > clock_now())))
                AS overridden,
              (SELECT count(*)::integer FROM follow_up
                WHERE unit_id = $1 AND state IN ('open', 'acknowledged', 'no_answer')) AS duties`,
      [unitId],
    );
    const { people = 0, overridden = 0, duties = 0 } = row ?? {};
    const peopleToMove = {
      count: Math.min(people, COUNTED_AT_MOST),
      overridden: Math.min(overridden, COUNTED_AT_MOST),
      capped: people > COUNTED_AT_MOST,
    };
    return { peopleToMove, openDuties: duties };
  }

  private async page<Unit extends { slug: string }>(
    manager: OrganiserManager,
    query: PageQuery,
    conditions: Conditions,
    selection: string,
  ): Promise<Page<Unit>> {
    conditions.addUpdatedSince('u.updated_at', query);
    const total = query.count === true ? await conditions.count(manager, 'FROM unit u') : undefined;
    if (query.cursor !== undefined) {
      const [slug] = decodeCursor(query.cursor, cursorShape);
      conditions.add('u.slug > $?', slug);
    }
    const rows = await manager.query<Unit[]>(
      `${selection} ${conditions.where} ORDER BY u.slug LIMIT ${query.limit + 1}`,
      conditions.values,
    );
    const page = toPage(rows, query.limit, ({ slug }) => [slug]);
    return total === undefined ? page : { ...page, total };
  }
}
