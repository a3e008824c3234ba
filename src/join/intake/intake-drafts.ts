import { Injectable } from '@nestjs/common';
import type { AllocationDecision } from '../../allocation/allocation-decision.js';
import { Allocator } from '../../allocation/allocator.js';
import { inputHash } from '../../platform/http/idempotency.js';
import { Clock } from '../../platform/time/clock.js';
import { royalMailPostcode } from '../../postcodes/royal-mail-postcode.js';
import type { DirectoryView } from '../../units/directory-view.js';
import type { Unit } from '../../units/unit.js';
import { JoinDrafts } from '../join-drafts.js';
import { joinFingerprint } from '../join-fingerprint.js';
import type { JoinRequestRow, JoinRows } from '../join-rows.js';
import type { JoinInput } from '../join.schemas.js';
import { spanOfConversation } from './conversation.js';
import type { IntakeAnswer, IntakeInput } from './intake.schemas.js';

/** An intake of which nothing is missing, with what was looked up for it. */
export interface CompleteIntake {
  readonly input: IntakeInput;
  /** The input as it came, by which a repeat is known: what a batch says for it may change. */
  readonly typed: object;
  readonly organiserId: string;
  /** The unit that takes it. */
  readonly unitId: string;
  /** The branch that the organiser names for want of a postcode. */
  readonly branchId: string | null;
  readonly idempotencyKey: string | undefined;
}

/** A row of `join_intake`, by the names of its columns. */
export interface NewIntakeRow {
  readonly submission_id: string;
  readonly unit_id: string;
  readonly batch_id: string | null;
  readonly card: string | null;
  readonly input_hash: string;
  readonly conversation_on: string;
  readonly conversation_from: string;
  readonly conversation_until: string;
  readonly conversation_with: string | null;
  readonly conversation_note: string | null;
  readonly evidence_kind: string | null;
  readonly evidence_reference: string | null;
  readonly evidence_wording: string | null;
  readonly already_contacted: boolean;
  readonly taken_by: string;
}

/** What `begin_intake` looks at, beyond what a join's beginning does. */
export interface IntakeRequestRow extends JoinRequestRow {
  readonly card: string | null;
  readonly card_hash: string;
  readonly batch_id: string | null;
  readonly intake_unit_id: string;
  readonly conversation_on: string;
  readonly chosen_person_id: string | null;
}

/** Everything that one intake writes. */
export interface IntakeRows extends Omit<JoinRows, 'answer'> {
  readonly request: IntakeRequestRow;
  readonly answer: IntakeAnswer;
  readonly intake: NewIntakeRow;
}

/** Of a refusal for which nobody kept any words. */
const NO_WORDING = 'not recorded';

/** Draws up everything that an intake writes: a join's rows, with conversation and evidence. */
@Injectable()
export class IntakeDrafts {
  constructor(
    private readonly drafts: JoinDrafts,
    private readonly allocator: Allocator,
    private readonly clock: Clock,
  ) {}

  draw(intake: CompleteIntake, view: DirectoryView): IntakeRows {
    const { input, organiserId, unitId } = intake;
    const { channel, conversation, consent, card = null, alreadyContacted = false } = input;
    if (channel === undefined || conversation?.on === undefined) {
      throw new Error('Only an intake of which nothing is missing can be drawn up.');
    }
    const named = intake.branchId === null ? undefined : view.get(intake.branchId);
    const decision = this.decide(input, view, named);
    const posted = postedPart(input);
    const rows = this.drafts.draw(
      posted,
      { channel, idempotencyKey: undefined, address: null, userAgent: null, alreadyContacted },
      view,
      decision,
    );
    const contentHash = inputHash(intake.typed);
    const batchId = input.batchId ?? null;
    const span = spanOfConversation(conversation.on, conversation.at, this.clock.now());
    const evidence = {
      evidence_kind: consent?.evidence?.kind ?? null,
      evidence_reference: consent?.evidence?.reference ?? card,
    };
    return {
      ...rows,
      request: {
        ...rows.request,
        ...fingerprintOf(intake),
        card,
        card_hash: contentHash,
        batch_id: batchId,
        intake_unit_id: unitId,
        conversation_on: conversation.on,
        chosen_person_id: input.personId ?? null,
      },
      person: {
        ...rows.person,
        consents: rows.person.consents.map((decided) => ({
          ...decided,
          wording_version: consent?.evidence?.wording ?? NO_WORDING,
          occurred_at: (decided.decision === 'granted' ? span.from : span.until).toISOString(),
          actor_kind: 'organiser',
          actor_id: organiserId,
          ...evidence,
        })),
        allocation:
          named === undefined
            ? rows.person.allocation
            : {
                ...rows.person.allocation,
                method: 'override',
                reason: 'Named by whoever took their details: they left no postcode',
                decided_by: organiserId,
              },
      },
      answer: {
        ...rows.answer,
        allocation: {
          ...rows.answer.allocation,
          ...(named === undefined ? {} : { method: 'override' }),
        },
        channel,
        conversationOn: conversation.on,
        batchId,
        card,
      },
      intake: {
        submission_id: rows.submission.id,
        unit_id: unitId,
        batch_id: batchId,
        card,
        input_hash: contentHash,
        conversation_on: conversation.on,
        conversation_from: span.from.toISOString(),
        conversation_until: span.until.toISOString(),
        conversation_with: conversation.with ?? null,
        conversation_note: conversation.note ?? null,
        ...evidence,
        evidence_wording: consent?.evidence?.wording ?? null,
        already_contacted: alreadyContacted,
        taken_by: organiserId,
      },
    };
  }

  private decide(
    input: IntakeInput,
    view: DirectoryView,
    named: Unit | undefined,
  ): AllocationDecision {
    const decision = this.allocator.decide(view, royalMailPostcode(input));
    if (named === undefined) return decision;
    return {
      ...decision,
      unit: named,
      branch: named,
      region: view.regionOf(named),
      explanation: `There is no postcode; ${named.name} was named by whoever took the details`,
      provisional: false,
    };
  }
}

/** What goes the way of a public join. The rest is how it came about. */
function postedPart(input: IntakeInput): JoinInput {
  const { channel: _channel, conversation: _conversation, branch: _branch, ...rest } = input;
  const { card: _card, personId: _personId, alreadyContacted: _contacted, ...others } = rest;
  const { batchId: _batchId, consent, ...details } = others;
  const { evidence: _evidence, privacyNotice = '', ...answers } = consent ?? {};
  return { ...details, consent: { privacyNotice, ...answers } };
}

/** With a key the key decides; without one, the same from the same organiser within ten minutes. */
function fingerprintOf({ typed, organiserId, idempotencyKey }: CompleteIntake) {
  const scope = `admin:${organiserId}:join-submissions`;
  const fingerprint = joinFingerprint('', typed, idempotencyKey);
  return { ...fingerprint, scope: idempotencyKey === undefined ? `${scope}:repeat` : scope };
}
