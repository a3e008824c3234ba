import { idOf, isKind, type Kind } from './insert-world.js';
import { READ_TABLES, type ReadTable, type Viewer, type Visible } from './model.js';
import type { World } from './world.js';

/** What tells the rows of a table apart, as text; the id unless it is said here. */
const KEYS: Partial<Record<ReadTable, string>> = {
  join_submission_handling: 'submission_id::text',
  join_intake: 'submission_id::text',
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

/** The keys of rows that are not told apart by an id of their own. */
const KEY_OF: Readonly<Record<Exclude<ReadTable, Kind>, (world: World, place: number) => string>> =
  {
    join_submission_handling: (_world, place) => idOf('join_submission', place),
    join_intake: ({ intakes }, place) => idOf('join_submission', intakes[place]?.submission ?? -1),
    idempotency_key: (_world, place) => place.toString(16).padStart(2, '0'),
    allocation_run_move: ({ runMoves }, place) => {
      const { run = 0, from = 0, to = 0 } = runMoves[place] ?? {};
      return `${idOf('allocation_run', run)} ${idOf('unit', from)} ${idOf('unit', to)}`;
    },
    allocation_run_person: ({ runPeople }, place) => {
      const { run = 0, person = 0 } = runPeople[place] ?? {};
      return `${idOf('allocation_run', run)} ${idOf('person', person)}`;
    },
  };

/** The key of a row of the world, as `LOOK` tells it. */
export function keyOf(world: World, table: ReadTable, place: number): string {
  return isKind(table) ? idOf(table, place) : KEY_OF[table](world, place);
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
export function settingsOf({ organiser, roles, reading, key }: Viewer): string {
  const id = organiser === null ? '' : idOf('organiser', organiser);
  const keyId = key === undefined ? '' : idOf('api_key', key.place);
  return `SELECT set_config('branchline.organiser_id', '${id}', true),
                 set_config('branchline.roles', '${roles.join(',')}', true),
                 set_config('branchline.reading', '${reading ? 'on' : ''}', true),
                 set_config('branchline.api_key_id', '${keyId}', true),
                 set_config('branchline.scope', '${key?.scope ?? ''}', true)`;
}
