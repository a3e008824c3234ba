import { Injectable } from '@nestjs/common';
import { recordDeed } from '../audit/audit.js';
import type { SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Database, type OrganiserManager } from '../platform/database/database.js';
import { notFound } from '../platform/http/standard-problems.js';
import { OutboxService } from '../platform/outbox/outbox.service.js';
import { isClosed, type FollowUpState } from './follow-up.js';
import { FollowUpsAdminRepository } from './follow-ups-admin.repository.js';
import { FollowUpClosed } from './follow-ups.admin-errors.js';
import type { FollowUpTry, FollowUpsQuery } from './follow-ups.admin-schemas.js';
import { FollowUpsService } from './follow-ups.service.js';

/** Duties as an organiser may see them, and what they may say about them. */
@Injectable()
export class FollowUpsAdminService {
  constructor(
    private readonly database: Database,
    private readonly repository: FollowUpsAdminRepository,
    private readonly followUps: FollowUpsService,
    private readonly outbox: OutboxService,
  ) {}

  /** A page of the open duties of the caller's units, the most urgent first; reading it is audited. */
  list(organiser: SignedInOrganiser, query: FollowUpsQuery) {
    return this.database.asOrganiser(organiser, async (manager) => {
      const page = await this.repository.page(manager, query, organiser.organiserId);
      await recordDeed(manager, organiser, 'follow_up.listed', 'follow_up', null);
      return page;
    });
  }

  /**
   * “I am on it”: taken up, not yet done. Saying so again changes nothing.
   *
   * @throws Problem 404 out of sight; FollowUpClosed 409.
   */
  acknowledge(organiser: SignedInOrganiser, id: string, note: string | null) {
    return this.database.asOrganiser(organiser, async (manager) => {
      const unitId = await this.repository.acknowledge(manager, id);
      const followUp = await this.standing(manager, id);
      if (isClosed(followUp['state'] as FollowUpState)) throw new FollowUpClosed('already_closed');
      if (unitId !== undefined) {
        await this.repository.addAcknowledgement(manager, {
          id,
          unitId,
          organiserId: organiser.organiserId,
          note,
        });
        await recordDeed(manager, organiser, 'follow_up.acknowledged', 'follow_up', id);
      }
      return followUp;
    });
  }

  /**
   * “Contacted” or “no answer”, by the same rules as on the one-tap page. Whether the caller may is
   * asked of the policies; the change itself also writes messages and jobs, which organisers may
   * not, and so it is the application's.
   *
   * @throws Problem 404 out of sight; FollowUpClosed 409.
   */
  async press(
    organiser: SignedInOrganiser,
    id: string,
    press: 'contacted' | 'no_answer',
    { note, triesSeen }: FollowUpTry,
  ) {
    const sees = await this.database.asOrganiser(organiser, (manager) =>
      this.repository.sees(manager, id),
    );
    if (!sees) throw notFound();
    const pressed = await this.database.transaction((manager) =>
      this.followUps.press(manager, {
        followUpId: id,
        press,
        note: note ?? null,
        triesSeen,
        actor: { kind: 'organiser', id: organiser.organiserId },
      }),
    );
    if (pressed.result !== 'decided') throw notFound();
    const { decision } = pressed;
    if (decision.change === 'none' && decision.reason === 'already_closed') {
      throw new FollowUpClosed('already_closed');
    }
    this.outbox.ring();
    return this.database.asOrganiser(organiser, (manager) => this.standing(manager, id));
  }

  private async standing(manager: OrganiserManager, id: string) {
    const followUp = await this.repository.standing(manager, id);
    if (followUp === undefined) throw notFound();
    return followUp;
  }
}
