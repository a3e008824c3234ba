import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { MessageQueue } from '../../messaging/message-queue.js';
import { PasswordRules } from '../../organisers/password-rules.js';
import { Passwords } from '../../organisers/passwords.js';
import { Configuration } from '../../platform/config/configuration.js';
import { Database } from '../../platform/database/database.js';
import { invalidInput } from '../../platform/http/standard-problems.js';
import { OutboxService } from '../../platform/outbox/outbox.service.js';
import { Clock } from '../../platform/time/clock.js';
import { faultAt, LinkEnded, LinkUnknown } from '../account.errors.js';
import { AccountLinks, type PasswordReset } from '../account-links.js';
import { type Credentials, CredentialsRepository } from './credentials.repository.js';
import { NewPasswords } from './new-passwords.js';
import type { ResetAsked, ResetCompletion, ResetRequest } from './password-resets.schemas.js';

/** No answer comes sooner, in milliseconds, as with a join: what the address decides is over by then. */
const SOONEST_ANSWER_MILLISECONDS = 25;
const HOUR_MILLISECONDS = 3_600_000;

const ASKED: ResetAsked = {
  next: 'If there is an account with this address, a mail with a link is on its way. Please look into your junk mail, too. We send one mail an hour at most.',
};

/** A new password for whoever has forgotten theirs, by a link that goes to the account's address. */
@Injectable()
export class PasswordResetsService {
  private readonly secret: string;

  constructor(
    private readonly database: Database,
    private readonly repository: CredentialsRepository,
    private readonly messages: MessageQueue,
    private readonly outbox: OutboxService,
    private readonly links: AccountLinks,
    private readonly rules: PasswordRules,
    private readonly passwords: Passwords,
    private readonly newPasswords: NewPasswords,
    private readonly clock: Clock,
    configuration: Configuration,
  ) {
    this.secret = configuration.environment.LINK_SECRET;
  }

  /**
   * Puts a mail with a link on its way. Known and unknown, open and closed take the same statements
   * and the same answer: a message is written for every address, and the worker drops it where there
   * is nobody to send it to. Its key lets one pass an hour, silently.
   */
  async ask({ email }: ResetRequest): Promise<ResetAsked> {
    const soonest = pause(SOONEST_ANSWER_MILLISECONDS);
    const address = email.toLowerCase();
    const hour = Math.floor(this.clock.now().getTime() / HOUR_MILLISECONDS);
    await this.database.transaction(async (manager) => {
      const account = await this.repository.ofAddress(manager, address);
      // With another password the hour begins anew: whoever forgets that one, too, gets a link.
      const version = account?.credentialsVersion ?? 1;
      await this.messages.add(manager, {
        kind: 'organiser_password_reset',
        channel: 'email',
        businessKey: `organiser_password_reset:${this.hashOf(address)}:${hour}:${version}`,
        queue: 'receipts',
        organiserId: account?.id,
      });
    });
    this.outbox.ring();
    await soonest;
    return ASKED;
  }

  /**
   * The account for which a link chooses a new password. Changes nothing.
   *
   * @throws LinkUnknown 404; LinkEnded 410.
   */
  async account(token: string): Promise<Credentials> {
    const link = this.opened(token);
    return this.database.transaction(async (manager) =>
      standing(link, await this.repository.ofAccount(manager, link.organiserId)),
    );
  }

  /**
   * Chooses the new password. All sessions of the account end; a second factor stays what it is.
   *
   * @throws LinkUnknown 404; LinkEnded 410; Problem 422 for a password that may not be chosen.
   */
  async complete({ token, password }: ResetCompletion): Promise<void> {
    const link = this.opened(token);
    const { name, email, organisationName } = await this.account(token);
    const fault = await this.rules.faultOf(password, [name, email, organisationName ?? '']);
    if (fault !== undefined) throw invalidInput([faultAt('password', fault)]);
    const hash = await this.passwords.hash(password);
    await this.database.transaction(async (manager) => {
      const account = standing(link, await this.repository.lock(manager, link.organiserId));
      await this.newPasswords.replace(manager, account, {
        hash,
        action: 'organiser.password_reset',
        stayingSession: null,
      });
    });
    this.outbox.ring();
  }

  private opened(token: string): PasswordReset {
    const link = this.links.openReset(token);
    if (link === undefined) throw new LinkUnknown();
    return link;
  }

  /** The key outlives the message in logs and tables: nobody is to search it for an address. */
  private hashOf(address: string): string {
    return createHmac('sha256', this.secret)
      .update(`password reset: ${address}`)
      .digest('base64url');
  }
}

/** The account, if its link still does anything. @throws LinkUnknown, LinkEnded. */
function standing(link: PasswordReset, account: Credentials | undefined): Credentials {
  if (account === undefined) throw new LinkUnknown();
  if (account.disabled) throw new LinkEnded('account_closed');
  if (account.credentialsVersion !== link.credentialsVersion) throw new LinkEnded('used');
  if (link.expiresAt <= account.now) throw new LinkEnded('expired');
  return account;
}
