/**
 * A moment as text with all six digits of its second, RFC 3339 in UTC whatever the time zone of the
 * session: a `Date` has three, and a page that went on from it would show rows twice.
 */
export function momentInFull(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}
