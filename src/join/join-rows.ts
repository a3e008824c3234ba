import type { NewAllocationRow } from '../allocation/allocation-row.js';
import type { NewFollowUpRow } from '../follow-ups/follow-up-draft.js';
import type { NewMessageRow } from '../messaging/message.js';
import type { NewOutboxRow } from '../platform/outbox/outbox-row.js';
import type { AnsweredQuestion } from './forms/form-answers.js';
import type { ChallengeCheck } from './challenge/join-challenge.js';
import type { JoinAnswer, JoinInput } from './join.schemas.js';
import type { SubmissionChannel } from './submission-channel.js';
import type { PostedConsent } from './posted-consents.js';

/** What begin_join() looks at before anything is written. Hashes are hexadecimal. */
export interface JoinRequestRow {
  scope: string;
  key_hash: string;
  input_hash: string;
  /** A repeated post without a key waits for the first; one with a key hears that it is running. */
  may_wait: boolean;
  lifetime_seconds: number;
  directory_version: string;
  suspected_bot: boolean;
  recipient_hash: string;
  acknowledgement_cap: number;
  /** Of a challenge that was solved; it is spent with the join. */
  challenge_hash: string | null;
  challenge_expires_at: string | null;
}

/** What was posted, as it is kept. */
export type PostedJoin = Omit<JoinInput, 'fax_number' | 'altcha' | 'answers'> & {
  /** The version of the form that asked; none of the form of the settings. */
  formVersion?: number;
  answers?: AnsweredQuestion[];
};

/** The person as they would be made if nobody matches; names are those of the columns. */
export interface NewPersonRow {
  id: string;
  given_name: string;
  family_name: string | null;
  date_of_birth: string | null;
  country: string;
  postcode: string | null;
  address_line1: string | null;
  address_line2: string | null;
  town: string | null;
  unit_id: string;
  /** Also what is matched on. */
  email: string | null;
  phone: string | null;
  contact_points: { id: string; kind: 'email' | 'phone'; value: string }[];
  consents: (PostedConsent & {
    purpose: string;
    privacy_notice_version: string;
    wording_version: string;
    /** From here on what an organiser records; left out, it was the person with their post. */
    occurred_at?: string;
    actor_kind?: 'organiser';
    actor_id?: string;
    evidence_kind?: string | null;
    evidence_reference?: string | null;
  })[];
  /** `reason` and `decided_by` where an organiser said where they belong. */
  allocation: NewAllocationRow & { reason?: string; decided_by?: string };
}

export interface NewSubmissionRow {
  id: string;
  reference: string;
  form_id: string;
  channel: SubmissionChannel;
  posted: PostedJoin;
  email: string | null;
  phone: string | null;
  unit_id: string;
  address: string | null;
  user_agent: string | null;
  request_id: string | null;
  api_key_id: string | null;
  challenge: ChallengeCheck['result'] | null;
}

/** Everything that one join writes. */
export interface JoinRows {
  request: JoinRequestRow;
  person: NewPersonRow;
  submission: NewSubmissionRow;
  answer: JoinAnswer;
  followUp: NewFollowUpRow;
  messages: NewMessageRow[];
  jobs: NewOutboxRow[];
}
