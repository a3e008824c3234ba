import { createHash, randomBytes } from 'node:crypto';
import { newId } from '../../src/platform/new-id.js';

/** A row to be written: its table, and its columns by name. */
export type Row = readonly [table: string, columns: Readonly<Record<string, unknown>>];

export interface BarePost {
  givenName: string;
  familyName: string;
  email: string;
  phone: string;
  postcode: string;
  consent: { privacyNotice: string };
}

/** What the bare program knows of a branch. */
export interface BareUnit {
  id: string;
  parentId: string;
}

/**
 * The rows of one join as the application writes them, with the values already known: nothing is
 * checked, matched, allocated or reckoned. Always the same tables and columns in the same order, so
 * that one named statement writes them.
 */
export function rowsOfJoin(
  post: BarePost,
  unit: BareUnit,
): { id: string; answer: object; rows: Row[] } {
  const id = newId();
  const person = newId();
  const followUp = newId();
  const acknowledgement = newId();
  const notice = newId();
  const requestId = newId();
  const hash = createHash('sha256').update(post.email).digest();
  const reference = `J-${randomBytes(4).toString('hex')}`;
  const now = Date.now();
  const dueAt = new Date(now + 2 * DAY);
  const remindAt = new Date(now + DAY);
  const answer = { ...ANSWER, id, reference, receivedAt: new Date(now) };
  const stored = JSON.stringify(answer);

  const contactPoint = (kind: string, value: string): Row => [
    'contact_point',
    { id: newId(), person_id: person, kind, value },
  ];
  const consent = (channel: string): Row => [
    'consent_event',
    {
      id: newId(),
      person_id: person,
      submission_id: id,
      channel,
      purpose: 'news_and_campaigns',
      decision: 'granted',
      occurred_at: new Date(now),
      source: 'json',
      privacy_notice_version: post.consent.privacyNotice,
      wording_version: '1',
      actor_kind: 'person',
      address: '127.0.0.1',
      user_agent: null,
    },
  ];
  const message = (messageId: string, columns: Readonly<Record<string, unknown>>): Row => [
    'message',
    {
      id: messageId,
      channel: 'email',
      message_id_header: `<${messageId}@example.org>`,
      state: 'queued',
      ...columns,
    },
  ];
  const job = (queue: string, name: string, data: object, availableAt: Date): Row => [
    'outbox',
    {
      id: newId(),
      queue,
      job: name,
      data: JSON.stringify(data),
      available_at: availableAt,
      request_id: requestId,
    },
  ];
  const rows: Row[] = [
    [
      'idempotency_key',
      {
        scope: 'join-repeat:join',
        key_hash: hash,
        input_hash: hash,
        response: stored,
        expires_at: new Date(now + 600_000),
      },
    ],
    [
      'person',
      {
        id: person,
        given_name: post.givenName,
        family_name: post.familyName,
        date_of_birth: null,
        country: 'GB',
        postcode: post.postcode,
        address_line1: null,
        address_line2: null,
        town: null,
        unit_id: unit.id,
      },
    ],
    contactPoint('email', post.email),
    contactPoint('phone', post.phone),
    consent('email'),
    consent('sms'),
    [
      'allocation',
      {
        id: newId(),
        person_id: person,
        method: 'coverage_rule',
        unit_id: unit.id,
        branch_id: unit.id,
        region_id: unit.parentId,
        rule_prefix: 'M14',
        precision: 'area',
        distance_km: 5.5,
        explanation: ANSWER.allocation.explanation,
        directory_version: 1,
        dataset_version: 'areas-1',
      },
    ],
    [
      'join_submission',
      {
        id,
        reference,
        form_id: 'join',
        channel: 'json',
        posted: JSON.stringify(post),
        answer: stored,
        email: post.email,
        phone: post.phone,
        matched_by: null,
        suspected_bot: false,
        address: '127.0.0.1',
        user_agent: null,
        request_id: requestId,
      },
    ],
    [
      'join_submission_handling',
      { submission_id: id, person_id: person, unit_id: unit.id, state: 'received' },
    ],
    [
      'follow_up',
      {
        id: followUp,
        kind: 'join',
        submission_id: id,
        person_id: person,
        unit_id: unit.id,
        office: 'branch_secretary',
        calendar: 'england-and-wales',
        due_at: dueAt,
        remind_at: remindAt,
      },
    ],
    message(acknowledgement, {
      business_key: `join_acknowledgement:${id}`,
      kind: 'join_acknowledgement',
      submission_id: id,
      follow_up_id: null,
      assignment: null,
      recipient_hash: hash,
    }),
    message(notice, {
      business_key: `follow_up_notice:${followUp}:1`,
      kind: 'follow_up_notice',
      submission_id: null,
      follow_up_id: followUp,
      assignment: 1,
      recipient_hash: null,
    }),
    job('receipts', 'messaging.send', { messageId: acknowledgement }, new Date(now)),
    job('notices', 'messaging.send', { messageId: notice }, new Date(now)),
    job('reminders', 'follow-ups.remind', { followUpId: followUp, assignment: 1 }, remindAt),
  ];
  return { id, answer, rows };
}

const DAY = 24 * 3600 * 1000;

/** An answer of the size of a real one. */
const ANSWER = {
  allocation: { method: 'coverage_rule', explanation: 'M14 belongs to Manchester South' },
  region: { slug: 'north-west', name: 'North West', phone: '07769 611 320' },
  branch: {
    slug: 'manchester-south',
    name: 'Manchester South',
    distanceKm: 5.5,
    meets: 'Every Monday, 7.30 pm',
  },
  contact: { name: 'Manchester South', phone: null, email: 'manchester-south@example.org' },
  next: 'Somebody from Manchester South will get in touch by Wednesday 25 November. We are sending you an email with a link to confirm your address.',
};
