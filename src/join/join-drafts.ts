import { Injectable } from '@nestjs/common';
import { newId } from '../platform/new-id.js';
import type { AllocationDecision } from '../allocation/allocation-decision.js';
import { newAllocationRow } from '../allocation/allocation-row.js';
import { FollowUpDrafts } from '../follow-ups/follow-up-drafts.js';
import { MessageDrafts } from '../messaging/message-drafts.js';
import { Configuration } from '../platform/config/configuration.js';
import { currentRequestId } from '../platform/http/request-context.js';
import { OutboxService } from '../platform/outbox/outbox.service.js';
import { Clock } from '../platform/time/clock.js';
import { divisionOfNation, WorkingCalendar } from '../platform/time/working-days.js';
import type { DirectoryView } from '../units/directory-view.js';
import { isMinorOn } from '../people/age.js';
import { joinAnswer } from './join-answer.js';
import { joinFingerprint, recipientHash } from './join-fingerprint.js';
import type { ChallengeCheck } from './challenge/join-challenge.js';
import type { Form } from './forms/form.js';
import { answeredQuestions } from './forms/form-answers.js';
import { JoinForm } from './join-form.js';
import type { JoinRows, NewPersonRow, PostedJoin } from './join-rows.js';
import type { JoinInput } from './join.schemas.js';
import { internationalPhone } from './phone-number.js';
import { CONSENT_PURPOSE, postedConsents } from './posted-consents.js';
import { newReference } from './reference.js';
import { writtenPostcode } from '../postcodes/royal-mail-postcode.js';
import { settleAllocation } from './settle-allocation.definition.js';
import type { SubmissionChannel } from './submission-channel.js';

/** How a submission came in, besides what it says. */
export interface JoinReceipt {
  channel: SubmissionChannel;
  idempotencyKey: string | undefined;
  address: string | null;
  userAgent: string | null;
  /** Through which form; without one, that of the settings. */
  form?: Form;
  /** The key of the server that posted it for its visitor. */
  apiKeyId?: string | null;
  /** What came of the proof of work; null where none is asked for. */
  challenge?: ChallengeCheck | null;
  /** Somebody has spoken with them already: the duty is for the record, and nobody is told of it. */
  alreadyContacted?: boolean;
}

/** Whether a person looks at it first, because a machine could not prove itself none. */
export function looksFirst({ challenge }: Pick<JoinReceipt, 'challenge'>): boolean {
  return challenge != null && challenge.result !== 'solved';
}

/** Draws up everything that a join writes. Pure of the database: the statement decides what of it is. */
@Injectable()
export class JoinDrafts {
  constructor(
    private readonly configuration: Configuration,
    private readonly form: JoinForm,
    private readonly clock: Clock,
    private readonly calendar: WorkingCalendar,
    private readonly followUps: FollowUpDrafts,
    private readonly messages: MessageDrafts,
    private readonly outbox: OutboxService,
  ) {}

