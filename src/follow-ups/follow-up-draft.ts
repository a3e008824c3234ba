import type { NewMessageRow } from '../messaging/message.js';
import type { NewOutboxRow } from '../platform/outbox/outbox-row.js';
import type { Division } from '../platform/time/bank-holidays.js';
import type { Unit } from '../units/unit.js';
import type { Office } from '../units/office.js';

/** A duty to be made. */
export interface FollowUpDraft {
  readonly kind: 'join';
  readonly submissionId: string;
  /** Who gets it: the unit itself, or the first above it that can be told. */
  readonly unit: Pick<Unit, 'id' | 'kind'>;
  /** The office in that unit; the one that looks after people there unless given. */
  readonly office?: Office | undefined;
  /** Whose bank holidays hold. */
  readonly calendar: Division;
  readonly dueAt: Date;
  readonly remindAt: Date;
}

/** A row of `follow_up`, keyed by its columns; whom it is about, the statement knows. */
export interface NewFollowUpRow {
  readonly id: string;
  readonly kind: 'join';
  readonly submission_id: string;
  readonly unit_id: string;
  readonly office: Office;
  readonly calendar: Division;
  readonly due_at: string;
  readonly remind_at: string;
}

/** A duty with what it sets off: the notice, the job that sends it, and the reminder. */
export interface NewFollowUp {
  readonly followUp: NewFollowUpRow;
  readonly messages: NewMessageRow[];
  readonly outbox: NewOutboxRow[];
}
