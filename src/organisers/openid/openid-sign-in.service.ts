import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { recordDeed } from '../../audit/audit.js';
import { Configuration } from '../../platform/config/configuration.js';
import { Database } from '../../platform/database/database.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { OpenIdAway, OpenIdRefused } from '../../providers/openid/openid-errors.js';
import { type OpenIdIdentity, OpenIdProvider } from '../../providers/openid/openid-provider.js';
import { SecurityNotices } from '../messages/security-notices.js';
import { SessionOpening, type SignInOrigin } from '../session-opening.js';
import { SessionsRepository } from '../sessions.repository.js';
import type { Session } from '../sessions.schemas.js';
import { SignInLimits } from '../sign-in-limits.js';
import { SignInRefusals } from '../sign-in-refusals.js';
import { ATTEMPT_SECONDS, OpenIdAttempts } from './openid-attempts.js';
import {
  OpenIdCodeInvalid,
  OpenIdNoAccount,
  openIdNotConfigured,
  OpenIdUnavailable,
  OpenIdUnproved,
} from './openid.errors.js';
import { type OpenIdAccount, OpenIdSignInRepository } from './openid-sign-in.repository.js';
import type { OpenIdSignIn } from './openid.schemas.js';

const OWN_PATH = '/v1/admin/sessions/openid';
/** For a console to load and ask. */
const CODE_SECONDS = 60;

/** Where a browser goes next, and what it is to keep. */
export interface BrowserAnswer {
  /** Undefined where no console is configured. */
  readonly location: string | undefined;
  readonly cookie: string;
}

/**
 * Signing in by a provider of identities. The browser goes to the provider and comes back with
 * proof; the console gets a code in the fragment of its address, which no server sees, and
 * exchanges it for a session together with what only it knows.
 */
