import { isKeyScope, type KeyScope } from '../../src/organisers/api-key-scopes.js';
import {
  mayGive,
  type Permission,
  ROLES,
  type Role,
  rolesWith,
} from '../../src/organisers/permissions.js';
import type { World } from './world.js';

/** Whose eyes are looked with: what a transaction of a request tells PostgreSQL. */
export interface Viewer {
  /** A place in the list of organisers; null: nobody who exists. */
  readonly organiser: number | null;
  readonly roles: readonly Role[];
  /** Whether nothing is to be changed, so that a grant in its grace counts. */
  readonly reading: boolean;
  /** The key of a program, which then has no organiser and no role; and what it is used for. */
  readonly key?: { readonly place: number; readonly scope: KeyScope & Permission };
}

/** The tables under row-level security that organisers may read at all. */
export const READ_TABLES = [
  'unit',
  'coverage_rule',
  'post',
  'organiser',
  'organiser_grant',
  'person',
  'contact_point',
  'allocation',
  'consent_event',
  'duplicate_candidate',
  'join_submission',
  'join_submission_handling',
  'follow_up',
  'follow_up_event',
  'message',
  'allocation_run',
  'allocation_run_move',
  'allocation_run_person',
  'audit_event',
  'idempotency_key',
  'organiser_invitation',
  'post_cover',
  'form',
  'api_key',
  'join_batch',
  'join_intake',
] as const;
export type ReadTable = (typeof READ_TABLES)[number];

/** Tables under row-level security of which organisers read no column, each with the reason. */
export const UNREAD_TABLES: Readonly<Record<string, string>> = {
  organiser_session: 'one’s own sessions are read by the application, which knows whose they are',
  organiser_second_factor: 'secrets, which the application alone checks codes by',
  organiser_recovery_code: 'hashes of codes, which the application alone checks',
  organiser_openid_identity: 'who somebody is elsewhere; nobody is in before it is looked up',
  openid_sign_in: 'hashes of sign-ins on their way; nobody is in yet',
};

/** Places in the world's lists, by table. */
export type Visible = Readonly<Record<ReadTable, readonly number[]>>;

/**
 * The rules of rights, said once more in plain words of TypeScript: what PostgreSQL's policies are
 * compared with. Nothing here is made of them.
 */
export class RightsModel {
  constructor(private readonly world: World) {}

  /** The rows that a viewer sees where no query narrows anything. */
  visible(viewer: Viewer): Visible {
    const { world } = this;
    const readsPeople = this.unitsWith(viewer, 'people.read');
    const readsSubmissions = this.unitsWith(viewer, 'join_submissions.read');
    const readsDuties = this.unitsWith(viewer, 'follow_ups.read');
    const readsUnits = this.unitsWith(viewer, 'units.read');
    const readsRuns = this.unitsWith(viewer, 'allocation_runs.read');
    const watches = this.unitsWith(viewer, 'audit.read').has(0);

    const person = (place: number | null) =>
      place !== null && readsPeople.has(world.people[place]?.unit ?? -1);
    const submission = (place: number | null) =>
      place !== null && readsSubmissions.has(world.submissions[place]?.unit ?? -1);
    const duty = (place: number | null) =>
      place !== null && readsDuties.has(world.duties[place]?.unit ?? -1);
    const own = (organiser: number | null) => organiser !== null && organiser === viewer.organiser;
    const leads = this.unitsAs(viewer, ['national_administrator', 'regional_organiser']);
    const keeps = this.unitsAs(viewer, ['treasurer']);
    const grant = ({ organiser, role, unit }: World['grants'][number]) =>
      own(organiser) || leads.has(unit) || (role === 'treasurer' && keeps.has(unit));
    const administersAll = this.unitsAs(viewer, ['national_administrator']).has(0);
    // Who leads nothing any more has no business with whom they once invited.
    const invites = leads.size > 0 || keeps.size > 0;
    const invited = new Set(
      invites ? world.invitations.filter(({ by }) => own(by)).map(({ accepted }) => accepted) : [],
    );
    const holders = new Set(world.grants.filter(grant).map(({ organiser }) => organiser));
    const invitable = this.givenUnits(viewer);

    return {
      // The directory is public.
      unit: places(world.units, () => true),
      coverage_rule: places(world.rules, () => true),
      post: places(world.posts, ({ unit }) => readsUnits.has(unit)),
      post_cover: places(world.covers, (one) => readsUnits.has(world.posts[one.post]?.unit ?? -1)),
      // Accounts: one's own, whoever holds a grant in sight, whom one has invited; for the national
      // office all of them.
      organiser: places(
        world.organisers,
        (_one, place) => own(place) || administersAll || holders.has(place) || invited.has(place),
      ),
      organiser_grant: places(world.grants, grant),
      organiser_invitation: places(world.invitations, ({ role, unit }) =>
        invitable(role).has(unit),
      ),
      // Which roles forms and batches are for, the routes alone say: they tell of no member.
      form: places(world.forms, ({ unit }) => readsUnits.has(unit)),
      join_batch: places(world.batches, ({ unit }) => readsUnits.has(unit)),
      join_intake: places(world.intakes, (one) => submission(one.submission)),
      api_key: places(world.keys, ({ unit }) => leads.has(unit)),
      person: places(world.people, (_one, place) => person(place)),
      contact_point: places(world.contacts, (one) => person(one.person)),
      allocation: places(world.allocations, (one) => person(one.person)),
      consent_event: places(world.consents, (one) => person(one.person)),
      // A pair shows two people: whoever does not see both sees neither.
      duplicate_candidate: places(
        world.duplicates,
        (one) => person(one.person) && person(one.other),
      ),
      join_submission: places(world.submissions, (_one, place) => submission(place)),
      join_submission_handling: places(world.submissions, (_one, place) => submission(place)),
      follow_up: places(world.duties, (_one, place) => duty(place)),
      follow_up_event: places(world.dutyEvents, (one) => duty(one.duty)),
      message: places(world.messages, (one) => submission(one.submission) || duty(one.duty)),
      allocation_run: places(Array.from({ length: world.runs }), () => readsRuns.size > 0),
      allocation_run_move: places(
        world.runMoves,
        ({ from, to }) => readsRuns.has(from) || readsRuns.has(to),
      ),
      allocation_run_person: places(world.runPeople, (one) => person(one.person)),
      audit_event: places(world.audit, ({ actor }) => watches || own(actor)),
      idempotency_key: places(
        world.answers,
        ({ organiser, key }) => own(organiser) || (key !== null && key === viewer.key?.place),
      ),
    };
  }

