import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { recordDeed } from '../audit/audit.js';
import { Database } from '../platform/database/database.js';
import type { Page } from '../platform/http/keyset-page.js';
import { notFound } from '../platform/http/standard-problems.js';
import {
  GrantInGrace,
  InvalidCredentials,
  PermissionMissing,
  RightsWithdrawn,
  SessionEnded,
} from './organisers.errors.js';
import { Passwords } from './passwords.js';
import { type Permission, permissionsOf, rolesWith } from './permissions.js';
import { SecondFactorPolicy } from './second-factor/second-factor-policy.js';
import { SessionOpening, type SignInOrigin } from './session-opening.js';
import { hashSessionToken, sessionTokenOf } from './session-token.js';
import { SessionsRepository } from './sessions.repository.js';
import type { OwnSession, OwnSessionsQuery, Session, SignIn } from './sessions.schemas.js';
import { SignInLimits } from './sign-in-limits.js';
import { SignInRefusals } from './sign-in-refusals.js';
import type { SignedInOrganiser } from './signed-in-organiser.js';

/** Signing in, who a token belongs to, signing out. */
@Injectable()
export class SessionsService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly repository: SessionsRepository,
    private readonly passwords: Passwords,
    private readonly limits: SignInLimits,
    private readonly refusals: SignInRefusals,
    private readonly opening: SessionOpening,
    private readonly policy: SecondFactorPolicy,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.passwords.prepare();
  }

  /**
   * A new session for the right password, and a code where the account has a second factor. Unknown,
   * wrong and disabled take the same statements, the same hashing and the same answer; that a code is
   * wanted is told only to whom the password is known.
   *
   * @throws InvalidCredentials, SecondFactorRequired, SecondFactorInvalid 401.
   * @throws Problem 429 where the account is tried too often.
   */
  async signIn(input: SignIn, origin: SignInOrigin): Promise<Session> {
    const email = input.email.toLowerCase();
    const attempt = { email, address: origin.address };
    await this.limits.countTry(email, origin.address);
    const account = await this.repository.account(email);
    const fits = await this.passwords.fits(account?.passwordHash, input.password);
    if (account === undefined || !fits || account.disabled) {
      await this.refusals.note(attempt, account?.id);
      throw new InvalidCredentials();
    }
    return this.opening.open({
      account,
      origin,
      shown: input,
      vouched: false,
      action: 'session.created',
      holds: (manager) => this.repository.standsAs(manager, account.id, account.passwordHash),
    });
  }

  /** Whom an `Authorization` header speaks for, asked of the database each time; else undefined. */
  async authenticate(authorization: string | undefined): Promise<SignedInOrganiser | undefined> {
    const token = sessionTokenOf(authorization);
    if (token === undefined) return undefined;
    const session = await this.repository.live(hashSessionToken(token));
    if (session === undefined) return undefined;
    const { sessionId, organiserId, roles, gracedRoles, grants, stale, secondFactor } = session;
    if (stale) await this.repository.touch(sessionId);
    return {
      sessionId,
      organiserId,
      roles,
      gracedRoles,
      grants,
      permissions: permissionsOf(roles, gracedRoles),
      secondFactorRequired: this.policy.isRequired({
        ...session,
        roles: [...roles, ...gracedRoles],
      }),
      secondFactorShown: secondFactor !== null,
    };
  }

  /** Why somebody may not do what a grant of theirs allowed before it ended. */
  async inGrace(
    { organiserId, gracedRoles }: SignedInOrganiser,
    permission: Permission,
  ): Promise<GrantInGrace | PermissionMissing> {
    const [grant] = await this.repository.graced(organiserId, rolesWith(permission, gracedRoles));
    return grant === undefined
      ? new PermissionMissing(permission)
      : new GrantInGrace(permission, grant);
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