@Injectable()
export class OpenIdSignInService {
  constructor(
    private readonly configuration: Configuration,
    private readonly provider: OpenIdProvider,
    private readonly attempts: OpenIdAttempts,
    private readonly database: Database,
    private readonly repository: OpenIdSignInRepository,
    private readonly sessions: SessionsRepository,
    private readonly opening: SessionOpening,
    private readonly limits: SignInLimits,
    private readonly refusals: SignInRefusals,
    private readonly notices: SecurityNotices,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws Problem 404 where there is no provider. */
  describe() {
    if (!this.provider.isConfigured) throw openIdNotConfigured();
    return { label: this.configuration.environment.OIDC_LABEL, startUrl: this.address('start') };
  }

  /** @throws Problem 404; OpenIdUnavailable 503. */
  async start(challenge: string): Promise<BrowserAnswer> {
    if (!this.provider.isConfigured) throw openIdNotConfigured();
    const { secrets, cookie } = this.attempts.begin(Buffer.from(challenge, 'base64url'));
    const url = await this.asked(() =>
      this.provider.authorizationUrl(secrets, this.address('callback')),
    );
    return { location: url.href, cookie };
  }

  /**
   * @param query of the callback, as it came.
   * @throws Problem 404; OpenIdUnproved 401, OpenIdNoAccount 403, OpenIdUnavailable 503.
   */
  async comeBack(
    cookies: string | undefined,
    query: string,
    origin: SignInOrigin,
  ): Promise<BrowserAnswer> {
    if (!this.provider.isConfigured) throw openIdNotConfigured();
    const attempt = this.attempts.find(cookies);
    if (attempt === undefined) throw new OpenIdUnproved();
    const callback = new URL(`${this.address('callback')}?${query}`);
    const identity = await this.asked(() => this.provider.identify(callback, attempt.secrets));
    const code = randomBytes(32).toString('base64url');
    const outcome = await this.database.transaction(async (manager) => {
      const account = await this.accountOf(manager, identity);
      if (account === undefined || account.disabled) return { refused: account?.id };
      const isNew = await this.repository.keep(manager, {
        attempt: attempt.hash,
        codeHash: hashOf(code),
        challenge: attempt.challenge,
        organiserId: account.id,
        vouched: this.isVouched(identity),
        seconds: CODE_SECONDS,
        forgetAfterSeconds: ATTEMPT_SECONDS,
      });
      if (!isNew) throw new OpenIdUnproved();
      return undefined;
    });
    if (outcome !== undefined) {
      await this.refusals.note({ email: '', address: origin.address }, outcome.refused);
      throw new OpenIdNoAccount();
    }
    const console = this.configuration.environment.OIDC_CONSOLE_URL;
    return {
      location: console === undefined ? undefined : withFragment(console, `openIdCode=${code}`),
      cookie: this.attempts.forget(),
    };
  }

  /**
   * A new session for the code of a sign-in that came back.
   *
   * @throws OpenIdCodeInvalid, SecondFactorRequired, SecondFactorInvalid 401.
   * @throws Problem 404; 429 where the account is tried too often.
   */
  async exchange(input: OpenIdSignIn, origin: SignInOrigin): Promise<Session> {
    if (!this.provider.isConfigured) throw openIdNotConfigured();
    const codeHash = hashOf(input.code);
    const waiting = await this.repository.waiting(codeHash);
    if (waiting === undefined) throw new OpenIdCodeInvalid();
    const { account, challenge, vouched } = waiting;
    if (!timingSafeEqual(hashOf(input.verifier), challenge)) {
      // Whoever has the code has not the verifier: it has got about.
      await this.database.transaction((manager) => this.repository.use(manager, codeHash));
      throw new OpenIdCodeInvalid();
    }
    await this.limits.countTry(account.email, origin.address);
    return this.opening.open({
      account,
      origin,
      shown: input,
      vouched,
      action: 'session.created_by_openid',
      holds: async (manager) =>
        (await this.repository.use(manager, codeHash)) && this.sessions.isOpen(manager, account.id),
    });
  }

  /** Whose account it is: of the identity, and the first time of its verified address where that is allowed. */
  private async accountOf(
    manager: EntityManager,
    { issuer, subject, verifiedEmail }: OpenIdIdentity,
  ): Promise<OpenIdAccount | undefined> {
    const linked = await this.repository.linked(manager, issuer, subject);
    if (linked !== undefined) return linked;
    const mayLink = this.configuration.environment.OIDC_LINK_BY_EMAIL;
    if (!mayLink || verifiedEmail === undefined) return undefined;
    const account = await this.repository.unlinked(manager, issuer, verifiedEmail.toLowerCase());
    if (account === undefined || account.disabled) return account;
    if (!(await this.repository.link(manager, issuer, subject, account.id))) return undefined;
    const { id: organiserId } = account;
    await recordDeed(manager, { organiserId }, 'organiser.openid_linked', 'organiser', organiserId);
    await this.notices.tell(manager, organiserId, 'openid_linked');
    return account;
  }

  private isVouched({ methods }: OpenIdIdentity): boolean {
    switch (this.configuration.environment.OIDC_SECOND_FACTOR) {
      case 'required':
        return false;
      case 'amr':
        return methods.includes('mfa');
      case 'trusted':
        return true;
    }
  }

  private address(what: 'start' | 'callback'): string {
    return `${this.configuration.publicUrl}${OWN_PATH}/${what}`;
  }

  /** What the provider fails at, in the words of our answers; the log hears why. */
  private async asked<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof OpenIdAway) {
        this.logger.warn({ reason: error.reason }, 'the provider of identities is away');
        throw new OpenIdUnavailable(error);
      }
      if (error instanceof OpenIdRefused) {
        this.logger.warn({ reason: error.reason }, 'a sign-in by the provider proves nothing');
        throw new OpenIdUnproved();
      }
      throw error;
    }
  }
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function withFragment(address: string, fragment: string): string {
  const url = new URL(address);
  url.hash = fragment;
  return url.href;
}
