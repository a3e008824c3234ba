import fc from 'fast-check';
import { KEY_SCOPES, type KeyScope } from '../../src/organisers/api-key-scopes.js';
import { ROLES, type Role } from '../../src/organisers/permissions.js';

/**
 * A small organisation with its records, in plain values: places in lists stand for ids. What does
 * not fit (a pair of one person) is left out where the world is read, so that any draw is a world.
 */
export interface World {
  /** The first is the national office; a parent stands before its children. */
  readonly units: readonly {
    readonly kind: 'national' | 'region' | 'branch';
    readonly parent: number | null;
    readonly closed: boolean;
  }[];
  readonly organisers: readonly { readonly disabled: boolean }[];
  /** Times are hours from now; a grant that is never to end has no `until`. */
  readonly grants: readonly {
    readonly organiser: number;
    readonly role: Role;
    readonly unit: number;
    readonly from: number;
    readonly until: number | null;
    /** Until when it may still be read by it. */
    readonly grace: number | null;
  }[];
  readonly people: readonly { readonly unit: number }[];
  readonly contacts: readonly { readonly person: number }[];
  readonly consents: readonly { readonly person: number }[];
  readonly allocations: readonly { readonly person: number; readonly unit: number }[];
  readonly duplicates: readonly { readonly person: number; readonly other: number }[];
  readonly submissions: readonly { readonly unit: number; readonly person: number | null }[];
  /** The duty of the submission at the same place, where there is one. */
  readonly duties: readonly {
    readonly submission: number;
    readonly unit: number;
    readonly person: number | null;
  }[];
  readonly dutyEvents: readonly { readonly duty: number; readonly unit: number }[];
  readonly messages: readonly {
    readonly submission: number | null;
    readonly duty: number | null;
    readonly organiser: number | null;
  }[];
  readonly runs: number;
  readonly runMoves: readonly {
    readonly run: number;
    readonly from: number;
    readonly to: number;
  }[];
  readonly runPeople: readonly { readonly run: number; readonly person: number }[];
  readonly audit: readonly { readonly actor: number | null }[];
  readonly posts: readonly { readonly unit: number; readonly holder: number | null }[];
  readonly rules: readonly { readonly unit: number }[];
  /** Kept answers, by whose request it was: an organiser's or a key's. */
  readonly answers: readonly (
    | { readonly organiser: number; readonly key: null }
    | { readonly organiser: null; readonly key: number }
  )[];
  readonly sessions: readonly { readonly organiser: number }[];
  readonly covers: readonly { readonly post: number; readonly organiser: number }[];
  readonly invitations: readonly {
    readonly by: number;
    readonly role: Role;
    readonly unit: number;
    /** Who has accepted it. */
    readonly accepted: number | null;
    readonly withdrawn: boolean;
  }[];
  readonly forms: readonly { readonly unit: number }[];
  /** Keys of programs; `ends` is in hours from now. */
  readonly keys: readonly {
    readonly unit: number;
    readonly maker: number | null;
    readonly scopes: readonly KeyScope[];
    readonly ends: number;
    readonly revoked: boolean;
  }[];
  readonly batches: readonly { readonly unit: number; readonly by: number }[];
  /** Submissions that an organiser typed; each once at most. */
  readonly intakes: readonly {
    readonly submission: number;
    readonly unit: number;
    readonly batch: number | null;
    readonly by: number;
  }[];
}

/** A place in a list whose length is not known yet. */
const pick = fc.nat(999);
const maybe = fc.option(pick, { freq: 3 });

