import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { recordDeed } from '../../audit/audit.js';
import { FollowUpsService } from '../../follow-ups/follow-ups.service.js';
import type { SignedInOrganiser } from '../../organisers/signed-in-organiser.js';
import { ageOn } from '../../people/age.js';
import { Configuration } from '../../platform/config/configuration.js';
import { Database } from '../../platform/database/database.js';
import {
  IdempotencyKeyReused,
  refuseMalformedKey,
  RequestInProgress,
} from '../../platform/http/idempotency.js';
import { invalidInput, unavailable } from '../../platform/http/standard-problems.js';
import { OutboxService } from '../../platform/outbox/outbox.service.js';
import { Clock } from '../../platform/time/clock.js';
import { PostcodeLocator } from '../../postcodes/postcode-locator.js';
import { withSettledPostcode } from '../../postcodes/royal-mail-postcode.js';
import { UnitDirectory } from '../../units/unit-directory.js';
import { JoinAdminRepository } from '../join-admin.repository.js';
import { isReferenceTaken } from '../join.repository.js';
import { MOST_DRAFTS, SOONEST_ANSWER_MILLISECONDS } from '../join.service.js';
import { type CompleteIntake, IntakeDrafts, type IntakeRows } from './intake-drafts.js';
import { faultsOfIntake, inherited } from './intake-rules.js';
import {
  BatchClosed,
  CardTaken,
  TooYoungToTake,
  unknownBatch,
  unknownPerson,
  unknownUnit,
} from './intake.errors.js';
import { type IntakeOutcome, IntakeRepository } from './intake.repository.js';
import type { IntakeAnswer, IntakeInput } from './intake.schemas.js';

/** What an intake was answered, and whether that was before. */
export interface TakenIntake {
  readonly answer: IntakeAnswer;
  readonly replayed: boolean;
}

/** Takes what people said on the telephone or wrote on a card. */
@Injectable()
export class IntakeAdminService {
  constructor(
    private readonly configuration: Configuration,
    private readonly database: Database,
    private readonly directory: UnitDirectory,
    private readonly locator: PostcodeLocator,
    private readonly drafts: IntakeDrafts,
    private readonly repository: IntakeRepository,
    private readonly submissions: JoinAdminRepository,
    private readonly followUps: FollowUpsService,
    private readonly outbox: OutboxService,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes a conversation a submission with person, allocation, duty and messages, all or nothing.
   * Matched are the people of the caller's units alone. The answer is computed from the input, and
   * takes as long for known and unknown people.
   *
   * @throws Problem 422 for what is missing, or names something out of sight; TooYoungToTake;
   * CardTaken, BatchClosed 409; IdempotencyKeyReused, RequestInProgress.
   */
  async take(
    organiser: SignedInOrganiser,
    typed: IntakeInput,
    idempotencyKey: string | undefined,
  ): Promise<TakenIntake> {
    const soonest = pause(SOONEST_ANSWER_MILLISECONDS);
    if (idempotencyKey !== undefined) refuseMalformedKey(idempotencyKey);
    const intake = await this.complete(organiser, typed, idempotencyKey);
    this.refuseTheYoung(intake.input);
    const taken = await this.takeComplete(organiser, intake);
    await soonest;
    return taken;
  }

  /** The intake with what its batch says, and the units that it names. */
  private complete(
    organiser: SignedInOrganiser,
    typed: IntakeInput,
    idempotencyKey: string | undefined,
  ): Promise<CompleteIntake> {
    return this.database.asOrganiser(organiser, async (manager) => {
      let input = typed;
      let unitId: string | undefined;
      if (typed.batchId !== undefined) {
        const batch = await this.repository.batch(manager, typed.batchId);
        if (batch === undefined) throw unknownBatch();
        if (batch.isClosed) throw new BatchClosed();
        input = inherited(typed, batch);
        unitId = batch.unitId;
      }
      const faults = faultsOfIntake(input);
      const branchId =
        input.branch === undefined
          ? undefined
          : await this.repository.openUnit(manager, 'branch', input.branch);
      if (input.branch !== undefined && branchId === undefined) faults.push(unknownUnit('branch'));
      if (faults.length > 0) throw invalidInput(faults);
      unitId ??= await this.repository.firstUnit(manager);
      if (unitId === undefined) throw unavailable(1);
      return {
        input: withSettledPostcode(input, this.locator),
        typed,
        organiserId: organiser.organiserId,
        unitId,
        branchId: branchId ?? null,
        idempotencyKey,
      };
    });
  }

  private async takeComplete(
    organiser: SignedInOrganiser,
    intake: CompleteIntake,
  ): Promise<TakenIntake> {
    for (let draft = 1; draft <= MOST_DRAFTS; draft++) {
      const { view } = this.directory;
      if (!view.isReady) break;
      const rows = this.drafts.draw(intake, view);
      const result = await this.write(organiser, intake.input, rows);
      switch (result.outcome) {
        case 'new':
          this.outbox.ring();
          return { answer: rows.answer, replayed: false };
        case 'replay':
          return { answer: result.response, replayed: true };
        case 'card_taken':
          throw new CardTaken(intake.input.card ?? '', result.response.reference);
        case 'unknown_person':
          throw unknownPerson();
        case 'reused':
          throw new IdempotencyKeyReused();
        case 'in_progress':
          throw new RequestInProgress();
        case 'stale_directory':
          await this.directory.reload();
          break;
        case 'reference_taken':
          break;
      }
    }
    throw unavailable(1);
  }

  /** Everything in one transaction, the audit entry with it. */
  private async write(
    organiser: SignedInOrganiser,
    input: IntakeInput,
    rows: IntakeRows,
  ): Promise<IntakeOutcome | { outcome: 'reference_taken' }> {
    try {
      return await this.database.asOrganiser(organiser, (organisers) =>
        this.database.asApplication(organisers, async (manager) => {
          const result = await this.repository.take(manager, rows);
          if (result.outcome !== 'new') return result;
          const { id } = rows.submission;
          await recordDeed(manager, organiser, 'join_submission.taken', 'join_submission', id);
          if (input.alreadyContacted === true) {
            const note = input.conversation?.note ?? null;
            await this.followUps.press(manager, {
              followUpId: rows.followUp.id,
              press: 'contacted',
              note,
              actor: { kind: 'organiser', id: organiser.organiserId },
            });
            await this.submissions.keepOutcome(manager, id, {
              outcome: 'spoke',
              organiserId: organiser.organiserId,
              ...(note === null ? {} : { note }),
            });
          }
          if (result.matchedBy === 'organiser') {
            await recordDeed(manager, organiser, 'person.intake_added', 'person', result.personId);
          }
          return result;
        }),
      );
    } catch (error) {
      if (isReferenceTaken(error)) return { outcome: 'reference_taken' };
      throw error;
    }
  }

  private refuseTheYoung({ dateOfBirth }: IntakeInput): void {
    const { MINIMUM_AGE } = this.configuration.environment;
    if (dateOfBirth !== undefined && ageOn(dateOfBirth, this.clock.today()) < MINIMUM_AGE) {
      throw new TooYoungToTake(MINIMUM_AGE);
    }
  }
}