  /** The units that a viewer may change, with their posts and rules. */
  changeableUnits(viewer: Viewer): readonly number[] {
    const administered = this.unitsWith(viewer, 'regions.write');
    const organised = this.unitsWith(viewer, 'units.write');
    return places(this.world.units, ({ kind, parent }, place) => {
      switch (kind) {
        case 'branch':
          return parent !== null && organised.has(parent);
        case 'region':
          return parent !== null && administered.has(parent);
        case 'national':
          return administered.has(place);
      }
    });
  }

  /** The duties that a viewer may change. */
  changeableDuties(viewer: Viewer): readonly number[] {
    const units = this.unitsWith(viewer, 'follow_ups.write');
    return places(this.world.duties, ({ unit }) => units.has(unit));
  }

  /** The submissions of which a viewer may say what became. */
  changeableSubmissions(viewer: Viewer): readonly number[] {
    const units = this.unitsWith(viewer, 'join_submissions.write');
    return places(this.world.submissions, ({ unit }) => units.has(unit));
  }

  /** The forms and keys that a viewer may change: those of units that they lead. */
  ledUnits(viewer: Viewer): ReadonlySet<number> {
    return this.unitsAs(viewer, ['national_administrator', 'regional_organiser']);
  }

  /** The accounts that a viewer may rename: their own, or as the national office any. */
  changeableAccounts(viewer: Viewer): readonly number[] {
    const all = this.unitsAs(viewer, ['national_administrator']).has(0);
    return places(this.world.organisers, (_one, place) => all || place === viewer.organiser);
  }

  /** Of a role, the units on which a viewer may give it. */
  private givenUnits(viewer: Viewer): (given: Role) => ReadonlySet<number> {
    const units = new Map(
      ROLES.map((given) => [
        given,
        this.unitsAs(
          viewer,
          ROLES.filter((giver) => mayGive(giver, given)),
        ),
      ]),
    );
    return (given) => units.get(given) ?? new Set();
  }

  /**
   * The units that a viewer holds in a role that carries the permission, or by a key that is used
   * for the like: what tells of people is one thing, what tells of units alone another.
   */
  private unitsWith(viewer: Viewer, permission: Permission): Set<number> {
    const { key } = viewer;
    if (key === undefined) return this.unitsAs(viewer, rolesWith(permission, ROLES));
    const serves =
      isKeyScope(permission) && (permission === 'units.read' || key.scope !== 'units.read');
    return new Set(serves ? this.withBelow(this.unitsOfKey(key)) : []);
  }

  /** The units on which a viewer holds one of these roles, as far as they are named, and all below. */
  private unitsAs({ organiser, roles, reading }: Viewer, wanted: readonly Role[]): Set<number> {
    const { grants, organisers } = this.world;
    if (organiser === null || organisers[organiser]?.disabled !== false) return new Set();
    return this.withBelow(
      grants
        .filter((grant) => grant.organiser === organiser)
        .filter(({ role }) => roles.includes(role) && wanted.includes(role))
        .filter(({ from, until, grace }) => {
          if (from > 0) return false;
          if (until === null || until > 0) return true;
          return reading && grace !== null && grace > 0;
        })
        .map(({ unit }) => unit),
    );
  }

  /** The unit of a key that works and may be used for this, whatever became of its maker. */
  private unitsOfKey({ place, scope }: NonNullable<Viewer['key']>): number[] {
    const key = this.world.keys[place];
    const works = key !== undefined && !key.revoked && key.ends > 0 && key.scopes.includes(scope);
    return works ? [key.unit] : [];
  }

  private withBelow(held: readonly number[]): Set<number> {
    const all = new Set(held);
    // Parents stand before their children.
    for (const [place, { parent }] of this.world.units.entries()) {
      if (parent !== null && all.has(parent)) all.add(place);
    }
    return all;
  }
}

function places<T>(items: readonly T[], holds: (item: T, place: number) => boolean): number[] {
  return items.flatMap((item, place) => (holds(item, place) ? [place] : []));
}
