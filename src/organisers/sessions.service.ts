import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newId } from '../platform/new-id.js';
import { recordDeed } from '../audit/audit.js';
import { Database } from '../platform/database/database.js';
import type { Page } from '../platform/http/keyset-page.js';
import { notFound } from '../platform/http/standard-problems.js';
import { InvalidCredentials, RightsWithdrawn, SessionEnded } from './organisers.errors.js';
import { Passwords } from './passwords.js';
import { permissionsOf } from './permissions.js';
import { hashSessionToken, makeSessionToken, sessionTokenOf } from './session-token.js';
import { SessionsRepository } from './sessions.repository.js';
import type { OwnSession, OwnSessionsQuery, SignIn } from './sessions.schemas.js';
import { SignInLimits } from './sign-in-limits.js';
import type { SignedInOrganiser } from './signed-in-organiser.js';

/** A working day with its evening meeting. */
const SESSION_HOURS = 12;
/** In characters; enough to know a browser by. */
const LONGEST_CLIENT = 200;

/** Where a sign-in comes from. */
export interface SignInOrigin {
  readonly address: string;
  /** Its User-Agent. */
  readonly client: string | undefined;
}

/** Signing in, who a token belongs to, signing out. */
@Injectable()
export class SessionsService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly repository: SessionsRepository,
    private readonly passwords: Passwords,
    private readonly limits: SignInLimits,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.passwords.prepare();
  }

  /**
   * A new session for the right password. Unknown, wrong and disabled take the same statements, the
   * same hashing and the same answer. A `totp` is not looked at until accounts have a second factor.
   *
   * @throws InvalidCredentials 401.
   * @throws Problem 429 where the account is tried too often.
   */
  async signIn(input: SignIn, { address, client }: SignInOrigin) {
    const email = input.email.toLowerCase();
    await this.limits.countTry(email, address);
    const account = await this.repository.account(email);
    const fits = await this.passwords.fits(account?.passwordHash, input.password);
    if (account === undefined || !fits || account.disabled) throw new InvalidCredentials();

    const token = makeSessionToken();
    const { id, name } = account;
    const organiser = { organiserId: id };
    const expiresAt = await this.database.transaction(async (manager) => {
      const sessionId = newId();
      const expires = await this.repository.start(manager, {
        id: sessionId,
        organiserId: id,
        tokenHash: hashSessionToken(token),
        hours: SESSION_HOURS,
        address: address === '' ? null : address,
        client: plainClient(client),
      });
      // Hashing takes its time: meanwhile the account may have been disabled or given a new password.
      if (!(await this.repository.standsAs(manager, id, account.passwordHash))) {
        throw new InvalidCredentials();
      }
      await recordDeed(manager, organiser, 'session.created', 'organiser_session', sessionId);
      return expires;
    });
    await this.limits.noteSuccess(email, address);
    return { token, expiresAt, organiser: { id, name, email: account.email } };
  }

  /** Whom an `Authorization` header speaks for, asked of the database each time; else undefined. */
  async authenticate(authorization: string | undefined): Promise<SignedInOrganiser | undefined> {
    const token = sessionTokenOf(authorization);
    if (token === undefined) return undefined;
    const session = await this.repository.live(hashSessionToken(token));
    if (session === undefined) return undefined;
    const { sessionId, organiserId, roles, grants, stale } = session;
    if (stale) await this.repository.touch(sessionId);
    return { sessionId, organiserId, roles, grants, permissions: permissionsOf(roles) };
  }

  /**
   * Lets a transaction commit only while its organiser is signed in, the account open and the grants
   * of the request untouched; whoever takes one of these away waits for the commit, or has it refused.
   *
   * @throws SessionEnded 401, RightsWithdrawn 403.
   */
  async mustStand(
    manager: EntityManager,
    { sessionId, grants }: Pick<SignedInOrganiser, 'sessionId' | 'grants'>,
  ): Promise<void> {
    const lost = await this.repository.lost(manager, sessionId, grants);
    if (lost === 'session') throw new SessionEnded();
    if (lost === 'grants') throw new RightsWithdrawn();
  }

  /** Ends the session at once; its token is worth nothing from here on. */
  async signOut({ sessionId, organiserId }: SignedInOrganiser): Promise<void> {
    await this.end(sessionId, organiserId);
  }

  /** The sessions of the caller that hold. */
  list(organiser: SignedInOrganiser, query: OwnSessionsQuery): Promise<Page<OwnSession>> {
    return this.repository.page(organiser, query);
  }

  /** Ends one of the caller's sessions at once. @throws Problem 404, for those of others too. */
  async revoke({ organiserId }: SignedInOrganiser, sessionId: string): Promise<void> {
    if (!(await this.end(sessionId, organiserId))) throw notFound();
  }

  private async end(sessionId: string, organiserId: string): Promise<boolean> {
    return this.database.transaction(async (manager) => {
      const held = await this.repository.revoke(manager, sessionId, organiserId);
      if (held) {
        await recordDeed(
          manager,
          { organiserId },
          'session.revoked',
          'organiser_session',
          sessionId,
        );
      }
      return held;
    });
  }
}

/** Without what no browser says of itself: a name is shown to its owner, and kept. */
function plainClient(client: string | undefined): string | null {
  const plain = (client ?? '')
    .replaceAll(/[^ -~]/g, '')
    .slice(0, LONGEST_CLIENT)
    .trim();
  return plain === '' ? null : plain;
}
