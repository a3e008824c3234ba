import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { recordAudit } from '../audit/audit.js';
import { LOGGER, type Logger } from '../platform/logging/logger.js';
import { DutyHandOvers, type DutyReminder } from './duty-hand-overs.js';
import { type DutyUnit, hasStandIn } from './duty-units.js';
import { ACKNOWLEDGEMENT_FAILED, type FollowUpAction } from './follow-up-event.js';
import { type DutyDecision, decide, wantsReminder } from './follow-up-rules.js';
import {
  type ClosingOutcome,
  type DutyActor,
  type FollowUp,
  type Press,
  isClosed,
  officeFor,
} from './follow-up.js';
import { FollowUpsRepository } from './follow-ups.repository.js';
import type { Office } from '../units/office.js';

/** What somebody says about a duty of theirs. */
export interface DutyPress {
  readonly followUpId: string;
  /** The hand-over that their link was made for; undefined for an organiser who is signed in. */
  readonly assignment?: number | undefined;
  readonly press: Press;
  readonly note: string | null;
  /** The tries that their page showed. */
  readonly triesSeen?: number | undefined;
  readonly actor: DutyActor;
}

/** What became of it. `revoked`: the duty had gone to somebody else before. */
export type PressResult =
  | { readonly result: 'unknown' | 'revoked' }
  | { readonly result: 'decided'; readonly decision: DutyDecision };

/**
 * Everything that may happen to a duty. The rules themselves stand in `follow-up-rules.ts`; here
 * they become rows: the change, its history, its audit entry and the messages it sets off, all in
 * the caller's transaction.
 */
