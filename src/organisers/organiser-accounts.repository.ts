import type { UnitKind } from '../units/unit.js';
import type { EntityManager } from 'typeorm';
import { v7 as uuidV7 } from 'uuid';
import type { Office } from '../units/office.js';
import type { Role } from './permissions.js';

export interface GrantedUnit {
  id: string;
  kind: UnitKind;
  slug: string;
  name: string;
}

/** What making accounts needs of the database; the manager is the owner's. */
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
      [uuidV7(), account.email, account.name, account.passwordHash],
    );
    return made?.id;
  }

  /** Gives an account another password and ends its sessions. */
  async replacePassword(organiserId: string, passwordHash: string): Promise<void> {
    await this.manager.query('UPDATE organiser SET password_hash = $2 WHERE id = $1', [
      organiserId,
      passwordHash,
    ]);
    await this.manager.query(
      `UPDATE organiser_session SET revoked_at = clock_now()
        WHERE organiser_id = $1 AND revoked_at IS NULL`,
      [organiserId],
    );
  }

  /** Gives a role on a unit, unless the organiser holds it there already. */
  async grant(organiserId: string, role: Role, unitId: string): Promise<void> {
    await this.manager.query(
      `INSERT INTO organiser_grant (id, organiser_id, role, unit_id)
       SELECT $1, $2, $3, $4
        WHERE NOT EXISTS (
          SELECT FROM organiser_grant g
           WHERE g.organiser_id = $2 AND g.role = $3 AND g.unit_id = $4
             AND (g.valid_until IS NULL OR g.valid_until > clock_now()))`,
      [uuidV7(), organiserId, role, unitId],
    );
  }

  /** Puts an organiser into an office that is vacant. @returns whether they hold it now. */
  async fillPost(unitId: string, office: Office, organiserId: string): Promise<boolean> {
    await this.manager.query(
      `INSERT INTO post (id, unit_id, office, holder_id) VALUES ($1, $2, $3, $4)
       ON CONFLICT ON CONSTRAINT post_office_key DO UPDATE SET holder_id = excluded.holder_id
        WHERE post.holder_id IS NULL`,
      [uuidV7(), unitId, office, organiserId],
    );
    const [post] = await this.manager.query<{ held: boolean }[]>(
      'SELECT holder_id = $3 AS held FROM post WHERE unit_id = $1 AND office = $2',
      [unitId, office, organiserId],
    );
    return post?.held === true;
  }
}
