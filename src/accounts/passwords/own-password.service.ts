import { Injectable } from '@nestjs/common';
import { PasswordRules } from '../../organisers/password-rules.js';
import { Passwords } from '../../organisers/passwords.js';
import { SignInLimits } from '../../organisers/sign-in-limits.js';
import type { SignedInOrganiser } from '../../organisers/signed-in-organiser.js';
import { Database } from '../../platform/database/database.js';
import { invalidInput, unauthenticated } from '../../platform/http/standard-problems.js';
import { OutboxService } from '../../platform/outbox/outbox.service.js';
import { AccountChanged, faultAt, wrongPassword } from '../account.errors.js';
import { CredentialsRepository } from './credentials.repository.js';
import { NewPasswords } from './new-passwords.js';
import type { PasswordChange } from './password-resets.schemas.js';

/** Another password for whoever knows theirs. */
@Injectable()
export class OwnPasswordService {
  constructor(
    private readonly database: Database,
    private readonly repository: CredentialsRepository,
    private readonly rules: PasswordRules,
    private readonly passwords: Passwords,
    private readonly limits: SignInLimits,
    private readonly newPasswords: NewPasswords,
    private readonly outbox: OutboxService,
  ) {}

  /**
   * Changes the caller's password and ends their other sessions.
   *
   * @param address where it comes from: guesses at the present one count as tries to sign in.
   * @throws Problem 422, 429; AccountChanged 409 where it was changed elsewhere meanwhile.
   */
  async change(
    { organiserId, sessionId }: SignedInOrganiser,
    { currentPassword, newPassword }: PasswordChange,
    address: string,
  ): Promise<void> {
    const account = await this.database.transaction((manager) =>
      this.repository.ofAccount(manager, organiserId),
    );
    if (account === undefined) throw unauthenticated();
    const { email, name, organisationName, passwordHash } = account;
    await this.limits.countTry(email, address);
    const fits = await this.passwords.fits(passwordHash, currentPassword);
    const fault = await this.rules.faultOf(newPassword, [name, email, organisationName ?? '']);
    const faults = fault === undefined ? [] : [faultAt('newPassword', fault)];
    if (!fits) throw wrongPassword('currentPassword', faults);
    if (faults.length > 0) throw invalidInput(faults);

    const hash = await this.passwords.hash(newPassword);
    await this.database.transaction(async (manager) => {
      const now = await this.repository.lock(manager, organiserId);
      if (now === undefined || now.disabled) throw unauthenticated();
      if (now.passwordHash !== passwordHash) throw new AccountChanged();
      await this.newPasswords.replace(manager, now, {
        hash,
        action: 'organiser.password_changed',
        stayingSession: sessionId,
      });
    });
    this.outbox.ring();
  }
}