@Injectable()
export class FollowUpsService {
  constructor(
    private readonly followUps: FollowUpsRepository,
    private readonly handOvers: DutyHandOvers,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Applies what somebody says about a duty. The row is locked first: of two presses at once the
   * second finds what the first has done. Call `OutboxService.ring` after the commit.
   *
   * @param manager of the application. `contacted` also works with an organiser's own manager; the
   * other presses write messages and jobs, and look at posts, which an organiser's role may not: for
   * them see first, as the organiser, whether the duty is theirs.
   */
  async press(manager: EntityManager, press: DutyPress): Promise<PressResult> {
    const duty = await this.followUps.lock(manager, press.followUpId);
    if (duty === undefined) return { result: 'unknown' };
    if (press.assignment !== undefined && press.assignment !== duty.assignment) {
      return { result: 'revoked' };
    }
    const isHandOver = press.press === 'not_ours' || press.press === 'stand_in';
    const [unit, ...above] = isHandOver
      ? await this.followUps.unitsUpwards(manager, duty.unitId)
      : [];
    const decision = decide(
      {
        state: duty.state,
        tries: duty.tries,
        coveredByStandIn: duty.coveredByStandIn,
        hasStandIn: unit !== undefined && hasStandIn(unit, duty.office),
        hasUnitAbove: above.length > 0,
      },
      press.press,
      { triesSeen: press.triesSeen, secondsSinceLastTry: secondsSinceLastTry(duty) },
    );
    await this.apply(manager, duty, above, decision, press);
    return { result: 'decided', decision };
  }

  /** Notes that somebody has looked at a duty. */
  async recordOpening(
    manager: EntityManager,
    duty: { readonly id: string; readonly unitId: string },
  ): Promise<void> {
    await this.record(manager, duty, 'opened', { kind: 'duty_link' }, null);
  }

  /**
   * A notice or reminder reached nobody: the unit above is told instead, so that nobody is lost by
   * silence. At the top the duty stays open, and its history and the log say why.
   */
  async moveOnFrom(
    manager: EntityManager,
    duty: Pick<FollowUp, 'id' | 'assignment'>,
    reason: string,
  ): Promise<void> {
    const current = await this.followUps.lock(manager, duty.id);
    if (current === undefined || isClosed(current.state)) return;
    if (current.assignment !== duty.assignment) return;
    const [, ...above] = await this.followUps.unitsUpwards(manager, current.unitId);
    await this.record(manager, current, 'notice_failed', { kind: 'system' }, reason);
    if (above.length > 0) {
      await this.handOvers.up(manager, current, above);
      return;
    }
    this.logger.error(
      { followUpId: current.id, reason },
      'Nobody can be told of a duty: the national office needs an email address or a post holder.',
    );
  }

  /**
   * Notes on the duty of a submission that our answer to the person may not have arrived, so that
   * whoever gets in touch knows; for the composer of the acknowledgement.
   */
  async noteAcknowledgementFailed(manager: EntityManager, submissionId: string): Promise<void> {
    const id = await this.followUps.idOfSubmission(manager, submissionId);
    const duty = id === undefined ? undefined : await this.followUps.lock(manager, id);
    if (duty === undefined || isClosed(duty.state)) return;
    await this.record(manager, duty, 'notice_failed', { kind: 'system' }, ACKNOWLEDGEMENT_FAILED);
  }

  /**
   * Gives the duty of a submission to the unit that it turned out to belong to, with a notice of its
   * own. Stops quietly where somebody has dealt with it, or it lies there already.
   */
  async moveTo(
    manager: EntityManager,
    submissionId: string,
    unit: Pick<DutyUnit, 'id' | 'kind'>,
  ): Promise<void> {
    const id = await this.followUps.idOfSubmission(manager, submissionId);
    const duty = id === undefined ? undefined : await this.followUps.lock(manager, id);
    const isUntouched = duty?.state === 'open' && duty.assignment === 1;
    if (duty === undefined || !isUntouched || duty.unitId === unit.id) return;
    await this.record(manager, duty, 'reassigned', { kind: 'system' }, null);
    await this.handOvers.to(manager, duty, unit);
  }

  /**
   * Gives the duties about somebody who now belongs to another unit to that one, whoever had taken
   * them up, each with a notice of its own.
   *
   * @returns how many duties about this person are open there now.
   */
  async moveAllOf(
    manager: EntityManager,
    personId: string,
    unit: Pick<DutyUnit, 'id' | 'kind'>,
    office: Office = officeFor(unit.kind),
  ): Promise<number> {
    const ids = await this.followUps.openOfPerson(manager, personId);
    for (const id of ids) {
      const duty = await this.followUps.lock(manager, id);
      if (duty === undefined || isClosed(duty.state)) continue;
      if (duty.unitId === unit.id && duty.office === office) continue;
      await this.record(manager, duty, 'reassigned', { kind: 'system' }, null);
      await this.handOvers.to(manager, duty, unit, office);
    }
    return ids.length;
  }

  /** Sends the reminder of one hand-over, if the duty is still theirs and still to be done. */
  async remind(manager: EntityManager, reminder: DutyReminder): Promise<void> {
    const duty = await this.followUps.lock(manager, reminder.followUpId);
    if (duty === undefined || !wantsReminder(duty, reminder)) return;
    await this.handOvers.sendReminder(manager, reminder);
  }

  private async apply(
    manager: EntityManager,
    duty: FollowUp,
    above: readonly DutyUnit[],
    decision: DutyDecision,
    { actor, note, press }: DutyPress,
  ): Promise<void> {
    switch (decision.change) {
      case 'none':
        return;
      case 'close':
        await this.close(manager, duty, decision, actor, note);
        return;
      case 'record_try':
        await this.followUps.recordTry(manager, duty.id, decision.tries);
        await this.record(manager, duty, 'no_answer', actor, note);
        await this.handOvers.remindAgain(manager, duty);
        return;
      case 'hand_to_stand_in':
        await this.record(manager, duty, 'handed_over', actor, note);
        await this.handOvers.toStandIn(manager, duty);
        return;
      case 'hand_up':
        await this.record(
          manager,
          duty,
          press === 'not_ours' ? 'not_ours' : 'handed_over',
          actor,
          note,
        );
        await this.handOvers.up(manager, duty, above);
    }
  }

  private async close(
    manager: EntityManager,
    duty: FollowUp,
    closing: { state: 'done' | 'declined'; outcome: ClosingOutcome; tries: number },
    actor: DutyActor,
    note: string | null,
  ): Promise<void> {
    const { outcome } = closing;
    const by = actor.kind === 'organiser' ? actor.id : null;
    await this.followUps.close(manager, duty.id, { ...closing, note, closedBy: by });
    await this.followUps.closeHandling(manager, duty.submissionId, {
      outcome,
      note,
      handledBy: by,
    });
    await this.record(manager, duty, outcome, actor, note);
  }

  private async record(
    manager: EntityManager,
    duty: { readonly id: string; readonly unitId: string },
    action: FollowUpAction,
    actor: DutyActor | { readonly kind: 'system' },
    note: string | null,
  ): Promise<void> {
    await this.followUps.addEvent(manager, {
      followUpId: duty.id,
      action,
      actorKind: actor.kind,
      actorId: actor.kind === 'organiser' ? actor.id : null,
      unitId: duty.unitId,
      note,
    });
    await recordAudit(manager, {
      actorKind: actor.kind,
      actorId: actor.kind === 'organiser' ? actor.id : null,
      action: `follow_up.${action}`,
      subjectKind: 'follow_up',
      subjectId: duty.id,
    });
  }
}

function secondsSinceLastTry({ lastTryAt, now }: FollowUp): number | undefined {
  return lastTryAt === null ? undefined : (now.getTime() - lastTryAt.getTime()) / 1000;
}
