import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Role } from '../../organisers/permissions.js';
import type { Office } from '../../units/office.js';
import type { UnitKind } from '../../units/unit.js';
import type { LinkEnd } from '../account.errors.js';

/** An invitation as its link finds it. */
export interface OfferedRole {
  readonly id: string;
  readonly state: 'open' | LinkEnd;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly unit: { readonly kind: UnitKind; readonly slug: string; readonly name: string };
  readonly inviterName: string;
  readonly expiresAt: Date;
  /** Of the account that the address has; null where it has none. */
  readonly passwordHash: string | null;
  /** The organisation's own name. */
  readonly organisationName: string;
}

/** What became of an invitation that was pressed. */
export interface AcceptanceOutcome {
  readonly outcome: 'account_made' | 'role_taken' | 'account_changed' | 'closed';
  readonly account: string | null;
}

/** Invitations as the application sees them, for whoever holds the link. */
@Injectable()
export class AcceptanceRepository {
  /** An invitation and how it stands; undefined where it is gone. */
  async find(manager: EntityManager, id: string): Promise<OfferedRole | undefined> {
    const [offered] = await manager.query<OfferedRole[]>(
      `SELECT i.id, i.email, i.name, i.role, i.expires_at AS "expiresAt",
              json_build_object('kind', u.kind, 'slug', u.slug, 'name', u.name) AS unit,
              inviter.name AS "inviterName", o.password_hash AS "passwordHash",
              (SELECT name FROM unit WHERE kind = 'national') AS "organisationName",
              CASE WHEN i.accepted_at IS NOT NULL THEN 'accepted'
                   WHEN i.withdrawn_at IS NOT NULL THEN 'withdrawn'
                   WHEN i.expires_at <= clock_now() OR i.valid_until <= clock_now() THEN 'expired'
                   WHEN o.disabled_at IS NOT NULL THEN 'account_closed'
                   WHEN u.closed_at IS NOT NULL OR o.id = i.invited_by THEN 'not_valid'
                   WHEN NOT may_still_grant(i.invited_by, i.role, i.unit_id) THEN 'not_valid'
                   ELSE 'open' END AS state
         FROM organiser_invitation i
         JOIN unit u ON u.id = i.unit_id
         JOIN organiser inviter ON inviter.id = i.invited_by
         LEFT JOIN organiser o ON o.email = i.email
        WHERE i.id = $1`,
      [id],
    );
    return offered;
  }

  /**
   * Makes an account, where the address has none, and the grant.
   *
   * @param hash of the password that was chosen, or the stored one that the typed password fits.
   */
  async accept(
    manager: EntityManager,
    id: string,
    hash: string,
    office: Office | undefined,
  ): Promise<AcceptanceOutcome> {
    const [outcome] = await manager.query<AcceptanceOutcome[]>(
      'SELECT outcome, account FROM accept_invitation($1, $2, $3)',
      [id, hash, office ?? null],
    );
    if (outcome === undefined) throw new Error('accept_invitation answered nothing.');
    return outcome;
  }
}
