/** Joins the unit of a record as `u` and the one above it as `above`. `column` holds the unit's id. */
export function joinUnit(column: string): string {
  return `JOIN unit u ON u.id = ${column} LEFT JOIN unit above ON above.id = u.parent_id`;
}

const place = (alias: string) => `json_build_object('slug', ${alias}.slug, 'name', ${alias}.name)`;

/** A unit as `unitReferenceSchema` has it. */
export function unitReference(alias: string): string {
  return `json_build_object('kind', ${alias}.kind, 'slug', ${alias}.slug, 'name', ${alias}.name)`;
}

/** The same with its id, for records that are changed by it. */
export function unitWithId(alias: string): string {
  return `json_build_object('id', ${alias}.id, 'kind', ${alias}.kind, 'slug', ${alias}.slug, 'name', ${alias}.name)`;
}

/** The columns `unit`, `region` and `branch` of a record whose unit is joined by `joinUnit`. */
export const PLACE_COLUMNS = `
  ${unitReference('u')} AS unit,
  CASE u.kind WHEN 'region' THEN ${place('u')} WHEN 'branch' THEN ${place('above')} END AS region,
  CASE u.kind WHEN 'branch' THEN ${place('u')} END AS branch`;

/** A unit that may be absent, as `placeSchema` has it. */
export function placeOrNull(alias: string): string {
  return `CASE WHEN ${alias}.id IS NOT NULL THEN ${place(alias)} END`;
}

/** A moment within a JSON object, in UTC whatever the time zone of the session. */
export function utc(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
