import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { OrganiserManager } from '../platform/database/database.js';
import { decodeCursor, type Page, toPage } from '../platform/http/keyset-page.js';
import { uuidV7Id } from '../platform/http/text.schema.js';
import { newId } from '../platform/new-id.js';
import type { UnitKind } from '../units/unit.js';
import { Conditions } from './conditions.js';
import { ENDING_DAYS, GRANT_COLUMNS, GRANT_STATE } from './grant-columns.js';
import type { AdminGrant, GrantsQuery, GrantState, PostLeft } from './grants.admin-schemas.js';
import type { Role } from './permissions.js';

const cursorShape = z.tuple([uuidV7Id()]);

const unit = (alias: string) => `json_build_object(
  'id', ${alias}.id, 'kind', ${alias}.kind, 'slug', ${alias}.slug, 'name', ${alias}.name)`;

const COLUMNS = `${GRANT_COLUMNS}, ${unit('u')} AS unit,
  json_build_object('id', o.id, 'name', o.name, 'email', o.email,
                    'disabled', o.disabled_at IS NOT NULL) AS organiser,
  g.ended_at AS "endedAt", g.end_reason AS "endReason", g.cover_id AS "coverId", g.version,
  g.updated_at AS "updatedAt"`;
const AROUND_GRANT = `
  JOIN unit u ON u.id = g.unit_id JOIN organiser o ON o.id = g.organiser_id`;

/** A grant as it is locked for a change. */
export type GrantToChange = AdminGrant & {
  readonly validFrom: Date;
  readonly validUntil: Date | null;
  /** Whether the caller may give this role on this unit. */
  readonly mayGive: boolean;
};

export interface NewGrant {
  readonly organiserId: string;
  readonly role: Role;
  readonly unitId: string;
  readonly validFrom: Date;
  /** null: without an end. */
  readonly validUntil: Date | null;
  /** How long its holder may still read after its end, in days; 0: not at all. */
  readonly graceDays: number;
  /** The cover of a post that it is for. */
  readonly coverId?: string;
}

/** What is changed of when a grant holds. */
export interface GrantSpan {
  readonly validFrom?: Date | undefined;
  /** null: without an end. */
  readonly validUntil?: Date | null | undefined;
}

/** Until when the holder may read, in SQL, of an end and a number of days. */
const graceAfter = (end: string, days: string) =>
  `CASE WHEN ${days}::integer > 0 THEN ${end} + make_interval(days => ${days}) END`;

