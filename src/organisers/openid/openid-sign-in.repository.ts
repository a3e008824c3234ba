import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../../platform/database/database.js';

/** An account as signing in by a provider needs it. */
export interface OpenIdAccount {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly disabled: boolean;
}

/** A sign-in that came back and waits for its console. */
export interface WaitingSignIn {
  readonly account: OpenIdAccount;
  readonly challenge: Buffer;
  /** Whether the provider's second factor stands in for ours. */
  readonly vouched: boolean;
}

const ACCOUNT = 'o.id, o.name, o.email, o.disabled_at IS NOT NULL AS disabled';

/** Identities at the provider, and sign-ins on their way. */
@Injectable()
export class OpenIdSignInRepository {
  constructor(private readonly database: Database) {}

  /** The account that signs in as this subject. */
  async linked(
    manager: EntityManager,
    issuer: string,
    subject: string,
  ): Promise<OpenIdAccount | undefined> {
    const [account] = await manager.query<OpenIdAccount[]>(
      `SELECT ${ACCOUNT} FROM organiser_openid_identity i JOIN organiser o ON o.id = i.organiser_id
        WHERE i.issuer = $1 AND i.subject = $2`,
      [issuer, subject],
    );
    return account;
  }

  /** The account of an address (in lower case) that nobody signs in to by this issuer yet. */
  async unlinked(
    manager: EntityManager,
    issuer: string,
    email: string,
  ): Promise<OpenIdAccount | undefined> {
    const [account] = await manager.query<OpenIdAccount[]>(
      `SELECT ${ACCOUNT} FROM organiser o
        WHERE o.email = $2
          AND NOT EXISTS (SELECT FROM organiser_openid_identity i
                           WHERE i.organiser_id = o.id AND i.issuer = $1)`,
      [issuer, email],
    );
    return account;
  }

  /** @returns whether it was linked; false where somebody was at the same moment. */
  async link(
    manager: EntityManager,
    issuer: string,
    subject: string,
    organiserId: string,
  ): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `INSERT INTO organiser_openid_identity (issuer, subject, organiser_id) VALUES ($1, $2, $3)
       ON CONFLICT DO NOTHING RETURNING organiser_id`,
      [issuer, subject, organiserId],
    );
    return rows.length > 0;
  }

  /**
   * Keeps a sign-in for a console to take.
   *
   * @returns false where this attempt came back before.
   */
  async keep(
    manager: EntityManager,
    signIn: {
      attempt: Buffer;
      codeHash: Buffer;
      challenge: Buffer;
      organiserId: string;
      vouched: boolean;
      /** For how long the code serves, and until when the attempt could be sent again. */
      seconds: number;
      forgetAfterSeconds: number;
    },
  ): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `INSERT INTO openid_sign_in (attempt, code_hash, challenge, organiser_id, second_factor,
                                   expires_at, forget_at)
       VALUES ($1, $2, $3, $4, $5, clock_now() + make_interval(secs => $6),
               clock_now() + make_interval(secs => $7))
       ON CONFLICT ON CONSTRAINT openid_sign_in_pk DO NOTHING RETURNING attempt`,
      [
        signIn.attempt,
        signIn.codeHash,
        signIn.challenge,
        signIn.organiserId,
        signIn.vouched,
        signIn.seconds,
        signIn.forgetAfterSeconds,
      ],
    );
    return rows.length > 0;
  }

  /** The sign-in of a code that still serves. */
  async waiting(codeHash: Buffer): Promise<WaitingSignIn | undefined> {
    const [row] = await this.database.query<
      OpenIdAccount & { challenge: Buffer; vouched: boolean }
    >(
      `SELECT ${ACCOUNT}, s.challenge, s.second_factor AS vouched
         FROM openid_sign_in s JOIN organiser o ON o.id = s.organiser_id
        WHERE s.code_hash = $1 AND s.used_at IS NULL AND s.expires_at > clock_now()`,
      [codeHash],
    );
    if (row === undefined) return undefined;
    const { challenge, vouched, ...account } = row;
    return { account, challenge, vouched };
  }

  /** Uses a code up. @returns whether it still served. */
  async use(manager: EntityManager, codeHash: Buffer): Promise<boolean> {
    const [rows] = await manager.query<[unknown[], number]>(
      `UPDATE openid_sign_in SET used_at = clock_now()
        WHERE code_hash = $1 AND used_at IS NULL AND expires_at > clock_now()
        RETURNING attempt`,
      [codeHash],
    );
    return rows.length > 0;
  }
}
