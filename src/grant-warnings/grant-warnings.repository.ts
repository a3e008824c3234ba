import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ENDING_DAYS } from '../organisers/grant-columns.js';
import type { Role } from '../organisers/permissions.js';

/** How long after its end somebody is still told of it, in days: after a longer standstill not at all. */
const TOLD_AFTERWARDS_DAYS = 7;

/** A warning that is due. */
export interface DueWarning {
  readonly kind: 'grant_ending' | 'grant_ended';
  readonly businessKey: string;
  readonly grantId: string;
  readonly organiserId: string;
  /** The unit whose office can confirm it: the one above, for the national office itself. */
  readonly officeId: string;
  readonly now: Date;
}

/** What a warning tells of a grant. */
export interface WarnedGrant {
  readonly role: Role;
  readonly unitName: string;
  readonly officeName: string;
  readonly holderName: string;
  readonly holderEmail: string;
  readonly validUntil: Date;
  readonly readOnlyUntil: Date | null;
  readonly hasEnded: boolean;
}

const WARNED = `
  g.role, u.name AS "unitName", coalesce(above.name, u.name) AS "officeName",
  o.name AS "holderName", o.email AS "holderEmail", g.valid_until AS "validUntil",
  CASE WHEN g.read_only_until > g.valid_until THEN g.read_only_until END AS "readOnlyUntil",
  g.valid_until <= clock_now() AS "hasEnded"`;

/** A grant whose end is its own, in an account that is open: of others nobody is told. */
const FROM_GRANTS = `
  FROM organiser_grant g
  JOIN organiser o ON o.id = g.organiser_id AND o.disabled_at IS NULL
  JOIN unit u ON u.id = g.unit_id
  LEFT JOIN unit above ON above.id = u.parent_id`;
const ENDS_BY_ITSELF = 'g.ended_at IS NULL AND g.cover_id IS NULL AND g.valid_from <= clock_now()';

/** Grants that end, as the worker sees them. */
@Injectable()
export class GrantWarningsRepository {
  /** Sets the grace of all grants that will end. @param days 0: none. */
  async keepGrace(manager: EntityManager, days: number): Promise<void> {
    const grace = `CASE WHEN $1::integer > 0 THEN valid_until + make_interval(days => $1) END`;
    await manager.query(
      `UPDATE organiser_grant SET read_only_until = ${grace}
        WHERE valid_until > clock_now() AND ended_at IS NULL AND cover_id IS NULL
          AND read_only_until IS DISTINCT FROM ${grace}`,
      [days],
    );
  }

  /**
   * The warnings that are due at this moment and were not written before: of each grant the nearest
   * alone (30, 14 or 3 days before its end, or at its end), though earlier ones may have been missed.
   */
  async due(manager: EntityManager): Promise<DueWarning[]> {
    return manager.query<DueWarning[]>(
      `WITH ending AS (
         SELECT g.id AS "grantId", g.organiser_id AS "organiserId",
                coalesce(u.parent_id, u.id) AS "officeId", clock_now() AS now,
                extract(epoch FROM g.valid_until)::bigint AS ends,
                CASE WHEN g.valid_until <= clock_now() THEN 0
                     WHEN g.valid_until <= clock_now() + interval '3 days' THEN 3
                     WHEN g.valid_until <= clock_now() + interval '14 days' THEN 14
                     ELSE ${ENDING_DAYS} END AS days
           ${FROM_GRANTS}
          WHERE ${ENDS_BY_ITSELF}
            AND g.valid_until > clock_now() - interval '${TOLD_AFTERWARDS_DAYS} days'
            AND g.valid_until <= clock_now() + interval '${ENDING_DAYS} days'
       ), keyed AS (
         SELECT *, CASE days WHEN 0 THEN 'grant_ended' ELSE 'grant_ending' END AS kind,
                CASE days WHEN 0 THEN format('grant_ended:%s:%s', "grantId", ends)
                     ELSE format('grant_ending:%s:%s:%s', "grantId", ends, days) END AS "businessKey"
           FROM ending
       )
       SELECT kind, "businessKey", "grantId", "organiserId", "officeId", now FROM keyed
        WHERE NOT EXISTS (SELECT FROM message m WHERE m.business_key = keyed."businessKey")
        ORDER BY "grantId"`,
    );
  }

  /** A grant as it stands; undefined where its end is nobody's concern any more. */
  async grant(manager: EntityManager, id: string): Promise<WarnedGrant | undefined> {
    const [grant] = await manager.query<WarnedGrant[]>(
      `SELECT ${WARNED} ${FROM_GRANTS}
        WHERE g.id = $1 AND ${ENDS_BY_ITSELF}
          AND g.valid_until <= clock_now() + interval '${ENDING_DAYS} days'`,
      [id],
    );
    return grant;
  }

  /**
   * The grants that an office can confirm and that end soon, have just ended or are in their grace,
   * the earliest end first.
   */
  async ofOffice(manager: EntityManager, officeId: string): Promise<WarnedGrant[]> {
    return manager.query<WarnedGrant[]>(
      `SELECT ${WARNED} ${FROM_GRANTS}
        WHERE ${ENDS_BY_ITSELF} AND $1 = coalesce(u.parent_id, u.id)
          AND g.valid_until <= clock_now() + interval '${ENDING_DAYS} days'
          AND greatest(g.read_only_until, g.valid_until + interval '${TOLD_AFTERWARDS_DAYS} days')
              > clock_now()
        ORDER BY g.valid_until, u.name, g.id`,
      [officeId],
    );
  }
}