/** Grants as organisers see and change them; policies say which. */
@Injectable()
export class GrantsAdminRepository {
  /** Lets grants be changed one at a time until the transaction ends. @returns the time it is then. */
  async lock(manager: OrganiserManager): Promise<Date> {
    await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('grants', 0))`);
    const [row] = await manager.query<{ now: Date }[]>('SELECT clock_now() AS now');
    if (row === undefined) throw new Error('The clock has stopped.');
    return row.now;
  }

  /** A page of grants, by the time they were made. */
  async page(manager: OrganiserManager, query: GrantsQuery): Promise<Page<AdminGrant>> {
    const conditions = new Conditions().addUpdatedSince('g.updated_at', query);
    if (query.unit !== undefined) conditions.add('g.unit_id = $?', query.unit);
    if (query.role !== undefined) conditions.add('g.role = $?', query.role);
    if (query.organiser !== undefined) conditions.add('g.organiser_id = $?', query.organiser);
    if (query.state !== undefined) addState(conditions, query.state);
    const from = 'FROM organiser_grant g';
    const total = query.count === true ? await conditions.count(manager, from) : undefined;
    if (query.cursor !== undefined) {
      conditions.add('g.id > $?', ...decodeCursor(query.cursor, cursorShape));
    }
    const rows = await manager.query<AdminGrant[]>(
      `WITH page AS MATERIALIZED (
         SELECT g.* ${from} ${conditions.where} ORDER BY g.id LIMIT ${query.limit + 1})
       SELECT ${COLUMNS} FROM page g ${AROUND_GRANT} ORDER BY g.id`,
      conditions.values,
    );
    const page = toPage(rows, query.limit, ({ id }) => [id]);
    return total === undefined ? page : { ...page, total };
  }

  /** The grant of an id; undefined for one that does not exist or is out of sight. */
  async grant(manager: OrganiserManager, id: string): Promise<GrantToChange | undefined> {
    const [grant] = await manager.query<GrantToChange[]>(
      `SELECT ${COLUMNS}, may_grant(g.role, g.unit_id) AS "mayGive"
         FROM organiser_grant g ${AROUND_GRANT} WHERE g.id = $1`,
      [id],
    );
    return grant;
  }

  /** An open unit; undefined also for one that is not among the caller's. */
  async unit(manager: OrganiserManager, id: string): Promise<{ kind: UnitKind } | undefined> {
    const [found] = await manager.query<{ kind: UnitKind }[]>(
      `SELECT kind FROM unit
        WHERE id = $1 AND closed_at IS NULL AND id = ANY ((SELECT my_units())::uuid[])`,
      [id],
    );
    return found;
  }

  /** An account that the caller sees. */
  async organiser(
    manager: OrganiserManager,
    id: string,
  ): Promise<{ disabled: boolean } | undefined> {
    const [found] = await manager.query<{ disabled: boolean }[]>(
      'SELECT disabled_at IS NOT NULL AS disabled FROM organiser WHERE id = $1',
      [id],
    );
    return found;
  }

  /** Whether the caller may give this role there. */
  async mayGive(manager: OrganiserManager, role: Role, unitId: string): Promise<boolean> {
    const [row] = await manager.query<{ may: boolean }[]>('SELECT may_grant($1, $2) AS may', [
      role,
      unitId,
    ]);
    return row?.may === true;
  }

  /** Whether the caller is the only one who administers the whole organisation. */
  async administersAlone(manager: OrganiserManager): Promise<boolean> {
    const [row] = await manager.query<{ alone: boolean }[]>('SELECT administers_alone() AS alone');
    return row?.alone === true;
  }

  /** Whether somebody else than this organiser administers the whole organisation. */
  async administeredWithout(manager: OrganiserManager, organiserId: string): Promise<boolean> {
    const [row] = await manager.query<{ still: boolean }[]>(
      'SELECT administered_without($1) AS still',
      [organiserId],
    );
    return row?.still === true;
  }

  /** A grant of this role on this unit that holds within this time, other than one of an id. */
  async overlapping(
    manager: OrganiserManager,
    { organiserId, role, unitId, validFrom, validUntil }: Omit<NewGrant, 'graceDays'>,
    except: string | null = null,
  ): Promise<string | undefined> {
    const [found] = await manager.query<{ id: string }[]>(
      `SELECT id FROM organiser_grant
        WHERE organiser_id = $1 AND role = $2 AND unit_id = $3 AND cover_id IS NULL
          AND id IS DISTINCT FROM $6::uuid
          AND tstzrange(valid_from, valid_until) && tstzrange($4, $5)
        ORDER BY id LIMIT 1`,
      [organiserId, role, unitId, validFrom, validUntil, except],
    );
    return found?.id;
  }

  /**
   * Makes a grant where the caller may. One for a cover has no grace.
   *
   * @returns its id; undefined where it is not the caller's to give.
   */
  async insert(manager: OrganiserManager, grant: NewGrant): Promise<string | undefined> {
    const { organiserId, role, unitId, validFrom, validUntil, graceDays, coverId } = grant;
    const [made] = await manager.query<{ id: string }[]>(
      `INSERT INTO organiser_grant (id, organiser_id, role, unit_id, valid_from, valid_until,
                                    read_only_until, cover_id)
       SELECT $1, $2, $3, $4, $5, $6, ${graceAfter('$6::timestamptz', '$7')}, $8
        WHERE may_grant($3, $4) AND ($2 <> my_organiser_id() OR administers_alone())
       RETURNING id`,
      [newId(), organiserId, role, unitId, validFrom, validUntil, graceDays, coverId ?? null],
    );
    return made?.id;
  }

  /**
   * Sets when a grant holds, if it still has this version; what is undefined stays as it is.
   *
   * @returns whether it had.
   */
  async change(
    manager: OrganiserManager,
    id: string,
    version: number,
    { validFrom, validUntil, graceDays }: GrantSpan & Pick<NewGrant, 'graceDays'>,
  ): Promise<boolean> {
    const end = 'CASE WHEN $4 THEN $5::timestamptz ELSE valid_until END';
    const [, changed] = await manager.query<[unknown[], number]>(
      `UPDATE organiser_grant
          SET valid_from = coalesce($3, valid_from), valid_until = ${end},
              read_only_until = ${graceAfter(`(${end})`, '$6')}
        WHERE id = $1 AND version = $2 AND ended_at IS NULL`,
      [id, version, validFrom ?? null, validUntil !== undefined, validUntil ?? null, graceDays],
    );
    return changed === 1;
  }

  /** Ends a grant from this moment on; one that has not begun will not. @returns whether it was open. */
  async end(manager: OrganiserManager, id: string, reason: string | null): Promise<boolean> {
    const [, changed] = await manager.query<[unknown[], number]>(
      `UPDATE organiser_grant
          SET valid_until = greatest(valid_from, least(valid_until, clock_now())),
              read_only_until = NULL, ended_at = clock_now(), end_reason = $2
        WHERE id = $1 AND ended_at IS NULL`,
      [id, reason],
    );
    return changed === 1;
  }

  /** The posts among the caller's whose holder can see to them by this grant alone, or by none. */
  async postsLeftWithout(manager: OrganiserManager, grantId: string): Promise<PostLeft[]> {
    return manager.query<PostLeft[]>(
      `SELECT p.id, p.office, ${unit('u')} AS unit
         FROM posts_left_without($1) AS left_post (id)
         JOIN post p ON p.id = left_post.id JOIN unit u ON u.id = p.unit_id
        ORDER BY u.kind, u.slug, p.office`,
      [grantId],
    );
  }
}

/** Said as the index of ends says it, before the state itself, so that the index serves. */
function addState(conditions: Conditions, state: GrantState): void {
  if (state === 'ending' || state === 'grace') {
    conditions.add('g.valid_until IS NOT NULL AND g.ended_at IS NULL');
  }
  if (state === 'ending') {
    conditions.add(
      `g.valid_until > clock_now()
       AND g.valid_until <= clock_now() + interval '${ENDING_DAYS} days'`,
    );
  }
  if (state === 'grace') conditions.add('g.valid_until <= clock_now()');
  conditions.add(`${GRANT_STATE} = $?`, state);
}
