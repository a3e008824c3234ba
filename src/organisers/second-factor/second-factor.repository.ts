import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../../platform/database/database.js';

/** In hours: whoever begins has the app at hand. */
const PENDING_HOURS = 1;

/** A factor that is on. */
export interface StoredFactor {
  readonly secret: Buffer;
  /** The database's clock, by which codes are reckoned. */
  readonly now: Date;
}

/** How an account stands. */
export interface FactorState {
  /** Null: off. */
  readonly onSince: Date | null;
  readonly recoveryCodesLeft: number;
}

/** Second factors as the application sees them: organisers may not read even their own. */
@Injectable()
export class SecondFactorRepository {
  constructor(private readonly database: Database) {}

  /** Name, address and password of an account, as proving it again needs them. */
  async account(organiserId: string): Promise<{ email: string; passwordHash: string } | undefined> {
    const [account] = await this.database.query<{ email: string; passwordHash: string }>(
      'SELECT email, password_hash AS "passwordHash" FROM organiser WHERE id = $1',
      [organiserId],
    );
    return account;
  }

  /** How apps name us: the national office. */
  async organisationName(): Promise<string | undefined> {
    const [unit] = await this.database.query<{ name: string }>(
      `SELECT name FROM unit WHERE kind = 'national'`,
    );
    return unit?.name;
  }

  async state(organiserId: string): Promise<FactorState> {
    const [state] = await this.database.query<{ onSince: Date | null; recoveryCodesLeft: number }>(
      `SELECT f.on_since AS "onSince",
              (SELECT count(*)::integer FROM organiser_recovery_code c
                WHERE c.organiser_id = f.organiser_id AND c.used_at IS NULL) AS "recoveryCodesLeft"
         FROM organiser_second_factor f WHERE f.organiser_id = $1`,
      [organiserId],
    );
    return state ?? { onSince: null, recoveryCodesLeft: 0 };
  }

  /** The secret of a factor that is on. */
  async find(manager: EntityManager, organiserId: string): Promise<StoredFactor | undefined> {
    const [factor] = await manager.query<StoredFactor[]>(
      `SELECT secret, clock_now() AS now FROM organiser_second_factor
        WHERE organiser_id = $1 AND secret IS NOT NULL`,
      [organiserId],
    );
    return factor;
  }

  /**
   * Takes the code of a time step, once: a step that was taken, and every one before it, is refused.
   * Of two at once one waits for the other and then finds the step taken.
   *
   * @param secret the sealed secret that the code was checked by, and how it is to be kept from now on.
   */
  async takeStep(
    manager: EntityManager,
    organiserId: string,
    step: number,
    secret: { readonly checked: Buffer; readonly kept: Buffer },
  ): Promise<boolean> {
    const [rows] = await manager.query<[unknown[], number]>(
      `UPDATE organiser_second_factor SET last_step = $2, secret = $4
        WHERE organiser_id = $1 AND secret = $3 AND (last_step IS NULL OR last_step < $2)
        RETURNING organiser_id`,
      [organiserId, step, secret.checked, secret.kept],
    );
    return rows.length > 0;
  }

  /** Takes a recovery code, once. */
  async takeRecoveryCode(
    manager: EntityManager,
    organiserId: string,
    codeHash: Buffer,
  ): Promise<boolean> {
    const [rows] = await manager.query<[unknown[], number]>(
      `UPDATE organiser_recovery_code SET used_at = clock_now()
        WHERE organiser_id = $1 AND code_hash = $2 AND used_at IS NULL
          AND EXISTS (SELECT FROM organiser_second_factor f
                       WHERE f.organiser_id = $1 AND f.secret IS NOT NULL)
        RETURNING organiser_id`,
      [organiserId, codeHash],
    );
    return rows.length > 0;
  }

  /** Lets a new secret wait to be confirmed; one that waited before is forgotten. */
  async begin(manager: EntityManager, organiserId: string, secret: Buffer): Promise<void> {
    await manager.query(
      `INSERT INTO organiser_second_factor (organiser_id, pending_secret, pending_since)
       VALUES ($1, $2, clock_now())
       ON CONFLICT ON CONSTRAINT organiser_second_factor_pk DO UPDATE
          SET pending_secret = excluded.pending_secret, pending_since = excluded.pending_since`,
      [organiserId, secret],
    );
  }

  /** The secret that waits to be confirmed. */
  async pending(manager: EntityManager, organiserId: string): Promise<StoredFactor | undefined> {
    const [factor] = await manager.query<StoredFactor[]>(
      `SELECT pending_secret AS secret, clock_now() AS now FROM organiser_second_factor
        WHERE organiser_id = $1 AND pending_secret IS NOT NULL
          AND pending_since > clock_now() - make_interval(hours => $2)`,
      [organiserId, PENDING_HOURS],
    );
    return factor;
  }

  /**
   * Switches a pending secret on, in the place of the one before, with the step that confirmed it taken.
   *
   * @returns false where it is no longer the one that waits.
   */
  async switchOn(
    manager: EntityManager,
    organiserId: string,
    pending: Buffer,
    step: number,
  ): Promise<boolean> {
    const [rows] = await manager.query<[unknown[], number]>(
      `UPDATE organiser_second_factor
          SET secret = pending_secret, on_since = clock_now(), last_step = $3,
              pending_secret = NULL, pending_since = NULL
        WHERE organiser_id = $1 AND pending_secret = $2
        RETURNING organiser_id`,
      [organiserId, pending, step],
    );
    return rows.length > 0;
  }

  /** Takes a factor away, with its recovery codes. @returns whether one was on. */
  async remove(manager: EntityManager, organiserId: string): Promise<boolean> {
    const [rows] = await manager.query<[{ on: boolean }[], number]>(
      `DELETE FROM organiser_second_factor WHERE organiser_id = $1
        RETURNING secret IS NOT NULL AS "on"`,
      [organiserId],
    );
    return rows[0]?.on === true;
  }

  /** Gives an account these recovery codes and no others. */
  async replaceRecoveryCodes(
    manager: EntityManager,
    organiserId: string,
    codeHashes: readonly Buffer[],
  ): Promise<void> {
    await manager.query('DELETE FROM organiser_recovery_code WHERE organiser_id = $1', [
      organiserId,
    ]);
    await manager.query(
      `INSERT INTO organiser_recovery_code (organiser_id, code_hash)
       SELECT $1, unnest($2::bytea[])`,
      [organiserId, codeHashes],
    );
  }

  /**
   * Ends the sessions of an account but one, and notes by what factor that one goes on.
   *
   * @param kept the id of the session; undefined ends all.
   */
  async endSessions(
    manager: EntityManager,
    organiserId: string,
    kept?: { readonly sessionId: string; readonly secondFactor: 'totp' | null },
  ): Promise<void> {
    await manager.query(
      `UPDATE organiser_session SET revoked_at = clock_now()
        WHERE organiser_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $2::uuid`,
      [organiserId, kept?.sessionId ?? null],
    );
    if (kept === undefined) return;
    await manager.query('UPDATE organiser_session SET second_factor = $2 WHERE id = $1', [
      kept.sessionId,
      kept.secondFactor,
    ]);
  }
}
