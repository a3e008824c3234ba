import type { FaultDatabase } from './fault-cluster.js';

/** Of how many duties one gets a second row of the same cause at once. */
const EVERY = 3;
/** How many duties get another one when their reminder has long gone out. */
const AGAIN_AFTERWARDS = 15;

/**
 * Lets the day of all reminders come. Every third has a second row of the same cause, as a row that
 * somebody wrote twice would be.
 *
 * @returns the ids of the submissions behind the duties.
 */
export async function bringForward(database: FaultDatabase): Promise<string[]> {
  const rows = await database.sql<{ id: string }>(`
    WITH due AS (
      UPDATE outbox SET available_at = clock_now()
       WHERE job = 'follow-ups.remind' AND state = 'waiting'
      RETURNING queue, job, data), copies AS (
      INSERT INTO outbox (id, queue, job, data)
      SELECT gen_random_uuid(), queue, job, data
        FROM (SELECT *, row_number() OVER () AS number FROM due) numbered
       WHERE number % ${EVERY} = 0)
    SELECT f.submission_id AS id
      FROM due JOIN follow_up f ON f.id = (due.data->>'followUpId')::uuid`);
  return rows.map(({ id }) => id);
}

/** Writes the same cause once more for duties that have been reminded of. */
export async function causeAgain(database: FaultDatabase): Promise<void> {
  await database.sql(`
    INSERT INTO outbox (id, queue, job, data)
    SELECT gen_random_uuid(), 'reminders', 'follow-ups.remind',
           jsonb_build_object('followUpId', follow_up_id, 'assignment', assignment, 'again', false)
      FROM message WHERE kind = 'follow_up_reminder' ORDER BY id LIMIT ${AGAIN_AFTERWARDS}`);
}
