import type { ClientBase, QueryResult } from 'pg';
import { isKeyScope } from '../../src/organisers/api-key-scopes.js';
import { PERMISSIONS, PERMISSIONS_OF, ROLES, type Role } from '../../src/organisers/permissions.js';
import {
  ORGANISER_OF_ALL_ROLE,
  ORGANISER_ROLE,
} from '../../src/platform/database/connection-options.js';
import { type Kind, idOf, insertWorld } from './insert-world.js';
import { LOOK, type LookRow, differences, settingsOf } from './look.js';
import { RightsModel, type Viewer } from './model.js';
import { type ChangeName, TRY_CHANGES, type TriedChange } from './try-changes.js';
import type { World } from './world.js';

/** The sets of roles that requests name: all that carry a permission. */
const ROLE_SETS: readonly (readonly Role[])[] = [
  ...new Map(
    PERMISSIONS.map((permission) => {
      const roles = ROLES.filter((role) => PERMISSIONS_OF[role].includes(permission));
      return [roles.join(','), roles];
    }),
  ).values(),
];

/** Which of them a transaction takes is a matter of speed: both show everybody the same. */
const DATABASE_ROLES = [ORGANISER_ROLE, ORGANISER_OF_ALL_ROLE] as const;

/** Has a superuser's connection ready for `faultsIn`; the database is one that nobody else uses. */
export async function prepareChecks(connection: ClientBase): Promise<void> {
  await connection.query(TRY_CHANGES);
  await connection.query(`PREPARE look AS ${LOOK}`);
  await connection.query('PREPARE try_changes AS SELECT * FROM rights_check.try_changes()');
}

/**
 * Compares what PostgreSQL lets each organiser of a world see and change with the model, in a
 * transaction that is undone. The connection is a superuser's: it takes the organisers' roles.
 *
 * @returns each difference in a line, and through how many pairs of eyes it was looked.
 */
export async function faultsIn(
  connection: ClientBase,
  world: World,
): Promise<{ faults: string[]; viewers: number }> {
  const model = new RightsModel(world);
  const faults: string[] = [];
  const viewers = viewersOf(world);
  await connection.query('BEGIN');
  try {
    await insertWorld((text, values) => connection.query(text, values), world);
    for (const role of DATABASE_ROLES) {
      await connection.query(`SET LOCAL ROLE ${role}`);
      for (const viewer of viewers) {
        const who = `${nameOf(viewer)}, by ${role}`;
        const [, seen, tried] = (await connection.query(
          `${settingsOf(viewer)}; EXECUTE look; EXECUTE try_changes`,
        )) as unknown as [unknown, QueryResult<LookRow>, QueryResult<TriedChange>];
        faults.push(
          ...[
            ...differences(world, model.visible(viewer), seen.rows),
            ...changeFaults(changesOf(world, model, viewer), tried.rows),
          ].map((fault) => `${who}: ${fault}`),
        );
      }
    }
  } finally {
    await connection.query('ROLLBACK');
  }
  return { faults, viewers: viewers.length };
}

/** Everybody with every set of roles; besides with each role of theirs alone, and while reading. */
function viewersOf({ organisers, grants, keys }: World): Viewer[] {
  const viewers: Viewer[] = [...organisers.keys()].flatMap((organiser) => {
    const held = new Set(
      grants.filter((grant) => grant.organiser === organiser).map(({ role }) => role),
    );
    return [
      ...[...ROLE_SETS, ...[...held].map((role) => [role])].map((roles) => ({
        organiser,
        roles,
        reading: false,
      })),
      { organiser, roles: ROLES, reading: true },
      { organiser, roles: [], reading: true },
    ];
  });
  return [...viewers, { organiser: null, roles: ROLES, reading: true }, ...programsOf(keys)];
}

/** Every key for everything that a request may be made for, whether or not it is among its scopes. */
function programsOf(keys: World['keys']): Viewer[] {
  return [...keys.keys()].flatMap((place) =>
    PERMISSIONS.filter(isKeyScope).map((scope) => ({
      organiser: null,
      roles: [],
      reading: false,
      key: { place, scope },
    })),
  );
}

function nameOf({ organiser, roles, reading, key }: Viewer): string {
  return key === undefined
    ? `organiser ${organiser} as ${roles.join(',') || 'nothing'}${reading ? ', reading' : ''}`
    : `key ${key.place} for ${key.scope}`;
}

/** The rows that a change changes; null where it is refused. */
type Changed = Readonly<Record<ChangeName, readonly string[] | null>>;

function changesOf(world: World, model: RightsModel, viewer: Viewer): Changed {
  const visible = model.visible(viewer);
  const units = model.changeableUnits(viewer);
  // What is seen and may not be changed has the statement refused, not passed over.
  const all = (seen: readonly number[], changeable: readonly number[], kind: Kind) =>
    seen.every((place) => changeable.includes(place))
      ? seen.map((place) => idOf(kind, place))
      : null;
  const within = (
    kind: Kind,
    rows: readonly { readonly unit: number }[],
    seen: Iterable<number> = rows.keys(),
  ) =>
    [...seen]
      .filter((place) => units.includes(rows[place]?.unit ?? -1))
      .map((place) => idOf(kind, place));
  const led = model.ledUnits(viewer);
  const ofLed = (kind: Kind, rows: readonly { readonly unit: number }[]) =>
    rows.flatMap(({ unit }, place) => (led.has(unit) ? [idOf(kind, place)] : []));
  return {
    follow_up: all(visible.follow_up, model.changeableDuties(viewer), 'follow_up'),
    join_submission_handling: all(
      visible.join_submission_handling,
      model.changeableSubmissions(viewer),
      'join_submission',
    ),
    unit: units.map((place) => idOf('unit', place)),
    post: within('post', world.posts, visible.post),
    coverage_rule: within('coverage_rule', world.rules),
    organiser: model.changeableAccounts(viewer).map((place) => idOf('organiser', place)),
    // What was accepted is kept as it is.
    organiser_invitation: all(
      visible.organiser_invitation,
      visible.organiser_invitation.filter((place) => world.invitations[place]?.accepted === null),
      'organiser_invitation',
    ),
    form: ofLed('form', world.forms),
    api_key: ofLed('api_key', world.keys),
    join_batch: visible.join_batch.map((place) => idOf('join_batch', place)),
  };
}

function changeFaults(wanted: Changed, found: readonly TriedChange[]): string[] {
  return found.flatMap(({ name, ids, refused }) => {
    const right = wanted[name]?.toSorted().join(', ') ?? 'a refusal';
    const done = refused ? 'a refusal' : [...(ids ?? [])].sort().join(', ');
    return done === right
      ? []
      : [`${name}: changing all of it changed ${done || 'nothing'}, not ${right || 'nothing'}`];
  });
}