  draw(
    input: JoinInput,
    receipt: JoinReceipt,
    view: DirectoryView,
    decision: AllocationDecision,
  ): JoinRows {
    const { environment } = this.configuration;
    const {
      form = this.form,
      challenge = null,
      apiKeyId = null,
      alreadyContacted = false,
    } = receipt;
    const receivedAt = this.clock.now();
    const id = newId();
    const reference = newReference();
    const email = input.email?.toLowerCase() ?? null;
    const phone =
      input.phone === undefined ? null : (internationalPhone(input.phone, input.country) ?? null);
    const channel = email === null ? 'sms' : 'email';
    const recipient = recipientHash(environment.LINK_SECRET, email ?? phone ?? '');

    const isMinor = isMinorOn(input.dateOfBirth, this.clock.today());
    // A child's details do not go to volunteers: the national office keeps them.
    const keeper = isMinor ? view.national : decision.unit;
    const responsible = view.responsible(keeper);
    const division = divisionOfNation(decision.nation);
    const dueAt = this.calendar.dueAt(receivedAt, environment.FOLLOW_UP_DUE_WORKING_DAYS, division);
    const answer = joinAnswer({
      id,
      reference,
      receivedAt,
      decision,
      view,
      responsible,
      dueAt: alreadyContacted ? null : dueAt,
      channel,
      looksFirst: looksFirst(receipt),
    });

    const acknowledgement = this.messages.newMessage({
      kind: 'join_acknowledgement',
      channel,
      businessKey: `join_acknowledgement:${id}`,
      queue: 'receipts',
      submissionId: id,
      recipientHash: recipient,
    });
    const duty = this.followUps.newFollowUp({
      kind: 'join',
      submissionId: id,
      unit: responsible,
      office: isMinor ? 'safeguarding_officer' : undefined,
      calendar: division,
      dueAt,
      remindAt: this.calendar.dueAt(
        receivedAt,
        environment.FOLLOW_UP_REMIND_WORKING_DAYS,
        division,
      ),
    });
    const { fax_number: trap, altcha: _solution, ...content } = input;
    const isTrapped = trap !== undefined && trap.trim() !== '';
    const isSuspect = isTrapped || looksFirst(receipt);
    const spent = challenge?.result === 'solved' ? challenge : null;
    return {
      request: {
        ...joinFingerprint(
          form.id,
          // However a contact or a postcode is written, it is the same one; and who tries again may
          // have solved another challenge.
          { ...content, fax_number: trap, email, phone, postcode: writtenPostcode(input) },
          receipt.idempotencyKey,
          apiKeyId,
        ),
        directory_version: view.version,
        suspected_bot: isSuspect,
        recipient_hash: recipient.toString('hex'),
        acknowledgement_cap: environment.ACKNOWLEDGEMENTS_PER_ADDRESS_PER_DAY,
        challenge_hash: spent?.hash ?? null,
        challenge_expires_at: spent?.expiresAt.toISOString() ?? null,
      },
      person: this.person(input, form, decision, keeper.id, email, phone),
      submission: {
        id,
        reference,
        form_id: form.id,
        channel: receipt.channel,
        posted: postedThrough(form, content),
        email,
        phone,
        // What a bot sent is looked through by the office, not by a branch.
        unit_id: isSuspect ? view.national.id : keeper.id,
        address: receipt.address,
        user_agent: receipt.userAgent,
        request_id: currentRequestId() ?? null,
        api_key_id: apiKeyId,
        challenge: challenge?.result ?? null,
      },
      answer,
      followUp: duty.followUp,
      messages: [acknowledgement.message, ...(alreadyContacted ? [] : duty.messages)],
      jobs: [
        acknowledgement.outbox,
        ...(alreadyContacted ? [] : duty.outbox),
        ...(decision.provisional
          ? [this.outbox.rowFor(settleAllocation, { submissionId: id })]
          : []),
      ],
    };
  }

  private person(
    input: JoinInput,
    form: Form,
    decision: AllocationDecision,
    unitId: string,
    email: string | null,
    phone: string | null,
  ): NewPersonRow {
    const contact_points: NewPersonRow['contact_points'] = [];
    if (email !== null) contact_points.push({ id: newId(), kind: 'email', value: email });
    if (phone !== null) contact_points.push({ id: newId(), kind: 'phone', value: phone });
    return {
      id: newId(),
      given_name: input.givenName,
      family_name: input.familyName ?? null,
      date_of_birth: input.dateOfBirth ?? null,
      country: input.country,
      postcode: writtenPostcode(input),
      address_line1: input.address?.line1 ?? null,
      address_line2: input.address?.line2 ?? null,
      town: input.address?.town ?? null,
      unit_id: unitId,
      email,
      phone,
      contact_points,
      consents: postedConsents(input).map((decided) => ({
        ...decided,
        purpose: CONSENT_PURPOSE,
        privacy_notice_version: input.consent.privacyNotice,
        wording_version: form.wordingVersion,
      })),
      allocation: newAllocationRow(newId(), decision),
    };
  }
}

/** What was posted, with the questions beside the answers, and the form's word on where it is from. */
function postedThrough(
  { version, questions, sourceDefaults }: Form,
  { answers, source, ...content }: Omit<JoinInput, 'fax_number' | 'altcha'>,
): PostedJoin {
  const from = { ...sourceDefaults, ...source };
  const answered = answeredQuestions(questions, answers);
  return {
    ...content,
    ...(Object.keys(from).length === 0 && source === undefined ? {} : { source: from }),
    ...(version === null ? {} : { formVersion: version }),
    ...(answered.length === 0 ? {} : { answers: answered }),
  };
}
