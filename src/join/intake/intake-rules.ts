import type { Fault } from '../../platform/http/problem.js';
import { lacksPostcode } from '../join.schemas.js';
import type { IntakeChannel } from '../submission-channel.js';

/** How it is evidenced that somebody agreed. */
export const EVIDENCE_KINDS = ['signed_card', 'spoken', 'recorded_call', 'letter'] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** The evidence of these kinds lies somewhere, and so has a number to find it by. */
const KEPT_SOMEWHERE: readonly unknown[] = ['signed_card', 'recorded_call', 'letter'];

/** What a batch says for all that belongs to it; null where it says nothing. */
export interface BatchDefaults {
  readonly channel: IntakeChannel;
  readonly conversationOn: string;
  readonly campaign: string | null;
  readonly privacyNotice: string | null;
  readonly evidenceKind: EvidenceKind | null;
  readonly evidenceWording: string | null;
}

/** The part of an intake that a batch may say for it. */
export interface Inheriting {
  readonly channel?: IntakeChannel | undefined;
  readonly conversation?: { readonly on?: string | undefined } | undefined;
  readonly consent?:
    | {
        readonly privacyNotice?: string | undefined;
        readonly evidence?:
          | {
              readonly kind?: EvidenceKind | undefined;
              readonly wording?: string | undefined;
            }
          | undefined;
      }
    | undefined;
  readonly source?: { readonly campaign?: string | undefined } | undefined;
}

/** The input with what its batch says wherever it says nothing itself. */
export function inherited<Input extends Inheriting>(input: Input, batch: BatchDefaults): Input {
  const { conversation, consent, source } = input;
  const campaign = source?.campaign ?? batch.campaign;
  return {
    ...input,
    channel: input.channel ?? batch.channel,
    conversation: { ...conversation, on: conversation?.on ?? batch.conversationOn },
    consent: {
      ...consent,
      privacyNotice: consent?.privacyNotice ?? batch.privacyNotice ?? undefined,
      evidence: {
        ...consent?.evidence,
        kind: consent?.evidence?.kind ?? batch.evidenceKind ?? undefined,
        wording: consent?.evidence?.wording ?? batch.evidenceWording ?? undefined,
      },
    },
    ...(campaign === null ? {} : { source: { ...source, campaign } }),
  };
}

/** What is missing of an intake once its batch has said what it says. Bears anything. */
export function faultsOfIntake(input: unknown): Fault[] {
  const { channel, conversation, consent, card, branch, postcode } = membersOf(input);
  const { on } = membersOf(conversation);
  const { privacyNotice } = membersOf(consent);
  const faults: Fault[] = [];
  if (channel === undefined) {
    faults.push(needed('channel', 'Say whether it was a telephone call or a stall card.'));
  }
  if (on === undefined) {
    faults.push(needed('conversation.on', 'Say on which day you spoke with them.'));
  }
  if (privacyNotice === undefined) {
    const message = 'Say which version of the privacy notice they were shown or told.';
    faults.push(needed('consent.privacyNotice', message));
  }
  faults.push(...faultsOfEvidence(consent, card));
  if (lacksPostcode(input) && branch === undefined) {
    const message = 'Give the postcode, or the branch where they left none.';
    faults.push(needed('postcode', message));
  }
  if (postcode !== undefined && branch !== undefined) {
    const message = 'The postcode says which branch is theirs: leave the branch out.';
    faults.push({ path: 'branch', code: 'not_with_postcode', message });
  }
  return faults;
}

/** A grant that nobody can prove is none. */
function faultsOfEvidence(consent: unknown, card: unknown): Fault[] {
  const { email, sms, phone, evidence } = membersOf(consent);
  if (![email, sms, phone].includes(true)) return [];
  const { kind, wording, reference } = membersOf(evidence);
  const faults: Fault[] = [];
  const missing = (field: string, message: string) => {
    faults.push({ path: `consent.evidence.${field}`, code: 'evidence_required', message });
  };
  if (kind === undefined) missing('kind', 'Say how it can be shown that they agreed.');
  if (wording === undefined) missing('wording', 'Say which words they agreed to.');
  if (KEPT_SOMEWHERE.includes(kind) && reference === undefined && card === undefined) {
    missing('reference', 'Give the number of the card, recording or letter.');
  }
  return faults;
}

function needed(path: string, message: string): Fault {
  return { path, code: 'required', message };
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
