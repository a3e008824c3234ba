import { IS_RECURRING } from '../support/recurring-rows.js';
import type { Evidence, MessageChange, StoredJoin, StoredKey } from './book.js';
import type { FaultDatabase } from './fault-cluster.js';
import { READ_MESSAGE_JOURNAL } from './message-journal.js';

/**
 * What waits for its day (reminders) or returns for ever (purging) is no loose end. What was put off
 * for a moment (a failed try, a job left to another build) is one.
 */
const LOOSE_ENDS = `
  SELECT job FROM outbox
   WHERE state = 'waiting' AND NOT ${IS_RECURRING}
     AND NOT (job = 'follow-ups.remind' AND available_at > clock_now() + interval '1 hour')`;

/** Every submission with what belongs to it. A person belongs to it by their address. */
const STORED = `
  SELECT s.id, s.email, s.phone, s.posted, s.answer,
         (SELECT coalesce(jsonb_agg(u.slug), '[]')
            FROM join_submission_handling h JOIN unit u ON u.id = h.unit_id
           WHERE h.submission_id = s.id) AS handlings,
         (SELECT coalesce(jsonb_agg(u.slug), '[]')
            FROM allocation a JOIN unit u ON u.id = a.unit_id
            JOIN join_submission_handling h ON h.person_id = a.person_id
           WHERE h.submission_id = s.id AND a.valid_until IS NULL) AS allocations,
         (SELECT coalesce(jsonb_agg(u.slug), '[]')
            FROM follow_up f JOIN unit u ON u.id = f.unit_id
           WHERE f.submission_id = s.id) AS "followUps",
         (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'givenName', p.given_name, 'familyName', p.family_name,
                   'dateOfBirth', p.date_of_birth, 'country', p.country, 'postcode', p.postcode,
                   'addressLine1', p.address_line1, 'addressLine2', p.address_line2,
                   'town', p.town, 'unit', u.slug)), '[]')
            FROM person p JOIN unit u ON u.id = p.unit_id
           WHERE p.id IN (${ownersOf('s.email')})) AS people,
         (SELECT coalesce(jsonb_agg(c.kind || ' ' || c.value ORDER BY c.kind, c.value), '[]')
            FROM contact_point c
           WHERE c.person_id IN (${ownersOf('s.email')})) AS "contactPoints",
         (SELECT coalesce(jsonb_agg(c.channel || ' ' || c.decision ORDER BY c.channel), '[]')
            FROM consent_event c
           WHERE c.submission_id = s.id) AS consents,
         (SELECT count(*)::integer
            FROM outbox o JOIN follow_up f ON f.id = (o.data->>'followUpId')::uuid
           WHERE o.job = 'follow-ups.remind' AND o.state = 'waiting'
             AND f.submission_id = s.id) AS "remindersWaiting",
         (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'kind', m.kind, 'state', m.state, 'messageId', m.message_id_header,
                   'repeats', m.repeats)), '[]')
            FROM message m LEFT JOIN follow_up f ON f.id = m.follow_up_id
           WHERE coalesce(m.submission_id, f.submission_id) = s.id) AS messages
    FROM join_submission s`;

/** Rows of a round that nobody's join has caused. Nobody is moved in a round, which sends mails, too. */
const ORPHANS = `
  SELECT (SELECT count(*) FROM person p WHERE NOT EXISTS (
            SELECT FROM join_submission_handling h WHERE h.person_id = p.id))::integer
       + (SELECT count(*) FROM consent_event c WHERE NOT EXISTS (
            SELECT FROM join_submission s WHERE s.id = c.submission_id))::integer
       + (SELECT count(*) FROM follow_up f WHERE NOT EXISTS (
            SELECT FROM join_submission s WHERE s.id = f.submission_id))::integer
       + (SELECT count(*) FROM message m LEFT JOIN follow_up f ON f.id = m.follow_up_id
           WHERE NOT EXISTS (
            SELECT FROM join_submission s
             WHERE s.id = coalesce(m.submission_id, f.submission_id)))::integer
       + (SELECT count(*) FROM idempotency_key k WHERE NOT EXISTS (
            SELECT FROM join_submission s WHERE s.id = (k.response->>'id')::uuid))::integer
       AS count`;

/** Whether the outbox has nothing left that is due, running or put off for a moment. */
export async function isOutboxDone(database: FaultDatabase): Promise<boolean> {
  return (await database.sql(`${LOOSE_ENDS} LIMIT 1`)).length === 0;
}

/** Whether no message is on its way. One without a row in the outbox will be for ever. */
export async function isNothingOnItsWay(database: FaultDatabase): Promise<boolean> {
  const rows = await database.sql(
    `SELECT FROM message WHERE state IN ('queued', 'sending') LIMIT 1`,
  );
  return rows.length === 0;
}

/** Reads what is stored, as a superuser whom no policy hides anything from. */
export async function readStored(database: FaultDatabase): Promise<Omit<Evidence, 'mails'>> {
  const stored = await database.sql<StoredJoin>(STORED);
  const keys = await database.sql<StoredKey>(
    `SELECT encode(key_hash, 'hex') AS "keyHash", response AS answer
       FROM idempotency_key WHERE starts_with(scope, 'join:')`,
  );
  const orphans = await database.sql<{ count: number }>(ORPHANS);
  const dead = await database.sql<{ job: string }>(`SELECT job FROM outbox WHERE state = 'dead'`);
  const unfinished = await database.sql<{ job: string }>(LOOSE_ENDS);
  return {
    stored,
    keys,
    changes: await database.sql<MessageChange>(READ_MESSAGE_JOURNAL),
    orphans: orphans[0]?.count ?? 0,
    dead: dead.map(({ job }) => job),
    unfinished: unfinished.map(({ job }) => job),
  };
}

function ownersOf(email: string): string {
  return `SELECT person_id FROM contact_point WHERE kind = 'email' AND value = ${email}`;
}
