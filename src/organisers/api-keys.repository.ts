import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../platform/database/database.js';
import type { KeyScope } from './api-key-scopes.js';

/** A key that works at this moment. */
export interface LiveKey {
  id: string;
  unitId: string;
  scopes: KeyScope[];
  /** Not noted as used for a while. */
  stale: boolean;
}

/** Keys as the application sees them, before it knows who asks. */
@Injectable()
export class ApiKeysRepository {
  constructor(private readonly database: Database) {}

  /** The key of a secret, the present or the one before while it lasts; not expired, not revoked. */
  async live(secretHash: Buffer): Promise<LiveKey | undefined> {
    const [key] = await this.database.statement<LiveKey & Record<string, unknown>>(
      'live_api_key',
      `SELECT id, unit_id AS "unitId", scopes,
              last_used_at IS NULL OR last_used_at < clock_now() - interval '1 minute' AS stale
         FROM api_key
        WHERE (secret_hash = $1 OR (previous_hash = $1 AND previous_until > clock_now()))
          AND revoked_at IS NULL AND expires_at > clock_now()`,
      [secretHash],
    );
    return key;
  }

  /** Whether a key works still, as the last statement of a transaction that has written something. */
  async stands(manager: EntityManager, id: string): Promise<boolean> {
    const [key] = await manager.query<{ stands: boolean }[]>(
      'SELECT api_key_stands($1) AS stands',
      [id],
    );
    return key?.stands === true;
  }

  /** Notes that a key is in use; many requests at once write once. */
  async touch(id: string): Promise<void> {
    await this.database.query(
      `UPDATE api_key SET last_used_at = clock_now()
        WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < clock_now() - interval '1 minute')`,
      [id],
    );
  }
}