const drawn = fc.record({
  regions: fc.array(fc.boolean(), { maxLength: 3 }),
  branches: fc.array(fc.record({ parent: pick, closed: fc.boolean() }), { maxLength: 6 }),
  organisers: fc.array(fc.nat(5), { minLength: 1, maxLength: 3 }),
  grants: fc.array(
    fc.record({
      organiser: pick,
      role: fc.constantFrom(...ROLES),
      unit: pick,
      from: fc.integer({ min: -72, max: 24 }),
      lasts: fc.option(fc.integer({ min: 1, max: 96 }), { freq: 2 }),
      grace: fc.option(fc.nat(96), { freq: 2 }),
    }),
    { maxLength: 7 },
  ),
  people: fc.array(pick, { maxLength: 5 }),
  contacts: fc.array(pick, { maxLength: 4 }),
  consents: fc.array(pick, { maxLength: 3 }),
  allocated: fc.array(pick, { maxLength: 5 }),
  duplicates: fc.array(fc.tuple(pick, pick), { maxLength: 3 }),
  submissions: fc.array(fc.record({ unit: pick, person: maybe }), { maxLength: 5 }),
  duties: fc.array(fc.option(fc.record({ unit: pick, person: maybe }), { freq: 4 }), {
    maxLength: 5,
  }),
  dutyEvents: fc.array(fc.tuple(pick, pick), { maxLength: 4 }),
  messages: fc.array(fc.record({ submission: maybe, duty: maybe, organiser: maybe }), {
    maxLength: 4,
  }),
  runs: fc.nat(2),
  runMoves: fc.array(fc.tuple(pick, pick, pick), { maxLength: 3 }),
  runPeople: fc.array(fc.tuple(pick, pick), { maxLength: 3 }),
  audit: fc.array(maybe, { maxLength: 3 }),
  posts: fc.array(maybe, { maxLength: 5 }),
  rules: fc.array(pick, { maxLength: 3 }),
  answers: fc.array(fc.tuple(fc.boolean(), pick), { maxLength: 3 }),
  sessions: fc.array(pick, { maxLength: 2 }),
  covers: fc.array(fc.tuple(pick, pick), { maxLength: 3 }),
  invitations: fc.array(
    fc.record({
      by: pick,
      role: fc.constantFrom(...ROLES),
      unit: pick,
      accepted: fc.option(pick, { freq: 2 }),
      withdrawn: fc.boolean(),
    }),
    { maxLength: 4 },
  ),
  forms: fc.array(pick, { maxLength: 3 }),
  keys: fc.array(
    fc.record({
      unit: pick,
      maker: maybe,
      scopes: fc.subarray([...KEY_SCOPES], { minLength: 1 }),
      ends: fc.integer({ min: -24, max: 72 }),
      revoked: fc.nat(4),
    }),
    { maxLength: 2 },
  ),
  batches: fc.array(fc.tuple(pick, pick), { maxLength: 3 }),
  intakes: fc.array(fc.record({ submission: pick, unit: pick, batch: maybe, by: pick }), {
    maxLength: 3,
  }),
});

