import { Injectable } from '@nestjs/common';
import { recordDeed } from '../audit/audit.js';
import type { SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { FollowUpClosed } from '../follow-ups/follow-ups.admin-errors.js';
import type { Press } from '../follow-ups/follow-up.js';
import { FollowUpsService } from '../follow-ups/follow-ups.service.js';
import { Database, type OrganiserManager } from '../platform/database/database.js';
import { notFound } from '../platform/http/standard-problems.js';
import { OutboxService } from '../platform/outbox/outbox.service.js';
import { JoinAdminRepository } from './join-admin.repository.js';
import { NothingToFollowUp } from './join.admin-errors.js';
import type { Contacted, JoinSubmissionsQuery } from './join.admin-schemas.js';

/** What an outcome means for the duty: a wrong number is a try that reached nobody. */
const PRESS_OF_OUTCOME: Readonly<Record<Contacted['outcome'], Press>> = {
  spoke: 'contacted',
  left_message: 'contacted',
  other: 'contacted',
  no_answer: 'no_answer',
  wrong_number: 'no_answer',
};

/** Join submissions as an organiser may see them. */
@Injectable()
export class JoinAdminService {
  constructor(
    private readonly database: Database,
    private readonly repository: JoinAdminRepository,
    private readonly followUps: FollowUpsService,
    private readonly outbox: OutboxService,
  ) {}

  /** A page of the submissions that the caller's units answer for; that it was read is audited. */
  list(organiser: SignedInOrganiser, query: JoinSubmissionsQuery) {
    return this.database.asOrganiser(organiser, async (manager) => {
      const page = await this.repository.page(manager, query, organiser.organiserId);
      await recordDeed(manager, organiser, 'join_submission.listed', 'join_submission', null);
      return page;
    });
  }

  /**
   * One submission with what became of it; that it was read is audited with it.
   *
   * @throws Problem 404, also for one that other units answer for.
   */
  read(organiser: SignedInOrganiser, id: string) {
    return this.database.asOrganiser(organiser, async (manager) => {
      const submission = await this.details(manager, id);
      await recordDeed(manager, organiser, 'join_submission.read', 'join_submission', id);
      return submission;
    });
  }

  /**
   * What came of getting in touch: closes the follow-up as the one-tap page does, and says so on
   * the submission. Whether the caller may is asked of the policies; the change also writes
   * messages and jobs, which organisers may not, and so it is the application's.
   *
   * @throws Problem 404 out of sight; FollowUpClosed 409 `already_contacted` when it is pressed
   * again after it was closed; NothingToFollowUp 409 for a suspected bot.
   */
  async contacted(organiser: SignedInOrganiser, id: string, input: Contacted) {
    const sees = await this.database.asOrganiser(organiser, (manager) =>
      this.repository.sees(manager, id),
    );
    if (!sees) throw notFound();
    await this.database.transaction(async (manager) => {
      const followUpId = await this.repository.followUpId(manager, id);
      if (followUpId === undefined) throw new NothingToFollowUp();
      const pressed = await this.followUps.press(manager, {
        followUpId,
        press: PRESS_OF_OUTCOME[input.outcome],
        note: input.note ?? null,
        triesSeen: input.triesSeen,
        actor: { kind: 'organiser', id: organiser.organiserId },
      });
      if (pressed.result !== 'decided') throw new NothingToFollowUp();
      const { decision } = pressed;
      if (decision.change === 'none') {
        if (decision.reason === 'already_closed') throw new FollowUpClosed('already_contacted');
        // The answer tells of the submission, all the same.
        await recordDeed(manager, organiser, 'join_submission.read', 'join_submission', id);
        return;
      }
      await this.repository.keepOutcome(manager, id, {
        ...input,
        organiserId: organiser.organiserId,
      });
      await recordDeed(manager, organiser, 'join_submission.contacted', 'join_submission', id);
    });
    this.outbox.ring();
    return this.database.asOrganiser(organiser, (manager) => this.details(manager, id));
  }

  private async details(manager: OrganiserManager, id: string) {
    const submission = await this.repository.submission(manager, id);
    if (submission === undefined) throw notFound();
    return submission;
  }
}
