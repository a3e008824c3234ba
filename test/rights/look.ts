import { idOf } from './insert-world.js';
import { READ_TABLES, type ReadTable, type Viewer, type Visible } from './model.js';
import type { World } from './world.js';

/** What tells the rows of a table apart, as text; the id unless it is said here. */
const KEYS: Partial<Record<ReadTable, string>> = {
  join_submission_handling: 'submission_id::text',
  allocation_run_move: `concat_ws(' ', run_id, from_unit_id, to_unit_id)`,
  allocation_run_person: `concat_ws(' ', run_id, person_id)`,
  idempotency_key: `encode(key_hash, 'hex')`,
};

/** Every table as it is seen, with no condition whatever: one row for each. */
export const LOOK = READ_TABLES.map(
  (table) =>
    `SELECT '${table}' AS "table", array_agg(${KEYS[table] ?? 'id::text'}) AS keys FROM ${table}`,
).join(' UNION ALL ');

/** What `LOOK` answers. */
export interface LookRow {
  readonly table: ReadTable;
  readonly keys: readonly string[] | null;
}

/** The key of a row of the world, as `LOOK` tells it. */
export function keyOf(world: World, table: ReadTable, place: number): string {
  if (table === 'join_submission_handling') return idOf('join_submission', place);
  if (table === 'idempotency_key') return place.toString(16).padStart(2, '0');
  if (table === 'allocation_run_move') {
    const { run = 0, from = 0, to = 0 } = world.runMoves[place] ?? {};
    return `${idOf('allocation_run', run)} ${idOf('unit', from)} ${idOf('unit', to)}`;
  }
  if (table === 'allocation_run_person') {
    const { run = 0, person = 0 } = world.runPeople[place] ?? {};
    return `${idOf('allocation_run', run)} ${idOf('person', person)}`;
  }
  return idOf(table, place);
}

/** Where what is seen differs from what the model shows, each in a line. */
export function differences(
  world: World,
  wanted: Visible,
  seen: readonly LookRow[],
): readonly string[] {
  return seen.flatMap(({ table, keys }) => {
    const right = wanted[table].map((place) => keyOf(world, table, place)).sort();
    const found = [...(keys ?? [])].sort();
    if (JSON.stringify(found) === JSON.stringify(right)) return [];
    const surplus = found.filter((key) => !right.includes(key));
    const missing = right.filter((key) => !found.includes(key));
    return [
      `${table}: sees ${surplus.join(', ') || 'nothing'} too many, misses ${missing.join(', ') || 'nothing'}`,
    ];
  });
}

/** The settings by which a transaction says whose eyes it sees with, as a statement. */
export function settingsOf({ organiser, roles, reading }: Viewer): string {
  const id = organiser === null ? '' : idOf('organiser', organiser);
  return `SELECT set_config('branchline.organiser_id', '${id}', true),
                 set_config('branchline.roles', '${roles.join(',')}', true),
                 set_config('branchline.reading', '${reading ? 'on' : ''}', true)`;
}
