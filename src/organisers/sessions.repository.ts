import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../platform/database/database.js';
import type { Role } from './permissions.js';

/** An account as signing in needs it. */
export interface Account {
  id: string;
  name: string;
  email: string;
  passwordHash: string;
  disabled: boolean;
}

/** A session that holds, with the roles that hold. */
export interface LiveSession {
  sessionId: string;
  organiserId: string;
  roles: Role[];
  /** Not noted as used for a while. */
  stale: boolean;
}

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
    session: { id: string; organiserId: string; tokenHash: Buffer; hours: number },
  ): Promise<Date> {
    const [row] = await manager.query<{ expiresAt: Date }[]>(
      `INSERT INTO organiser_session (id, organiser_id, token_hash, expires_at)
       VALUES ($1, $2, $3, clock_now() + make_interval(hours => $4))
       RETURNING expires_at AS "expiresAt"`,
      [session.id, session.organiserId, session.tokenHash, session.hours],
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

  /** The session of a token: not expired, not revoked, of an account that is not disabled. */
  async live(tokenHash: Buffer): Promise<LiveSession | undefined> {
    const [session] = await this.database.statement<LiveSession & Record<string, unknown>>(
      'live_session',
      `SELECT s.id AS "sessionId", o.id AS "organiserId",
              s.last_used_at IS NULL OR s.last_used_at < clock_now() - interval '1 minute' AS stale,
              ARRAY(SELECT DISTINCT g.role FROM organiser_grant g
                     WHERE g.organiser_id = o.id AND g.valid_from <= clock_now()
                       AND (g.valid_until IS NULL OR g.valid_until > clock_now())) AS roles
         FROM organiser_session s
         JOIN organiser o ON o.id = s.organiser_id AND o.disabled_at IS NULL
        WHERE s.token_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > clock_now()`,
      [tokenHash],
    );
    return session;
  }

  /** Notes that a session is in use. */
  async touch(sessionId: string): Promise<void> {
    await this.database.query(
      'UPDATE organiser_session SET last_used_at = clock_now() WHERE id = $1',
      [sessionId],
    );
  }

  /** Ends a session for good. */
  async revoke(manager: EntityManager, sessionId: string): Promise<void> {
    await manager.query(
      'UPDATE organiser_session SET revoked_at = clock_now() WHERE id = $1 AND revoked_at IS NULL',
      [sessionId],
    );
  }
}
