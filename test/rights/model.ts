import { type Permission, type Role, rolesWith } from '../../src/organisers/permissions.js';
import type { World } from './world.js';

/** Whose eyes are looked with: what a transaction of a request tells PostgreSQL. */
export interface Viewer {
  /** A place in the list of organisers; null: nobody who exists. */
  readonly organiser: number | null;
  readonly roles: readonly Role[];
  /** Whether nothing is to be changed, so that a grant in its grace counts. */
  readonly reading: boolean;
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
] as const;
export type ReadTable = (typeof READ_TABLES)[number];

/** Tables under row-level security of which organisers read no column, each with the reason. */
export const UNREAD_TABLES: Readonly<Record<string, string>> = {
  organiser_session: 'one’s own sessions are read by the application, which knows whose they are',
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

    return {
      // The directory is public.
      unit: places(world.units, () => true),
      coverage_rule: places(world.rules, () => true),
      post: places(world.posts, ({ unit }) => readsUnits.has(unit)),
      organiser: places(world.organisers, (_one, place) => own(place)),
      organiser_grant: places(world.grants, ({ organiser }) => own(organiser)),
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
      idempotency_key: places(world.answers, ({ organiser }) => own(organiser)),
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

  /** The units on which a viewer holds a role that carries the permission, and all below them. */
  private unitsWith(viewer: Viewer, permission: Permission): Set<number> {
    const { grants, organisers, units } = this.world;
    const { organiser, roles, reading } = viewer;
    if (organiser === null || organisers[organiser]?.disabled !== false) return new Set();
    const carrying = rolesWith(permission, roles);
    const held = new Set(
      grants
        .filter((grant) => grant.organiser === organiser && carrying.includes(grant.role))
        .filter(({ from, until, grace }) => {
          if (from > 0) return false;
          if (until === null || until > 0) return true;
          return reading && grace !== null && grace > 0;
        })
        .map(({ unit }) => unit),
    );
    // Parents stand before their children.
    for (const [place, { parent }] of units.entries()) {
      if (parent !== null && held.has(parent)) held.add(place);
    }
    return held;
  }
}

function places<T>(items: readonly T[], holds: (item: T, place: number) => boolean): number[] {
  return items.flatMap((item, place) => (holds(item, place) ? [place] : []));
}
