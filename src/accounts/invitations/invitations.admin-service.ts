import { Injectable } from '@nestjs/common';
import { recordDeed } from '../../audit/audit.js';
import { MessageQueue } from '../../messaging/message-queue.js';
import { IdempotentCreation } from '../../organisers/idempotent-creation.js';
import { KIND_OF_ROLE } from '../../organisers/role-places.js';
import type { SignedInOrganiser } from '../../organisers/signed-in-organiser.js';
import { Configuration } from '../../platform/config/configuration.js';
import { Database, type OrganiserManager } from '../../platform/database/database.js';
import type { Fault } from '../../platform/http/problem.js';
import { RateLimiter } from '../../platform/http/rate-limiter.js';
import { invalidInput, notFound } from '../../platform/http/standard-problems.js';
import { newId } from '../../platform/new-id.js';
import { OutboxService } from '../../platform/outbox/outbox.service.js';
import { InvitationsAdminRepository } from './invitations-admin.repository.js';
import type { InvitationsQuery, NewInvitation } from './invitations.admin-schemas.js';
import { MayNotGive, OwnGrant } from '../../organisers/grants.admin-errors.js';
import { AlreadyInvited, InvitationClosed } from './invitations.errors.js';

/** Whoever gets hold of an organiser's session sends no more mail to strangers than this. */
const MOST_OF_AN_ORGANISER = { points: 60, seconds: 3600, exact: true };
const MOST_OF_AN_INVITATION = { points: 5, seconds: 24 * 3600, exact: true };

/** Inviting somebody to a role, sending that again, taking it back. */
@Injectable()
export class InvitationsAdminService {
  private readonly days: number;

  constructor(
    private readonly database: Database,
    private readonly repository: InvitationsAdminRepository,
    private readonly creation: IdempotentCreation,
    private readonly messages: MessageQueue,
    private readonly outbox: OutboxService,
    private readonly rateLimiter: RateLimiter,
    configuration: Configuration,
  ) {
    this.days = configuration.environment.INVITATION_DAYS;
  }

  /**
   * Offers a role to an address. What is answered is made of what was asked: whether the address has
   * an account is not looked up, so that nobody learns that somebody is an officer elsewhere.
   *
   * @throws Problem 422, for a unit that is not the caller's too; MayNotGive, OwnGrant 403; AlreadyInvited 409.
   */
  async invite(organiser: SignedInOrganiser, input: NewInvitation, key: string | undefined) {
    await this.countSending(organiser);
    const request = { route: 'organiser-invitations', key, input };
    const made = await this.creation.run(organiser, request, async (manager) => {
      await this.refuseFaults(manager, input);
      await this.refuseOwnAddress(manager, input.email);
      const { email, name, role, unitId, validFrom = null, validUntil = null } = input;
      const id = newId();
      const invitation = { id, name, role, unitId, validFrom, validUntil, days: this.days };
      const isNew = await this.repository.insert(manager, {
        ...invitation,
        email: email.toLowerCase(),
      });
      if (!isNew) throw new AlreadyInvited();
      return this.sent(manager, organiser, id);
    });
    this.outbox.ring();
    return made;
  }

  /** A page of the open invitations that the caller might have sent. */
  list(organiser: SignedInOrganiser, query: InvitationsQuery) {
    return this.database.asOrganiser(organiser, (manager) => this.repository.page(manager, query));
  }

  /**
   * Sends an invitation once more; it works anew from now on, and stands in the caller's name.
   *
   * @throws Problem 404; OwnGrant 403; InvitationClosed 409.
   */
  async sendAgain(organiser: SignedInOrganiser, id: string) {
    await this.countSending(organiser);
    await this.rateLimiter.consume('invitation', id, MOST_OF_AN_INVITATION);
    const invitation = await this.database.asOrganiser(organiser, async (manager) => {
      const { email } = await this.invitation(manager, id);
      await this.refuseOwnAddress(manager, email);
      if (!(await this.repository.renew(manager, id, this.days))) throw new InvitationClosed();
      return this.sent(manager, organiser, id);
    });
    this.outbox.ring();
    return invitation;
  }

  /** Takes an invitation back: its link is dead at once. @throws Problem 404; InvitationClosed 409. */
  async withdraw(organiser: SignedInOrganiser, id: string): Promise<void> {
    await this.database.asOrganiser(organiser, async (manager) => {
      await this.invitation(manager, id);
      if (!(await this.repository.withdraw(manager, id))) throw new InvitationClosed();
      await recordDeed(
        manager,
        organiser,
        'organiser_invitation.withdrawn',
        'organiser_invitation',
        id,
      );
    });
  }

  private async countSending({ organiserId }: SignedInOrganiser): Promise<void> {
    await this.rateLimiter.consume('invitations', organiserId, MOST_OF_AN_ORGANISER);
  }

  /** The database refuses the acceptance as well, by whatever way it came to be. */
  private async refuseOwnAddress(manager: OrganiserManager, email: string): Promise<void> {
    if (await this.repository.isOwnAddress(manager, email.toLowerCase())) throw new OwnGrant();
  }

  private async refuseFaults(
    manager: OrganiserManager,
    { role, unitId, validUntil }: NewInvitation,
  ): Promise<void> {
    const faults: Fault[] = [];
    const unit = await this.repository.unit(manager, unitId, role);
    const kind = KIND_OF_ROLE[role];
    if (unit === undefined) {
      const message = 'There is no open unit of this id among yours.';
      faults.push({ path: 'unitId', code: 'unknown_unit', message });
    } else if (kind !== undefined && unit.kind !== kind) {
      const where = kind === 'national' ? 'the national office' : `a ${kind}`;
      const message = `The role ${role} goes with ${where}, not with ${unit.name}.`;
      faults.push({ path: 'role', code: 'role_of_other_unit', message });
    }
    if (validUntil !== undefined && (await this.repository.isPast(manager, validUntil))) {
      const message = 'This has passed: nobody could take the role on.';
      faults.push({ path: 'validUntil', code: 'in_the_past', message });
    }
    if (unit !== undefined && !unit.may) throw new MayNotGive(role);
    if (faults.length > 0) throw invalidInput(faults);
  }

  private async sent(manager: OrganiserManager, organiser: SignedInOrganiser, id: string) {
    const invitation = await this.invitation(manager, id);
    await this.database.asApplication(manager, (within) =>
      this.messages.add(within, {
        kind: 'organiser_invitation',
        channel: 'email',
        businessKey: `organiser_invitation:${id}:${invitation.sendings}`,
        queue: 'receipts',
        invitationId: id,
      }),
    );
    await recordDeed(manager, organiser, 'organiser_invitation.sent', 'organiser_invitation', id);
    return invitation;
  }

  private async invitation(manager: OrganiserManager, id: string) {
    const invitation = await this.repository.invitation(manager, id);
    if (invitation === undefined) throw notFound();
    return invitation;
  }
}
