import type { TestDatabase } from './test-database.js';

/**
 * How many rows each of our tables holds, by its name; for "nothing was stored". Counters of the
 * rate limiter are no record of anything and left out.
 */
export async function tableCounts(
  database: Pick<TestDatabase, 'sql'>,
): Promise<Record<string, number>> {
  const tables = await database.sql<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname IN ('public', 'bullmq') AND tablename <> 'rate_limit' ORDER BY 1`,
  );
  const counts = await database.sql<{ name: string; n: number }>(
    tables
      .map(({ name }) => `SELECT '${name}' AS name, count(*)::integer AS n FROM ${name}`)
      .join(' UNION ALL '),
  );
  return Object.fromEntries(counts.map(({ name, n }) => [name, n]));
}

/** Everything that is on a person's record, each table with all of its columns. */
export async function recordOf(
  database: TestDatabase,
  personId: string,
): Promise<Record<string, unknown[]>> {
  const record: Record<string, unknown[]> = {};
  for (const [table, column] of Object.entries({
    person: 'id',
    contact_point: 'person_id',
    consent_event: 'person_id',
    allocation: 'person_id',
  })) {
    record[table] = await database.sql(`SELECT * FROM ${table} WHERE ${column} = $1 ORDER BY id`, [
      personId,
    ]);
  }
  return record;
}

/** What a join left behind. */
export interface StoredJoin {
  personId: string | null;
  matchedBy: string | null;
  suspectedBot: boolean;
  state: string;
  unit: string;
}

/** What became of a submission, by its id. */
export async function storedJoin(database: TestDatabase, id: string): Promise<StoredJoin> {
  const [row] = await database.sql<StoredJoin>(
    `SELECT h.person_id AS "personId", s.matched_by AS "matchedBy",
            s.suspected_bot AS "suspectedBot", h.state, u.slug AS unit
       FROM join_submission s
       JOIN join_submission_handling h ON h.submission_id = s.id
       JOIN unit u ON u.id = h.unit_id
      WHERE s.id = $1`,
    [id],
  );
  if (row === undefined) throw new Error(`There is no submission ${id}.`);
  return row;
}
