import { tableCounts } from '../support/stored.js';
import type { FuzzDatabase } from './stage.js';

/** Where it is recorded who has read what, and the condition for all other rows. */
const RECORDS_OF_READING = {
  audit_event: `action !~ '(read|listed|opened|opening_refused)$'`,
  follow_up_event: `action <> 'opened'`,
  audit_unsealed: 'false',
  audit_seal: 'false',
};

/** How many rows each table holds, without those that say that somebody has read something. */
export async function countsBesideReading(database: FuzzDatabase): Promise<Record<string, number>> {
  const counts = await tableCounts(database);
  for (const [table, others] of Object.entries(RECORDS_OF_READING)) {
    const [row] = await database.sql<{ n: number }>(
      `SELECT count(*)::integer AS n FROM ${table} WHERE ${others}`,
    );
    counts[`public.${table}`] = row?.n ?? 0;
  }
  return counts;
}
