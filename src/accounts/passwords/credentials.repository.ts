import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** An account as the way to a new password needs it. */
export interface Credentials {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly credentialsVersion: number;
  readonly disabled: boolean;
  /** By the clock of the database. */
  readonly now: Date;
  /** The organisation's own name; null before one is imported. */
  readonly organisationName: string | null;
}

const COLUMNS = `id, email, name, password_hash AS "passwordHash",
  credentials_version AS "credentialsVersion", disabled_at IS NOT NULL AS disabled,
  clock_now() AS now, (SELECT name FROM unit WHERE kind = 'national') AS "organisationName"`;

/** Accounts as the application sees them when somebody wants a new password. */
@Injectable()
export class CredentialsRepository {
  /** The account of an address in lower case, closed ones too. */
  async ofAddress(manager: EntityManager, email: string): Promise<Credentials | undefined> {
    const [account] = await manager.query<Credentials[]>(
      `SELECT ${COLUMNS} FROM organiser WHERE email = $1`,
      [email],
    );
    return account;
  }

  async ofAccount(manager: EntityManager, id: string): Promise<Credentials | undefined> {
    const [account] = await manager.query<Credentials[]>(
      `SELECT ${COLUMNS} FROM organiser WHERE id = $1`,
      [id],
    );
    return account;
  }

  /**
   * The same, locked until the end of the transaction: a sign-in that began before waits, and finds
   * that its password is not the account's any more.
   */
  async lock(manager: EntityManager, id: string): Promise<Credentials | undefined> {
    const [account] = await manager.query<Credentials[]>(
      `SELECT ${COLUMNS} FROM organiser WHERE id = $1 FOR UPDATE`,
      [id],
    );
    return account;
  }
}
