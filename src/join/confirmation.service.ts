import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { recordAudit } from '../audit/audit.js';
import { newId } from '../platform/new-id.js';
import { Reallocation } from '../allocation/moves/reallocation.js';
import { Database } from '../platform/database/database.js';
import { OutboxService } from '../platform/outbox/outbox.service.js';
import { ConfirmationLink } from './confirmation-link.js';
import { type ConfirmableSubmission, ConfirmationRepository } from './confirmation.repository.js';
import { JoinForm } from './join-form.js';
import { CONSENT_PURPOSE, postedConsents } from './posted-consents.js';
import { writtenPostcode } from '../postcodes/royal-mail-postcode.js';

/** What a confirmation page shows. */
export type ConfirmationState =
  { state: 'unknown' } | { state: 'open' | 'confirmed'; submission: ConfirmableSubmission };

/** Confirms addresses by the link that was sent to them, and only then believes what was posted. */
@Injectable()
export class ConfirmationService {
  constructor(
    private readonly database: Database,
    private readonly links: ConfirmationLink,
    private readonly form: JoinForm,
    private readonly repository: ConfirmationRepository,
    private readonly reallocation: Reallocation,
    private readonly outbox: OutboxService,
  ) {}

  /** What the link is for. Changes nothing: mail scanners open links too. */
  async show(token: string): Promise<ConfirmationState> {
    const id = this.links.submissionOf(token);
    if (id === undefined) return { state: 'unknown' };
    return this.database.transaction(async (manager) =>
      stateOf(await this.repository.find(manager, id, { lock: false })),
    );
  }

  /**
   * Confirms the address. For a known person the posted details now reach their record, but only if
   * the address was on it before: otherwise a stranger who knows a name and a phone number could
   * confirm by an inbox of their own. Such a submission waits for an organiser. Pressing twice does
   * no harm.
   */
  async confirm(token: string): Promise<ConfirmationState> {
    const id = this.links.submissionOf(token);
    if (id === undefined) return { state: 'unknown' };
    const confirmed = await this.database.transaction(async (manager) => {
      const known = await this.repository.find(manager, id, { lock: false });
      // The person before the submission: whoever moves somebody takes the locks in this order.
      if (known?.personId != null) await this.reallocation.lock(manager, known.personId);
      const submission = await this.repository.find(manager, id, { lock: true });
      const found = stateOf(submission);
      if (found.state !== 'open') return found;
      await this.repository.markConfirmed(manager, id);
      await this.believe(manager, found.submission);
      await recordAudit(manager, {
        actorKind: 'person',
        actorId: null,
        action: 'join_submission.confirmed',
        subjectKind: 'join_submission',
        subjectId: id,
      });
      return { state: 'confirmed' as const, submission: found.submission };
    });
    this.outbox.ring();
    return confirmed;
  }

  private async believe(manager: EntityManager, submission: ConfirmableSubmission): Promise<void> {
    const { personId, email, phone } = submission;
    if (personId === null) return;
    const [kind, value] =
      email === null ? (['phone', phone] as const) : (['email', email] as const);
    if (value === null) return;
    await this.repository.verifyContactPoint(manager, personId, kind, value);
    if (submission.takesOver) await this.acceptProposal(manager, personId, submission);
  }

  private async acceptProposal(
    manager: EntityManager,
    personId: string,
    { id, posted, email, phone }: ConfirmableSubmission,
  ): Promise<void> {
    await this.repository.acceptProposal(manager, personId, {
      postcode: writtenPostcode(posted),
      country: posted.country,
      address_line1: posted.address?.line1 ?? null,
      address_line2: posted.address?.line2 ?? null,
      town: posted.address?.town ?? null,
      date_of_birth: posted.dateOfBirth ?? null,
    });
    for (const [kind, value] of [['email', email] as const, ['phone', phone] as const]) {
      if (value === null) continue;
      await this.repository.addContactPoint(manager, { id: newId(), personId, kind, value });
    }
    await this.repository.addConsents(manager, id, personId, postedConsents({ ...posted }), {
      purpose: CONSENT_PURPOSE,
      wordingVersion: this.form.wordingVersion,
      privacyNotice: posted.consent.privacyNotice,
    });
    await this.moveHome(manager, personId);
  }

  /** Who has moved belongs where they live now. */
  private async moveHome(manager: EntityManager, personId: string): Promise<void> {
    const person = await this.reallocation.lock(manager, personId);
    if (person === undefined) return;
    await this.reallocation.decideAnewOrLater(manager, person, { decidedById: null, tells: true });
  }
}

function stateOf(submission: ConfirmableSubmission | undefined): ConfirmationState {
  if (submission === undefined || submission.suspectedBot) return { state: 'unknown' };
  return { state: submission.confirmedAt === null ? 'open' : 'confirmed', submission };
}
