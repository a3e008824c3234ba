import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { Database } from '../platform/database/database.js';
import { decodeCursor, type Page, toPage } from '../platform/http/keyset-page.js';
import { uuidV7Id } from '../platform/http/text.schema.js';
import type { HeldGrant } from './held-grant.js';
import type { Role } from './permissions.js';
import type { Holdings } from './second-factor/second-factor-policy.js';
import type { OwnSession, OwnSessionsQuery } from './sessions.schemas.js';

/** An account as signing in needs it. */
export interface Account {
  id: string;
  name: string;
  email: string;
  passwordHash: string;
  disabled: boolean;
}

/** By what a second factor was shown. */
export type ShownBy = 'totp' | 'recovery_code' | 'provider';

/** A session that holds, with the roles that hold. */
export interface LiveSession {
  sessionId: string;
  organiserId: string;
  roles: Role[];
  /** Those of grants that have ended and still let their holder read. */
  gracedRoles: Role[];
  /** Whether one of the grants, by which they may at least read, is on the national office. */
  national: boolean;
  /** By what a second factor was shown at its beginning, or since; null where none was. */
  secondFactor: ShownBy | null;
  grants: HeldGrant[];
  /** Not noted as used for a while. */
  stale: boolean;
}

/** A grant in its grace, and who can confirm it besides the national office. */
export interface GracedGrant {
  [column: string]: unknown;
  role: Role;
  unitName: string;
  /** The region of a branch; null for others. */
  aboveName: string | null;
  validUntil: Date;
  readOnlyUntil: Date;
}

const cursorShape = z.tuple([uuidV7Id()]);

/** Accounts and sessions as the application sees them, before it knows who asks. */
@Injectable()
export class SessionsRepository {
  constructor(private readonly database: Database) {}

  /** The account of an address (in lower case), disabled ones too. */
  async account(email: string): Promise<Account | undefined> {
    const [account] = await this.database.query<Account & Record<string, unknown>>(
      `SELECT id, name, email, password_hash AS "passwordHash", disabled_at IS NOT NULL AS disabled
         FROM organiser WHERE email = $1`,
      [email],
    );
    return account;
  }

  /** Makes a session that lasts `hours`. @returns when it expires. */
  async start(
    manager: EntityManager,
    session: {
      id: string;
      organiserId: string;
      tokenHash: Buffer;
      hours: number;
      address: string | null;
      client: string | null;
      secondFactor: ShownBy | null;
    },
  ): Promise<Date> {
    const [row] = await manager.query<{ expiresAt: Date }[]>(
      `INSERT INTO organiser_session (id, organiser_id, token_hash, expires_at, address, client, second_factor)
       VALUES ($1, $2, $3, clock_now() + make_interval(hours => $4), $5, $6, $7)
       RETURNING expires_at AS "expiresAt"`,
      [
        session.id,
        session.organiserId,
        session.tokenHash,
        session.hours,
        session.address,
        session.client,
        session.secondFactor,
      ],
    );
    if (row === undefined) throw new Error('A session was not kept.');
    return row.expiresAt;
  }

