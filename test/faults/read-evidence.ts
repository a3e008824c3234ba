import type { Client } from 'pg';
import type { Evidence, StoredJoin } from './book.js';

/** Work that waits for its day (reminders) or returns for ever (purging) is no loose end. */
const LOOSE_ENDS = `
  SELECT job FROM outbox
   WHERE state = 'waiting' AND job <> 'platform.purge-expired'
     AND (available_at <= clock_now() OR lease_until > clock_now())`;

/** Whether every message has come to an end and nothing in the outbox is due, running or dead. */
export async function isQuiet(database: Client): Promise<boolean> {
  const { rows } = await database.query<{ quiet: boolean }>(`
    SELECT NOT EXISTS (SELECT FROM message WHERE state IN ('queued', 'sending'))
       AND NOT EXISTS (${LOOSE_ENDS}) AS quiet`);
  return rows[0]?.quiet === true;
}

/** Reads what is stored, as a superuser whom no policy hides anything from. */
export async function readStored(database: Client): Promise<Omit<Evidence, 'mails'>> {
  const stored = await database.query<StoredJoin>(`
    SELECT s.id, s.email,
           (SELECT count(*)::integer FROM join_submission_handling h
             WHERE h.submission_id = s.id) AS handlings,
           (SELECT count(DISTINCT p.id)::integer
              FROM contact_point c JOIN person p ON p.id = c.person_id
             WHERE c.kind = 'email' AND c.value = s.email) AS people,
           (SELECT count(*)::integer FROM contact_point c
             WHERE c.kind = 'email' AND c.value = s.email) AS "contactPoints",
           (SELECT count(*)::integer
              FROM allocation a JOIN join_submission_handling h ON h.person_id = a.person_id
             WHERE h.submission_id = s.id AND a.valid_until IS NULL) AS allocations,
           (SELECT count(*)::integer FROM consent_event c
             WHERE c.submission_id = s.id) AS consents,
           (SELECT count(*)::integer FROM follow_up f
             WHERE f.submission_id = s.id) AS "followUps",
           (SELECT coalesce(jsonb_agg(jsonb_build_object(
                     'kind', m.kind, 'state', m.state, 'messageId', m.message_id_header,
                     'repeats', m.repeats)), '[]')
              FROM message m LEFT JOIN follow_up f ON f.id = m.follow_up_id
             WHERE coalesce(m.submission_id, f.submission_id) = s.id) AS messages
      FROM join_submission s`);
  const orphans = await database.query<{ count: number }>(`
    SELECT (SELECT count(*) FROM person p WHERE NOT EXISTS (
              SELECT FROM join_submission_handling h WHERE h.person_id = p.id))::integer
         + (SELECT count(*) FROM consent_event c WHERE NOT EXISTS (
              SELECT FROM join_submission s WHERE s.id = c.submission_id))::integer
         + (SELECT count(*) FROM idempotency_key k WHERE NOT EXISTS (
              SELECT FROM join_submission s WHERE s.id = (k.response->>'id')::uuid))::integer
         AS count`);
  const dead = await database.query<{ job: string }>(`SELECT job FROM outbox WHERE state = 'dead'`);
  const unfinished = await database.query<{ job: string }>(LOOSE_ENDS);
  return {
    stored: stored.rows,
    orphans: orphans.rows[0]?.count ?? 0,
    dead: dead.rows.map(({ job }) => job),
    unfinished: unfinished.rows.map(({ job }) => job),
  };
}
