import type { UnitKind } from '../units/unit.js';
import type { EntityManager } from 'typeorm';
import { newId } from '../platform/new-id.js';
import type { Office } from '../units/office.js';
import type { Role } from './permissions.js';

export interface GrantedUnit {
  id: string;
  kind: UnitKind;
  slug: string;
  name: string;
}

/**
 * What making and closing accounts needs of the database. The manager is the owner's, but for another
 * password and the end of sessions, which the application's login may write, too.
 */
export class OrganiserAccountsRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Units of a slug (a region and a branch may share one), or the national office without one. */
  async units(slug: string | undefined): Promise<GrantedUnit[]> {
    return this.manager.query<GrantedUnit[]>(
      `SELECT id, kind, slug, name FROM unit
        WHERE closed_at IS NULL AND CASE WHEN $1::text IS NULL THEN kind = 'national'
                                         ELSE slug = $1 END`,
      [slug ?? null],
    );
  }

  async account(email: string): Promise<{ id: string; passwordHash: string } | undefined> {
    const [account] = await this.manager.query<{ id: string; passwordHash: string }[]>(
      'SELECT id, password_hash AS "passwordHash" FROM organiser WHERE email = $1',
      [email],
    );
    return account;
  }

  /** Makes an account. @returns its id; undefined where the address has one already. */
  async insertAccount(account: {
    email: string;
    name: string;
    passwordHash: string;
  }): Promise<string | undefined> {
    const [made] = await this.manager.query<{ id: string }[]>(
      `INSERT INTO organiser (id, email, name, password_hash) VALUES ($1, $2, $3, $4)
       ON CONFLICT ON CONSTRAINT organiser_email_key DO NOTHING RETURNING id`,
      [newId(), account.email, account.name, account.passwordHash],
    );
    return made?.id;
  }

  /**
   * The id of an account, locked until the end of the transaction. A session that is just being made
   * refers to the account, so that it is there to be ended, or waits until this is done.
   */
  async lockAccount(email: string): Promise<string | undefined> {
    const [account] = await this.manager.query<{ id: string }[]>(
      'SELECT id FROM organiser WHERE email = $1 FOR UPDATE',
      [email],
    );
    return account?.id;
  }

  /** Closes an account from now on; one that is closed keeps the time when it was. */
  async disable(organiserId: string): Promise<void> {
    await this.manager.query(
      'UPDATE organiser SET disabled_at = clock_now() WHERE id = $1 AND disabled_at IS NULL',
      [organiserId],
    );
  }

  /** Opens an account that was closed. */
  async enable(organiserId: string): Promise<void> {
    await this.manager.query('UPDATE organiser SET disabled_at = NULL WHERE id = $1', [
      organiserId,
    ]);
  }

  /** Gives an account another password; its sessions are the caller's to end. */
  async replacePassword(organiserId: string, passwordHash: string): Promise<void> {
    await this.manager.query('UPDATE organiser SET password_hash = $2 WHERE id = $1', [
      organiserId,
      passwordHash,
    ]);
  }

  /**
   * Ends the sessions of an account, but for one that is to stay.
   *
   * @returns how many were still in use.
   */
  async endSessions(organiserId: string, staying: string | null = null): Promise<number> {
    const [sessions] = await this.manager.query<[{ inUse: boolean }[], number]>(
      `UPDATE organiser_session SET revoked_at = clock_now()
        WHERE organiser_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $2::uuid
        RETURNING expires_at > clock_now() AS "inUse"`,
      [organiserId, staying],
    );
    return sessions.filter(({ inUse }) => inUse).length;
  }

  /** Gives a role on a unit from now on, unless the organiser holds it there already. */
  async grant(organiserId: string, role: Role, unitId: string): Promise<void> {
    await this.manager.query('SELECT give_role($1, $2, $3, clock_now(), NULL)', [
      organiserId,
      role,
      unitId,
    ]);
  }

  /** Puts an organiser into an office that is vacant. @returns whether they hold it now. */
  async fillPost(unitId: string, office: Office, organiserId: string): Promise<boolean> {
    const [post] = await this.manager.query<{ held: boolean }[]>(
      'SELECT fill_office($1, $2, $3) AS held',
      [unitId, office, organiserId],
    );
    return post?.held === true;
  }
}
