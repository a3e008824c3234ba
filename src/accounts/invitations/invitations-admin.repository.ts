import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Conditions } from '../../organisers/conditions.js';
import type { Role } from '../../organisers/permissions.js';
import type { OrganiserManager } from '../../platform/database/database.js';
import { decodeCursor, type Page, toPage } from '../../platform/http/keyset-page.js';
import { uuidV7Id } from '../../platform/http/text.schema.js';
import type { UnitKind } from '../../units/unit.js';
import type { Invitation, InvitationsQuery } from './invitations.admin-schemas.js';
import { unitWithId } from '../../organisers/record-columns.js';

const cursorShape = z.tuple([uuidV7Id()]);

const COLUMNS = `i.id, i.email, i.name, i.role,
  ${unitWithId('u')} AS unit,
  i.valid_from AS "validFrom", i.valid_until AS "validUntil",
  json_build_object('id', i.invited_by, 'name', inviter_name(i.invited_by)) AS "invitedBy",
  i.created_at AS "createdAt", i.expires_at AS "expiresAt",
  i.expires_at <= clock_now() AS expired, i.sendings`;
const FROM = 'FROM organiser_invitation i JOIN unit u ON u.id = i.unit_id';
const IS_OPEN = 'accepted_at IS NULL AND withdrawn_at IS NULL';

/** A unit that somebody is to be invited to. */
export interface OfferedUnit {
  readonly kind: UnitKind;
  readonly name: string;
  /** Whether the caller may give the role there. */
  readonly may: boolean;
}

/** Invitations as organisers see them: the policy shows those that the caller may have sent. */
@Injectable()
export class InvitationsAdminRepository {
  /** An open unit of the caller's; undefined for any other. */
  async unit(
    manager: OrganiserManager,
    unitId: string,
    role: Role,
  ): Promise<OfferedUnit | undefined> {
    const [unit] = await manager.query<OfferedUnit[]>(
      `SELECT u.kind, u.name, may_grant($2, u.id) AS may FROM unit u
        WHERE u.id = $1 AND u.closed_at IS NULL AND u.id = ANY ((SELECT my_units())::uuid[])`,
      [unitId, role],
    );
    return unit;
  }

  /** Whether a moment has passed, by the clock of the database. */
  async isPast(manager: OrganiserManager, moment: string): Promise<boolean> {
    const [row] = await manager.query<{ past: boolean }[]>(
      'SELECT $1::timestamptz <= clock_now() AS past',
      [moment],
    );
    return row?.past === true;
  }

  /** Whether an address, in lower case, is the caller's own. */
  async isOwnAddress(manager: OrganiserManager, email: string): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      'SELECT FROM organiser WHERE id = my_organiser_id() AND email = $1',
      [email],
    );
    return rows.length > 0;
  }

  /** Writes an invitation. @returns false where the same is open already. */
  async insert(
    manager: OrganiserManager,
    invitation: {
      id: string;
      email: string;
      name: string;
      role: Role;
      unitId: string;
      validFrom: string | null;
      validUntil: string | null;
      days: number;
    },
  ): Promise<boolean> {
    const { id, email, name, role, unitId, validFrom, validUntil, days } = invitation;
    const made = await manager.query<unknown[]>(
      `INSERT INTO organiser_invitation
         (id, email, name, role, unit_id, valid_from, valid_until, invited_by, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, my_organiser_id(),
               clock_now() + make_interval(days => $8))
       ON CONFLICT (email, role, unit_id) WHERE accepted_at IS NULL AND withdrawn_at IS NULL
       DO NOTHING RETURNING id`,
      [id, email, name, role, unitId, validFrom, validUntil, days],
    );
    return made.length > 0;
  }

  /** A page of open invitations, the latest first. */
  async page(manager: OrganiserManager, query: InvitationsQuery): Promise<Page<Invitation>> {
    const conditions = new Conditions().add(IS_OPEN);
    if (query.cursor !== undefined) {
      conditions.add('i.id < $?', ...decodeCursor(query.cursor, cursorShape));
    }
    const rows = await manager.query<Invitation[]>(
      `SELECT ${COLUMNS} ${FROM} ${conditions.where}
        ORDER BY i.id DESC LIMIT ${query.limit + 1}`,
      conditions.values,
    );
    return toPage(rows, query.limit, ({ id }) => [id]);
  }

  /** An invitation, open or closed; undefined for one that is out of sight. */
  async invitation(
    manager: OrganiserManager,
    id: string,
  ): Promise<(Invitation & { open: boolean }) | undefined> {
    const [invitation] = await manager.query<(Invitation & { open: boolean })[]>(
      `SELECT ${COLUMNS}, ${IS_OPEN} AS open ${FROM} WHERE i.id = $1`,
      [id],
    );
    return invitation;
  }

  /** Lets an open invitation work for some days more, in the caller's name. @returns whether it is open. */
  async renew(manager: OrganiserManager, id: string, days: number): Promise<boolean> {
    const [, renewed] = await manager.query<[unknown[], number]>(
      `UPDATE organiser_invitation
          SET sendings = sendings + 1, invited_by = my_organiser_id(),
              expires_at = clock_now() + make_interval(days => $2)
        WHERE id = $1 AND ${IS_OPEN}`,
      [id, days],
    );
    return renewed === 1;
  }

  /** Takes an open invitation back. @returns whether it was open. */
  async withdraw(manager: OrganiserManager, id: string): Promise<boolean> {
    const [, withdrawn] = await manager.query<[unknown[], number]>(
      `UPDATE organiser_invitation SET withdrawn_at = clock_now() WHERE id = $1 AND ${IS_OPEN}`,
      [id],
    );
    return withdrawn === 1;
  }
}
