import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { recordDeed } from '../audit/audit.js';
import { Database } from '../platform/database/database.js';
import { newId } from '../platform/new-id.js';
import { InvalidCredentials } from './organisers.errors.js';
import { SecondFactorCheck, type ShownFactor } from './second-factor/second-factor-check.js';
import { SecondFactorInvalid, SecondFactorRequired } from './second-factor/second-factor.errors.js';
import { SecondFactorPolicy } from './second-factor/second-factor-policy.js';
import { SecondFactorRepository } from './second-factor/second-factor.repository.js';
import { hashSessionToken, makeSessionToken } from './session-token.js';
import { type Account, SessionsRepository, type ShownBy } from './sessions.repository.js';
import type { Session } from './sessions.schemas.js';
import { SignInLimits } from './sign-in-limits.js';
import { SignInRefusals } from './sign-in-refusals.js';

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

/** Somebody who has shown by one factor whose account it is. */
export interface FirstFactor {
  readonly account: Pick<Account, 'id' | 'name' | 'email'>;
  readonly origin: SignInOrigin;
  readonly shown: ShownFactor;
  /** Whether a provider of identities vouches for a second factor. */
  readonly vouched: boolean;
  /** What the trail calls it. */
  readonly action: 'session.created' | 'session.created_by_openid';
  /**
   * Whether the first factor still holds, asked after the session was written, whose foreign key
   * waits for whoever is changing the account; uses up what serves once.
   */
  holds(manager: EntityManager): Promise<boolean>;
}

/** The second half of signing in, whichever way the first went: the second factor, then a session. */
@Injectable()
export class SessionOpening {
  constructor(
    private readonly database: Database,
    private readonly sessions: SessionsRepository,
    private readonly factors: SecondFactorRepository,
    private readonly check: SecondFactorCheck,
    private readonly policy: SecondFactorPolicy,
    private readonly limits: SignInLimits,
    private readonly refusals: SignInRefusals,
  ) {}

  /**
   * @throws SecondFactorRequired, SecondFactorInvalid, InvalidCredentials 401.
   * @throws Problem 429 where codes are tried too often.
   */
  async open(first: FirstFactor): Promise<Session> {
    const { id, email } = first.account;
    const attempt = { email, address: first.origin.address };
    const { onSince } = await this.factors.state(id);
    const needsCode = onSince !== null && !first.vouched;
    if (needsCode && !this.check.isShown(first.shown)) {
      await this.limits.noteHalf(attempt);
      await this.database.transaction((manager) =>
        recordDeed(manager, { organiserId: id }, 'session.code_asked', 'organiser', id),
      );
      throw new SecondFactorRequired();
    }
    if (needsCode) await this.limits.countCode(attempt);
    try {
      const session = await this.write(first, needsCode);
      await this.limits.noteSuccess(email, attempt.address);
      if (needsCode) await this.limits.noteCode(attempt);
      return session;
    } catch (error) {
      if (error instanceof SecondFactorInvalid) await this.refusals.note(attempt, id);
      throw error;
    }
  }

  /** One transaction: a session without its code, or a code that is spent for nothing, cannot be. */
  private write(first: FirstFactor, needsCode: boolean): Promise<Session> {
    const { account, origin, shown, vouched, action } = first;
    const { id, name, email } = account;
    const token = makeSessionToken();
    return this.database.transaction(async (manager) => {
      let secondFactor: ShownBy | undefined = vouched ? 'provider' : undefined;
      if (needsCode) {
        secondFactor = await this.check.take(manager, id, shown);
        if (secondFactor === undefined) throw new SecondFactorInvalid();
      }
      const sessionId = newId();
      const expiresAt = await this.sessions.start(manager, {
        id: sessionId,
        organiserId: id,
        tokenHash: hashSessionToken(token),
        hours: SESSION_HOURS,
        address: origin.address === '' ? null : origin.address,
        client: plainClient(origin.client),
        secondFactor: secondFactor ?? null,
      });
      // Hashing takes its time: meanwhile the account may have been disabled or given a new password.
      if (!(await first.holds(manager))) throw new InvalidCredentials();
      await recordDeed(manager, { organiserId: id }, action, 'organiser_session', sessionId);
      const mustEnrol =
        secondFactor === undefined &&
        this.policy.isRequired(await this.sessions.holdings(manager, id));
      return {
        token,
        expiresAt: expiresAt.toISOString(),
        organiser: { id, name, email },
        ...(mustEnrol ? { secondFactorEnrolmentRequired: true as const } : {}),
      };
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
