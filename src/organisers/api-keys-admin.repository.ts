import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { OrganiserManager } from '../platform/database/database.js';
import { decodeCursor, type Page, toPage } from '../platform/http/keyset-page.js';
import { uuidV7Id } from '../platform/http/text.schema.js';
import type { AdminApiKey, ApiKeysQuery, NewApiKey } from './api-keys.admin-schemas.js';
import { Conditions } from './conditions.js';
import type { Role } from './permissions.js';
import { unitWithId } from './record-columns.js';

const cursorShape = z.tuple([uuidV7Id()]);

/** The secret before the last rotation is shown for as long as it works. */
const WHILE_IT_WORKS = (column: string) =>
  `CASE WHEN k.previous_until > clock_now() THEN ${column} END`;

const ENDED = '(k.revoked_at IS NOT NULL OR k.expires_at <= clock_now())';

const COLUMNS = `k.id, k.name, k.prefix, k.scopes, k.created_at AS "createdAt",
  k.updated_at AS "updatedAt", k.expires_at AS "expiresAt", k.last_used_at AS "lastUsedAt",
  k.revoked_at AS "revokedAt", k.version,
  ${WHILE_IT_WORKS('k.previous_prefix')} AS "previousPrefix",
  ${WHILE_IT_WORKS('k.previous_until')} AS "previousUntil", ${ENDED} AS ended,
  ${unitWithId('u')} AS unit,
  CASE WHEN k.created_by IS NOT NULL
       THEN json_build_object('id', k.created_by, 'name', api_key_maker(k.created_by)) END
    AS "createdBy"`;
const FROM = 'FROM api_key k JOIN unit u ON u.id = k.unit_id';

export type FoundKey = AdminApiKey & { readonly ended: boolean };

/** A secret as it is kept. */
export interface KeptSecret {
  readonly prefix: string;
  readonly hash: Buffer;
}

/** Keys as organisers see and change them; policies let through those of the caller's units. */
@Injectable()
export class ApiKeysAdminRepository {
  /** A page of keys, the latest first. */
  async page(manager: OrganiserManager, query: ApiKeysQuery): Promise<Page<FoundKey>> {
    const conditions = new Conditions().addUpdatedSince('k.updated_at', query);
    if (query.unit !== undefined) conditions.add('k.unit_id = $?', query.unit);
    if (query.createdBy !== undefined) conditions.add('k.created_by = $?', query.createdBy);
    if (query.state === 'working') conditions.add(`NOT ${ENDED}`);
    if (query.state === 'ended') conditions.add(ENDED);
    const total = query.count === true ? await conditions.count(manager, FROM) : undefined;
    if (query.cursor !== undefined) {
      conditions.add('k.id < $?', ...decodeCursor(query.cursor, cursorShape));
    }
    const rows = await manager.query<FoundKey[]>(
      `SELECT ${COLUMNS} ${FROM} ${conditions.where} ORDER BY k.id DESC LIMIT ${query.limit + 1}`,
      conditions.values,
    );
    const page = toPage(rows, query.limit, ({ id }) => [id]);
    return total === undefined ? page : { ...page, total };
  }

  /** The key of an id; undefined for one that does not exist or is out of sight. */
  async key(
    manager: OrganiserManager,
    id: string,
    { lock = false } = {},
  ): Promise<FoundKey | undefined> {
    const [key] = await manager.query<FoundKey[]>(
      `SELECT ${COLUMNS} ${FROM} WHERE k.id = $1 ${lock ? 'FOR NO KEY UPDATE OF k' : ''}`,
      [id],
    );
    return key;
  }

  /** Whether a unit is one of the caller's in one of these roles. */
  async reaches(
    manager: OrganiserManager,
    roles: readonly Role[],
    unitId: string,
  ): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      'SELECT FROM unit u WHERE u.id = $1 AND u.id = ANY ((SELECT my_units_as($2))::uuid[])',
      [unitId, roles],
    );
    return rows.length > 0;
  }

  /** Whether a unit is open. */
  async isOpen(manager: OrganiserManager, unitId: string): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      'SELECT FROM unit WHERE id = $1 AND closed_at IS NULL',
      [unitId],
    );
    return rows.length > 0;
  }

  async insert(
    manager: OrganiserManager,
    id: string,
    { name, scopes, unitId, expiresAt }: NewApiKey,
    { prefix, hash }: KeptSecret,
  ): Promise<void> {
    await manager.query(
      `INSERT INTO api_key (id, name, prefix, secret_hash, scopes, unit_id, created_by, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, my_organiser_id(), $7)`,
      [id, name, prefix, hash, scopes, unitId, expiresAt],
    );
  }

  /** Names a key anew if it still has this version. @returns whether it had. */
  async rename(
    manager: OrganiserManager,
    id: string,
    version: number,
    name: string,
  ): Promise<boolean> {
    const [, changed] = await manager.query<[unknown[], number]>(
      `UPDATE api_key SET name = $3, version = version + 1, updated_at = clock_now()
        WHERE id = $1 AND version = $2`,
      [id, version, name],
    );
    return changed === 1;
  }

  /** Puts another secret in the place of the present one, which works for some hours more. */
  async rotate(
    manager: OrganiserManager,
    id: string,
    { prefix, hash }: KeptSecret,
    overlapHours: number,
  ): Promise<void> {
    await manager.query('SELECT rotate_api_key($1, $2, $3, $4)', [id, prefix, hash, overlapHours]);
  }

  /** Ends a key for good. @returns whether it had not been ended before. */
  async revoke(manager: OrganiserManager, id: string): Promise<boolean> {
    const [, changed] = await manager.query<[unknown[], number]>(
      `UPDATE api_key SET revoked_at = clock_now(), version = version + 1, updated_at = clock_now()
        WHERE id = $1 AND revoked_at IS NULL`,
      [id],
    );
    return changed === 1;
  }
}
