import type { FuzzDatabase } from './stage.js';

/**
 * Control characters and marks that turn the direction of writing, in any text that is stored: the
 * schemas refuse them. New lines and tabs may stand in what has several lines.
 */
const FORBIDDEN =
  '[\\u0001-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f\\u202a-\\u202e\\u2066-\\u2069]';

/** JSON writes them as escapes, or as they are; a backslash before the escape makes it words. */
const FORBIDDEN_IN_JSON = `(^|[^\\\\])(\\\\\\\\)*\\\\(u00(0[0-8bcef]|1[0-9a-f]|7f)|[bf])|${FORBIDDEN}`;

/** The columns in which such characters are stored, with the number of rows. */
export async function uncleanTexts(database: FuzzDatabase): Promise<string[]> {
  const columns = await database.sql<{ table: string; column: string; json: boolean }>(
    `SELECT format('%I', c.table_name) AS table, format('%I', c.column_name) AS column,
            c.data_type IN ('json', 'jsonb') AS json
       FROM information_schema.columns c
       JOIN information_schema.tables t USING (table_schema, table_name)
      WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
        AND (c.data_type IN ('text', 'character varying', 'json', 'jsonb') OR c.udt_name = 'citext')
      ORDER BY 1, 2`,
  );
  const found: string[] = [];
  for (const { table, column, json } of columns) {
    const [row] = await database.sql<{ rows: number }>(
      `SELECT count(*)::integer AS rows FROM ${table} WHERE ${column}::text ~ $1`,
      [json ? FORBIDDEN_IN_JSON : FORBIDDEN],
    );
    if (row !== undefined && row.rows > 0) found.push(`${table}.${column}: ${row.rows} rows`);
  }
  return found;
}