/** Any small world. */
export const worlds: fc.Arbitrary<World> = drawn.map((raw) => {
  const units: World['units'] = [
    { kind: 'national', parent: null, closed: false },
    ...raw.regions.map((closed) => ({ kind: 'region' as const, parent: 0, closed })),
    ...raw.branches.map(({ parent, closed }) => ({
      kind: 'branch' as const,
      // A branch may stand under the national office itself.
      parent: parent % (raw.regions.length + 1),
      closed,
    })),
  ];
  const organisers = raw.organisers.map((one) => ({ disabled: one === 5 }));
  const people = raw.people.map((one) => ({ unit: one % units.length }));
  const submissions = raw.submissions.map(({ unit, person }) => ({
    unit: unit % units.length,
    person: within(person, people.length),
  }));
  const duties = raw.duties.flatMap((duty, submission) =>
    duty === null || submission >= submissions.length
      ? []
      : [
          {
            submission,
            unit: duty.unit % units.length,
            person: within(duty.person, people.length),
          },
        ],
  );
  const duplicates = raw.duplicates.flatMap(([one, two]) => {
    const [person, other] = [within(one, people.length), within(two, people.length)];
    return person === null || other === null || person === other ? [] : [{ person, other }];
  });
  return {
    units,
    organisers,
    grants: raw.grants.map(({ organiser, role, unit, from, lasts, grace }) => {
      const until = lasts === null ? null : from + lasts;
      return {
        organiser: organiser % organisers.length,
        role,
        unit: unit % units.length,
        from,
        until,
        grace: until === null || grace === null ? null : until + grace,
      };
    }),
    people,
    contacts: ofEach(raw.contacts, people.length, (person) => ({ person })),
    consents: ofEach(raw.consents, people.length, (person) => ({ person })),
    // One allocation holds at a time: of each person one at most.
    allocations: raw.allocated
      .slice(0, people.length)
      .map((unit, person) => ({ person, unit: unit % units.length })),
    duplicates: once(duplicates, ({ person, other }) => `${person} ${other}`),
    submissions,
    duties,
    dutyEvents: ofEach(
      raw.dutyEvents.map(([duty]) => duty),
      duties.length,
      (duty, index) => ({ duty, unit: (raw.dutyEvents[index]?.[1] ?? 0) % units.length }),
    ),
    messages: raw.messages.map(({ submission, duty, organiser }) => ({
      submission: within(submission, submissions.length),
      duty: within(duty, duties.length),
      organiser: within(organiser, organisers.length),
    })),
    runs: raw.runs,
    runMoves: once(
      raw.runMoves.flatMap(([run, from, to]) => {
        const move = { run: run % Math.max(raw.runs, 1), from: from % units.length };
        const other = to % units.length;
        return raw.runs === 0 || move.from === other ? [] : [{ ...move, to: other }];
      }),
      ({ run, from, to }) => `${run} ${from} ${to}`,
    ),
    runPeople: once(
      raw.runPeople.flatMap(([run, person]) =>
        raw.runs === 0 || people.length === 0
          ? []
          : [{ run: run % raw.runs, person: person % people.length }],
      ),
      ({ run, person }) => `${run} ${person}`,
    ),
    audit: raw.audit.map((actor) => ({ actor: within(actor, organisers.length) })),
    posts: raw.posts
      .slice(0, units.length)
      .map((holder, unit) => ({ unit, holder: within(holder, organisers.length) })),
    rules: ofEach(raw.rules, units.length - 1, (unit) => ({ unit: unit + 1 })),
    answers: raw.answers.map(([ofKey, place]) =>
      ofKey && raw.keys.length > 0
        ? { organiser: null, key: place % raw.keys.length }
        : { organiser: place % organisers.length, key: null },
    ),
    sessions: ofEach(raw.sessions, organisers.length, (organiser) => ({ organiser })),
    covers: ofEach(
      raw.covers.map(([post]) => post),
      Math.min(raw.posts.length, units.length),
      (post, index) => ({
        post,
        organiser: (raw.covers[index]?.[1] ?? 0) % organisers.length,
      }),
    ),
    invitations: raw.invitations.map(({ by, role, unit, accepted, withdrawn }) => ({
      by: by % organisers.length,
      role,
      unit: unit % units.length,
      accepted: within(accepted, organisers.length),
      // What was accepted cannot be taken back.
      withdrawn: withdrawn && accepted === null,
    })),
    forms: ofEach(raw.forms, units.length, (unit) => ({ unit })),
    keys: raw.keys.map(({ unit, maker, revoked, ...key }) => ({
      ...key,
      unit: unit % units.length,
      maker: within(maker, organisers.length),
      revoked: revoked === 4,
    })),
    batches: raw.batches.map(([unit, by]) => ({
      unit: unit % units.length,
      by: by % organisers.length,
    })),
    intakes: once(
      raw.intakes.flatMap(({ submission, unit, batch, by }) =>
        submissions.length === 0
          ? []
          : [
              {
                submission: submission % submissions.length,
                unit: unit % units.length,
                batch: within(batch, raw.batches.length),
                by: by % organisers.length,
              },
            ],
      ),
      ({ submission }) => String(submission),
    ),
  };
});

function within(place: number | null, length: number): number | null {
  return place === null || length === 0 ? null : place % length;
}

function ofEach<T>(
  places: readonly number[],
  length: number,
  make: (place: number, index: number) => T,
): T[] {
  return length === 0 ? [] : places.map((place, index) => make(place % length, index));
}

function once<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