  /**
   * Whether an account is still open and still has this password. Asked after `start`, whose foreign
   * key waits for whoever is changing the account, so that the answer is theirs.
   */
  async standsAs(manager: EntityManager, id: string, passwordHash: string): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      'SELECT 1 FROM organiser WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL',
      [id, passwordHash],
    );
    return rows.length > 0;
  }

  /** Whether an account is still open, asked as `standsAs` is. */
  async isOpen(manager: EntityManager, id: string): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      'SELECT 1 FROM organiser WHERE id = $1 AND disabled_at IS NULL',
      [id],
    );
    return rows.length > 0;
  }

  /** What the grants of an account say of who needs a second factor, those in their grace too. */
  async holdings(manager: EntityManager, organiserId: string): Promise<Holdings> {
    const [holdings] = await manager.query<Holdings[]>(
      `SELECT coalesce(array_agg(DISTINCT g.role), '{}') AS roles,
              coalesce(bool_or(u.kind = 'national'), false) AS national
         FROM organiser_grant g JOIN unit u ON u.id = g.unit_id
        WHERE g.organiser_id = $1 AND g.valid_from <= clock_now()
          AND (g.valid_until IS NULL OR g.valid_until > clock_now()
               OR g.read_only_until > clock_now())`,
      [organiserId],
    );
    return holdings ?? { roles: [], national: false };
  }

  /**
   * The session of a token: not expired, not revoked, of an account that is not disabled. One that
   * began without a second factor ends as the account gets one.
   */
  async live(tokenHash: Buffer): Promise<LiveSession | undefined> {
    const [session] = await this.database.statement<LiveSession & Record<string, unknown>>(
      'live_session',
      `SELECT s.id AS "sessionId", o.id AS "organiserId",
              s.second_factor AS "secondFactor",
              EXISTS (SELECT FROM organiser_grant g
                        JOIN unit u ON u.id = g.unit_id AND u.kind = 'national'
                       WHERE g.organiser_id = o.id AND g.valid_from <= clock_now()
                         AND (g.valid_until IS NULL OR g.valid_until > clock_now()
                              OR g.read_only_until > clock_now())) AS national,
              s.last_used_at IS NULL OR s.last_used_at < clock_now() - interval '1 minute' AS stale,
              ARRAY(SELECT DISTINCT g.role FROM organiser_grant g
                     WHERE g.organiser_id = o.id AND g.valid_from <= clock_now()
                       AND (g.valid_until IS NULL OR g.valid_until > clock_now())) AS roles,
              ARRAY(SELECT DISTINCT g.role FROM organiser_grant g
                     WHERE g.organiser_id = o.id AND g.valid_until <= clock_now()
                       AND g.read_only_until > clock_now()) AS "gracedRoles",
              (SELECT coalesce(json_agg(json_build_object('id', g.id, 'role', g.role,
                        'unitId', g.unit_id, 'until', g.valid_until)), '[]')
                 FROM organiser_grant g
                WHERE g.organiser_id = o.id AND g.valid_from <= clock_now()
                  AND (g.valid_until IS NULL OR g.valid_until > clock_now())) AS grants
         FROM organiser_session s
         JOIN organiser o ON o.id = s.organiser_id AND o.disabled_at IS NULL
        WHERE s.token_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > clock_now()
          AND (s.second_factor IS NOT NULL
               OR NOT EXISTS (SELECT FROM organiser_second_factor f
                               WHERE f.organiser_id = o.id AND f.secret IS NOT NULL))`,
      [tokenHash],
    );
    return session;
  }

  /** The grants of an organiser in one of these roles that have ended and still let them read. */
  async graced(organiserId: string, roles: readonly Role[]): Promise<GracedGrant[]> {
    return this.database.query<GracedGrant>(
      `SELECT g.role, u.name AS "unitName", above.name AS "aboveName",
              g.valid_until AS "validUntil", g.read_only_until AS "readOnlyUntil"
         FROM organiser_grant g
         JOIN unit u ON u.id = g.unit_id
         LEFT JOIN unit above ON above.id = u.parent_id AND above.kind <> 'national'
        WHERE g.organiser_id = $1 AND g.role = ANY ($2)
          AND g.valid_until <= clock_now() AND g.read_only_until > clock_now()
        ORDER BY g.valid_until DESC, g.id`,
      [organiserId, roles],
    );
  }

  /**
   * Whether a session and these grants still stand, as the last statement of a transaction: whoever
   * takes one of them away from now on waits for its commit. @returns what no longer stands.
   */
  async lost(
    manager: EntityManager,
    sessionId: string,
    grants: readonly HeldGrant[],
  ): Promise<'session' | 'grants' | undefined> {
    const [rights] = await manager.query<{ found: 'stand' | 'session' | 'grants' }[]>(
      'SELECT rights_stand($1, $2) AS found',
      [sessionId, JSON.stringify(grants)],
    );
    return rights?.found === 'stand' ? undefined : (rights?.found ?? 'session');
  }

  /** Notes that a session is in use. */
  async touch(sessionId: string): Promise<void> {
    await this.database.query(
      'UPDATE organiser_session SET last_used_at = clock_now() WHERE id = $1',
      [sessionId],
    );
  }

  /** A page of the sessions of an organiser that hold, the latest first. */
  async page(
    { sessionId, organiserId }: { sessionId: string; organiserId: string },
    { limit, cursor }: OwnSessionsQuery,
  ): Promise<Page<OwnSession>> {
    const [before] = cursor === undefined ? [null] : decodeCursor(cursor, cursorShape);
    const rows = await this.database.query<OwnSession>(
      `SELECT id, created_at AS "createdAt", last_used_at AS "lastUsedAt",
              expires_at AS "expiresAt", host(address) AS address, client, id = $2 AS current
         FROM organiser_session
        WHERE organiser_id = $1 AND revoked_at IS NULL AND expires_at > clock_now()
          AND ($3::uuid IS NULL OR id < $3)
        ORDER BY id DESC LIMIT $4`,
      [organiserId, sessionId, before, limit + 1],
    );
    return toPage(rows, limit, ({ id }) => [id]);
  }

  /** Ends a session of an organiser for good. @returns whether it held until now. */
  async revoke(manager: EntityManager, sessionId: string, organiserId: string): Promise<boolean> {
    const [rows] = await manager.query<[unknown[], number]>(
      `UPDATE organiser_session SET revoked_at = clock_now()
        WHERE id = $1 AND organiser_id = $2 AND revoked_at IS NULL AND expires_at > clock_now()
        RETURNING id`,
      [sessionId, organiserId],
    );
    return rows.length > 0;
  }
}
