import type { World } from './world.js';

/** Runs one statement of a transaction, as a superuser. */
export type Run = (text: string, values: unknown[]) => Promise<unknown>;

/** Kinds of rows, each with ids of its own. */
const KINDS = [
  'unit',
  'organiser',
  'organiser_grant',
  'person',
  'contact_point',
  'consent_event',
  'allocation',
  'duplicate_candidate',
  'join_submission',
  'follow_up',
  'follow_up_event',
  'message',
  'allocation_run',
  'audit_event',
  'post',
  'coverage_rule',
  'organiser_session',
  'post_cover',
  'organiser_invitation',
  'form',
  'api_key',
  'join_batch',
] as const;
export type Kind = (typeof KINDS)[number];

/** Whether the rows of a table have ids of their own. */
export function isKind(table: string): table is Kind {
  return (KINDS as readonly string[]).includes(table);
}

/** The id of a row by its place in the world's list: the same in every world. */
export function idOf(kind: Kind, place: number): string {
  return `01980000-${String(KINDS.indexOf(kind)).padStart(4, '0')}-7000-8000-${String(place).padStart(12, '0')}`;
}

const OFFICES = ['national_office', 'regional_organiser', 'branch_secretary'] as const;

/** What a table is given: a select from the JSON array `$1`, whose elements have these fields. */
const TABLES: readonly {
  readonly insert: string;
  readonly rows: (world: World) => readonly object[];
}[] = [
  {
    insert: `unit (id, kind, parent_id, slug, name, closed_at)
      SELECT id, kind, parent, id, id, CASE WHEN closed THEN clock_now() END
        FROM jsonb_to_recordset($1) AS r (id uuid, kind text, parent uuid, closed boolean)`,
    rows: ({ units }) =>
      units.map(({ kind, parent, closed }, place) => ({
        id: idOf('unit', place),
        kind,
        parent: parent === null ? null : idOf('unit', parent),
        closed,
      })),
  },
  {
    insert: `organiser (id, email, name, password_hash, disabled_at)
      SELECT id, id, 'An organiser', '', CASE WHEN disabled THEN clock_now() END
        FROM jsonb_to_recordset($1) AS r (id uuid, disabled boolean)`,
    rows: ({ organisers }) =>
      organisers.map(({ disabled }, place) => ({ id: idOf('organiser', place), disabled })),
  },
  {
    insert: `organiser_grant
        (id, organiser_id, role, unit_id, valid_from, valid_until, read_only_until)
      SELECT id, organiser, role, unit, clock_now() + make_interval(hours => "from"),
             clock_now() + make_interval(hours => until), clock_now() + make_interval(hours => grace)
        FROM jsonb_to_recordset($1)
          AS r (id uuid, organiser uuid, role text, unit uuid, "from" integer, until integer, grace integer)`,
    rows: ({ grants }) =>
      grants.map(({ organiser, unit, ...grant }, place) => ({
        ...grant,
        id: idOf('organiser_grant', place),
        organiser: idOf('organiser', organiser),
        unit: idOf('unit', unit),
      })),
  },
  {
    insert: `person (id, given_name, country, unit_id)
      SELECT id, 'Sam', 'GB', unit FROM jsonb_to_recordset($1) AS r (id uuid, unit uuid)`,
    rows: ({ people }) =>
      people.map(({ unit }, place) => ({ id: idOf('person', place), unit: idOf('unit', unit) })),
  },
  {
    insert: `contact_point (id, person_id, kind, value)
      SELECT id, person, 'email', id FROM jsonb_to_recordset($1) AS r (id uuid, person uuid)`,
    rows: ({ contacts }) => ofPeople('contact_point', contacts),
  },
  {
    insert: `consent_event (id, person_id, channel, purpose, decision, occurred_at, source,
                            privacy_notice_version, wording_version, actor_kind)
      SELECT id, person, 'email', 'news', 'granted', clock_now(), 'form', '1', '1', 'person'
        FROM jsonb_to_recordset($1) AS r (id uuid, person uuid)`,
    rows: ({ consents }) => ofPeople('consent_event', consents),
  },
  {
    insert: `allocation (id, person_id, method, unit_id, precision, explanation, directory_version,
                         dataset_version)
      SELECT id, person, 'national', unit, 'none', '', 1, ''
        FROM jsonb_to_recordset($1) AS r (id uuid, person uuid, unit uuid)`,
    rows: ({ allocations }) =>
      allocations.map(({ person, unit }, place) => ({
        id: idOf('allocation', place),
        person: idOf('person', person),
        unit: idOf('unit', unit),
      })),
  },
  {
    insert: `duplicate_candidate (id, person_id, other_person_id, reason)
      SELECT id, person, other, '' FROM jsonb_to_recordset($1) AS r (id uuid, person uuid, other uuid)`,
    rows: ({ duplicates }) =>
      duplicates.map(({ person, other }, place) => ({
        id: idOf('duplicate_candidate', place),
        person: idOf('person', person),
        other: idOf('person', other),
      })),
  },
  {
    insert: `join_submission (id, reference, form_id, channel, posted, answer)
      SELECT id, id, 'join', 'json', '{}', '{}' FROM jsonb_to_recordset($1) AS r (id uuid)`,
    rows: ({ submissions }) =>
      submissions.map((_one, place) => ({ id: idOf('join_submission', place) })),
  },
  {
    insert: `join_submission_handling (submission_id, unit_id, person_id)
      SELECT id, unit, person FROM jsonb_to_recordset($1) AS r (id uuid, unit uuid, person uuid)`,
    rows: ({ submissions }) =>
      submissions.map(({ unit, person }, place) => ({
        id: idOf('join_submission', place),
        unit: idOf('unit', unit),
        person: person === null ? null : idOf('person', person),
      })),
  },
  {
    insert: `follow_up (id, kind, submission_id, unit_id, person_id, office, calendar, due_at, remind_at)
      SELECT id, 'join', submission, unit, person, 'branch_secretary', 'england-and-wales',
             clock_now(), clock_now()
        FROM jsonb_to_recordset($1) AS r (id uuid, submission uuid, unit uuid, person uuid)`,
    rows: ({ duties }) =>
      duties.map(({ submission, unit, person }, place) => ({
        id: idOf('follow_up', place),
        submission: idOf('join_submission', submission),
        unit: idOf('unit', unit),
        person: person === null ? null : idOf('person', person),
      })),
  },
  {
    insert: `follow_up_event (id, follow_up_id, action, actor_kind, unit_id)
      SELECT id, duty, 'opened', 'duty_link', unit
        FROM jsonb_to_recordset($1) AS r (id uuid, duty uuid, unit uuid)`,
    rows: ({ dutyEvents }) =>
      dutyEvents.map(({ duty, unit }, place) => ({
        id: idOf('follow_up_event', place),
        duty: idOf('follow_up', duty),
        unit: idOf('unit', unit),
      })),
  },
  {
    insert: `message (id, business_key, kind, channel, submission_id, follow_up_id, organiser_id,
                      message_id_header)
      SELECT id, id, 'follow_up_notice', 'email', submission, duty, organiser, ''
        FROM jsonb_to_recordset($1) AS r (id uuid, submission uuid, duty uuid, organiser uuid)`,
    rows: ({ messages }) =>
      messages.map(({ submission, duty, organiser }, place) => ({
        id: idOf('message', place),
        submission: submission === null ? null : idOf('join_submission', submission),
        duty: duty === null ? null : idOf('follow_up', duty),
        organiser: organiser === null ? null : idOf('organiser', organiser),
      })),
  },
  {
    insert: `allocation_run (id, kind, state, finished_at, basis, directory_version, dataset_version)
      SELECT id, 'dry_run', 'finished', clock_now(), '', 1, ''
        FROM jsonb_to_recordset($1) AS r (id uuid)`,
    rows: ({ runs }) =>
      Array.from({ length: runs }, (_one, place) => ({ id: idOf('allocation_run', place) })),
  },
  {
    insert: `allocation_run_move (run_id, from_unit_id, to_unit_id, people)
      SELECT run, "from", "to", 1 FROM jsonb_to_recordset($1) AS r (run uuid, "from" uuid, "to" uuid)`,
    rows: ({ runMoves }) =>
      runMoves.map(({ run, from, to }) => ({
        run: idOf('allocation_run', run),
        from: idOf('unit', from),
        to: idOf('unit', to),
      })),
  },
  {
    insert: `allocation_run_person (run_id, person_id, from_unit_id, to_unit_id, explanation)
      SELECT run, person, unit, unit, ''
        FROM jsonb_to_recordset($1) AS r (run uuid, person uuid, unit uuid)`,
    rows: ({ runPeople, people }) =>
      runPeople.map(({ run, person }) => ({
        run: idOf('allocation_run', run),
        person: idOf('person', person),
        unit: idOf('unit', people[person]?.unit ?? 0),
      })),
  },
  {
    insert: `audit_event (id, actor_kind, actor_id, action, subject_kind)
      SELECT id, 'organiser', actor, 'person.read', 'person'
        FROM jsonb_to_recordset($1) AS r (id uuid, actor uuid)`,
    rows: ({ audit }) =>
      audit.map(({ actor }, place) => ({
        id: idOf('audit_event', place),
        actor: actor === null ? null : idOf('organiser', actor),
      })),
  },
  {
    insert: `post (id, unit_id, office, holder_id)
      SELECT id, unit, office, holder
        FROM jsonb_to_recordset($1) AS r (id uuid, unit uuid, office text, holder uuid)`,
    rows: ({ posts }) =>
      posts.map(({ unit, holder }, place) => ({
        id: idOf('post', place),
        unit: idOf('unit', unit),
        office: OFFICES[place % OFFICES.length],
        holder: holder === null ? null : idOf('organiser', holder),
      })),
  },
  {
    insert: `coverage_rule (id, prefix, unit_id, unit_kind)
      SELECT id, prefix, unit, kind
        FROM jsonb_to_recordset($1) AS r (id uuid, prefix text, unit uuid, kind text)`,
    rows: ({ rules, units }) =>
      rules.map(({ unit }, place) => ({
        id: idOf('coverage_rule', place),
        prefix: `ZZ${place}`,
        unit: idOf('unit', unit),
        kind: units[unit]?.kind,
      })),
  },
  {
    insert: `idempotency_key (scope, key_hash, input_hash, response, expires_at)
      SELECT 'admin:' || caller || ':route', decode(key, 'hex'), '', '{}', clock_now()
        FROM jsonb_to_recordset($1) AS r (caller uuid, key text)`,
    rows: ({ answers }) =>
      answers.map(({ organiser, key }, place) => ({
        caller: organiser === null ? idOf('api_key', key) : idOf('organiser', organiser),
        key: place.toString(16).padStart(2, '0'),
      })),
  },
  {
    insert: `organiser_session (id, organiser_id, token_hash, expires_at)
      SELECT id, organiser, uuid_send(id), clock_now() + interval '1 hour'
        FROM jsonb_to_recordset($1) AS r (id uuid, organiser uuid)`,
    rows: ({ sessions }) =>
      sessions.map(({ organiser }, place) => ({
        id: idOf('organiser_session', place),
        organiser: idOf('organiser', organiser),
      })),
  },
  {
    insert: `post_cover (id, post_id, organiser_id, valid_from, valid_until)
      SELECT id, post, organiser, clock_now(), clock_now() + interval '1 hour'
        FROM jsonb_to_recordset($1) AS r (id uuid, post uuid, organiser uuid)`,
    rows: ({ covers }) =>
      covers.map(({ post, organiser }, place) => ({
        id: idOf('post_cover', place),
        post: idOf('post', post),
        organiser: idOf('organiser', organiser),
      })),
  },
  {
    insert: `organiser_invitation
        (id, email, name, role, unit_id, invited_by, expires_at, organiser_id, accepted_at, withdrawn_at)
      SELECT id, id, '', role, unit, "by", clock_now(), accepted,
             CASE WHEN accepted IS NOT NULL THEN clock_now() END,
             CASE WHEN withdrawn THEN clock_now() END
        FROM jsonb_to_recordset($1) AS r
          (id uuid, role text, unit uuid, "by" uuid, accepted uuid, withdrawn boolean)`,
    rows: ({ invitations }) =>
      invitations.map(({ by, role, unit, accepted, withdrawn }, place) => ({
        id: idOf('organiser_invitation', place),
        role,
        unit: idOf('unit', unit),
        by: idOf('organiser', by),
        accepted: accepted === null ? null : idOf('organiser', accepted),
        withdrawn,
      })),
  },
  {
    insert: `form (id, slug, name, unit_id)
      SELECT id, id, 'A form', unit FROM jsonb_to_recordset($1) AS r (id uuid, unit uuid)`,
    rows: ({ forms }) =>
      forms.map(({ unit }, place) => ({ id: idOf('form', place), unit: idOf('unit', unit) })),
  },
  {
    insert: `join_batch (id, unit_id, name, channel, conversation_on, created_by)
      SELECT id, unit, '', 'stall_card', clock_now()::date, "by"
        FROM jsonb_to_recordset($1) AS r (id uuid, unit uuid, "by" uuid)`,
    rows: ({ batches }) =>
      batches.map(({ unit, by }, place) => ({
        id: idOf('join_batch', place),
        unit: idOf('unit', unit),
        by: idOf('organiser', by),
      })),
  },
  {
    insert: `join_intake (submission_id, unit_id, batch_id, input_hash, conversation_on,
                         conversation_from, conversation_until, taken_by)
      SELECT submission, unit, batch, '', clock_now()::date, clock_now(), clock_now(), "by"
        FROM jsonb_to_recordset($1) AS r (submission uuid, unit uuid, batch uuid, "by" uuid)`,
    rows: ({ intakes }) =>
      intakes.map(({ submission, unit, batch, by }) => ({
        submission: idOf('join_submission', submission),
        unit: idOf('unit', unit),
        batch: batch === null ? null : idOf('join_batch', batch),
        by: idOf('organiser', by),
      })),
  },
  {
    insert: `api_key
        (id, name, prefix, secret_hash, scopes, unit_id, created_by, expires_at, revoked_at)
      SELECT id, '', '', uuid_send(id), scopes, unit, maker,
             clock_now() + make_interval(hours => ends), CASE WHEN revoked THEN clock_now() END
        FROM jsonb_to_recordset($1) AS r
          (id uuid, scopes text[], unit uuid, maker uuid, ends integer, revoked boolean)`,
    rows: ({ keys }) =>
      keys.map(({ unit, maker, ...key }, place) => ({
        ...key,
        id: idOf('api_key', place),
        unit: idOf('unit', unit),
        maker: maker === null ? null : idOf('organiser', maker),
      })),
  },
];

/** Writes a world into the tables, those first that others refer to. */
export async function insertWorld(run: Run, world: World): Promise<void> {
  for (const { insert, rows } of TABLES) {
    const given = rows(world);
    if (given.length > 0) await run(`INSERT INTO ${insert}`, [JSON.stringify(given)]);
  }
}

function ofPeople(kind: Kind, rows: readonly { readonly person: number }[]): object[] {
  return rows.map(({ person }, place) => ({
    id: idOf(kind, place),
    person: idOf('person', person),
  }));
}
