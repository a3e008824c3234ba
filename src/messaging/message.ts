import type { QueueName } from '../platform/queue/job.js';
import type { NewOutboxRow } from '../platform/outbox/outbox-row.js';

/** What messages are about; each kind has one composer and its templates. */
export const MESSAGE_KINDS = [
  'join_acknowledgement',
  'follow_up_notice',
  'follow_up_reminder',
  'moved_away',
  'moved_in',
  'people_reallocated',
  'organiser_invitation',
  'organiser_password_reset',
  'organiser_security_notice',
  'grant_ending',
  'grant_ended',
] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

export type MessageChannel = 'email' | 'sms';

export type MessageState =
  'queued' | 'sending' | 'sent' | 'failed' | 'cancelled' | 'capped' | 'in_doubt';

/** What is to be said to somebody, and to which thing it belongs. */
export interface MessageDraft {
  readonly kind: MessageKind;
  /** Where it will probably go; the composer decides when it is sent. */
  readonly channel: MessageChannel;
  /** Unique for ever: the same thing is said once. */
  readonly businessKey: string;
  readonly queue: QueueName;
  readonly submissionId?: string | undefined;
  readonly followUpId?: string | undefined;
  readonly assignment?: number | undefined;
  /** The unit that is told of a move, or the office that is told of grants. */
  readonly unitId?: string | undefined;
  readonly allocationId?: string | undefined;
  readonly allocationRunId?: string | undefined;
  /** The organiser whom it is sent to. */
  readonly organiserId?: string | undefined;
  /** The grant that it tells of. */
  readonly grantId?: string | undefined;
  /** The invitation that it brings. */
  readonly invitationId?: string | undefined;
  /** What a notice about an account tells of, in a word: `password_changed`. */
  readonly notice?: string | undefined;
  /** Keyed hash of the recipient, where messages to one address are counted. */
  readonly recipientHash?: Uint8Array | undefined;
}

/** A row of `message`, keyed by its columns, ready for `jsonb_to_recordset` (the hash through `decode`). */
export interface NewMessageRow {
  readonly id: string;
  readonly business_key: string;
  readonly kind: MessageKind;
  readonly channel: MessageChannel;
  readonly submission_id: string | null;
  readonly follow_up_id: string | null;
  readonly assignment: number | null;
  readonly unit_id: string | null;
  readonly allocation_id: string | null;
  readonly allocation_run_id: string | null;
  readonly organiser_id: string | null;
  readonly grant_id: string | null;
  readonly invitation_id: string | null;
  readonly notice: string | null;
  /** In hexadecimal. */
  readonly recipient_hash: string | null;
  readonly state: 'queued';
  readonly message_id_header: string;
}

/** A message and the job that sends it. */
export interface NewMessage {
  readonly message: NewMessageRow;
  readonly outbox: NewOutboxRow;
}

/** A message as its composer and its job see it. */
export interface Message {
  readonly id: string;
  readonly kind: MessageKind;
  readonly channel: MessageChannel;
  readonly state: MessageState;
  readonly submissionId: string | null;
  readonly followUpId: string | null;
  readonly assignment: number | null;
  readonly unitId: string | null;
  readonly allocationId: string | null;
  readonly allocationRunId: string | null;
  readonly organiserId: string | null;
  readonly grantId: string | null;
  readonly invitationId: string | null;
  readonly notice: string | null;
  readonly attempts: number;
  readonly messageIdHeader: string;
}
