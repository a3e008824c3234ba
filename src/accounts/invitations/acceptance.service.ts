import { Injectable } from '@nestjs/common';
import { recordDeed } from '../../audit/audit.js';
import { PasswordRules } from '../../organisers/password-rules.js';
import { Passwords } from '../../organisers/passwords.js';
import { OFFICE_OF_ROLE } from '../../organisers/role-places.js';
import { SignInLimits } from '../../organisers/sign-in-limits.js';
import { Database } from '../../platform/database/database.js';
import { invalidInput } from '../../platform/http/standard-problems.js';
import {
  AccountChanged,
  faultAt,
  LinkEnded,
  LinkUnknown,
  wrongPassword,
} from '../account.errors.js';
import { AccountLinks } from '../account-links.js';
import { AcceptanceRepository, type OfferedRole } from './acceptance.repository.js';
import type { Acceptance, AcceptedInvitation } from './acceptance.schemas.js';

/** Accepting an invitation by the link that came with it. */
@Injectable()
export class AcceptanceService {
  constructor(
    private readonly database: Database,
    private readonly repository: AcceptanceRepository,
    private readonly links: AccountLinks,
    private readonly rules: PasswordRules,
    private readonly passwords: Passwords,
    private readonly limits: SignInLimits,
  ) {}

  /**
   * What a link offers. Changes nothing: mail scanners open links, too.
   *
   * @throws LinkUnknown 404; LinkEnded 410.
   */
  async offered(token: string): Promise<OfferedRole> {
    const id = this.links.openInvitation(token);
    if (id === undefined) throw new LinkUnknown();
    return this.openOffer(id);
  }

  /**
   * Takes the role on: with a new account for an address that has none, else with the password of
   * the account. Of two presses at once one counts.
   *
   * @param address where it comes from: guesses at an account's password count as tries to sign in.
   * @throws LinkUnknown 404; LinkEnded 410; AccountChanged 409; Problem 422, 429.
   */
  async accept({ token, password }: Acceptance, address: string): Promise<AcceptedInvitation> {
    const offer = await this.offered(token);
    const hash = await this.hashFor(offer, password, address);
    const accepted = await this.database.transaction(async (manager) => {
      const { id, role } = offer;
      const { outcome, account } = await this.repository.accept(
        manager,
        id,
        hash,
        OFFICE_OF_ROLE[role],
      );
      if (outcome === 'account_changed') throw new AccountChanged();
      if (outcome === 'closed' || account === null) return undefined;
      const organiser = { organiserId: account };
      if (outcome === 'account_made') {
        await recordDeed(manager, organiser, 'organiser.created', 'organiser', account);
      }
      await recordDeed(manager, organiser, `grant.${role}_given`, 'organiser', account);
      await recordDeed(
        manager,
        organiser,
        'organiser_invitation.accepted',
        'organiser_invitation',
        id,
      );
      return account;
    });
    // Somebody was quicker: how it stands by now, says the invitation.
    if (accepted === undefined) {
      await this.openOffer(offer.id);
      throw new AccountChanged();
    }
    const { email, name, role, unit } = offer;
    return { organiser: { id: accepted, name, email }, role, unit };
  }

  private async openOffer(id: string): Promise<OfferedRole> {
    const offer = await this.database.transaction((manager) => this.repository.find(manager, id));
    if (offer === undefined) throw new LinkUnknown();
    if (offer.state !== 'open') throw new LinkEnded(offer.state);
    return offer;
  }

  private async hashFor(offer: OfferedRole, password: string, address: string): Promise<string> {
    const { email, name, unit, organisationName, passwordHash } = offer;
    if (passwordHash !== null) {
      await this.limits.countTry(email, address);
      if (!(await this.passwords.fits(passwordHash, password))) throw wrongPassword('password');
      return passwordHash;
    }
    const about = [name, email, unit.name, organisationName];
    const fault = await this.rules.faultOf(password, about);
    if (fault !== undefined) throw invalidInput([faultAt('password', fault)]);
    return this.passwords.hash(password);
  }
}
