import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import type { JoinAnswer } from './join.schemas.js';
import type { JoinRows } from './join-rows.js';

/** How a join ended: written now, answered before, or not taken. */
export type JoinOutcome =
  | { outcome: 'new' }
  | { outcome: 'replay'; response: JoinAnswer }
  | {
      outcome: 'reused' | 'in_progress' | 'stale_directory' | 'challenge_spent' | 'reference_taken';
    };

/**
 * The function that locks and looks before a join is written. `begin_intake` is for what an organiser
 * types, within their transaction, and matches among the people of their units alone.
 */
export type JoinBeginning = 'begin_join' | 'begin_intake';

/**
 * The whole of a join in one statement and so in one transaction and one round trip: the beginning
 * takes the locks and looks, everything else is written only if it says `new`. A known person gets
 * no row of their own changed: what was posted stays on the submission as a proposal.
 */
export const acceptJoin = (beginning: JoinBeginning): string => `
WITH begun AS MATERIALIZED (
  SELECT * FROM ${beginning}($1::jsonb, $2::jsonb)
), request AS MATERIALIZED (
  SELECT begun.*, r.suspected_bot, r.lifetime_seconds, r.scope,
         decode(r.key_hash, 'hex') AS key_hash, decode(r.input_hash, 'hex') AS input_hash,
         outcome = 'new' AS accepted,
         outcome = 'new' AND NOT r.suspected_bot AS followed_up,
         outcome = 'new' AND NOT r.suspected_bot AND begun.person_id IS NULL AS unknown,
         CASE WHEN NOT r.suspected_bot
              THEN coalesce(begun.person_id, ($2::jsonb->>'id')::uuid) END AS whose
    FROM begun, jsonb_to_record($1::jsonb) AS r (
      suspected_bot boolean, lifetime_seconds integer, scope text, key_hash text, input_hash text)
), kept_answer AS (
  INSERT INTO idempotency_key AS k (scope, key_hash, input_hash, response, expires_at)
  SELECT scope, key_hash, input_hash, $4::jsonb,
         clock_now() + make_interval(secs => lifetime_seconds)
    FROM request WHERE accepted
  ON CONFLICT ON CONSTRAINT idempotency_key_pk DO UPDATE
     SET input_hash = excluded.input_hash, response = excluded.response,
         created_at = clock_now(), expires_at = excluded.expires_at
), new_person AS (
  INSERT INTO person (id, given_name, family_name, date_of_birth, country, postcode,
                      address_line1, address_line2, town, unit_id)
  SELECT p.id, p.given_name, p.family_name, p.date_of_birth, p.country, p.postcode,
         p.address_line1, p.address_line2, p.town, p.unit_id
    FROM request, jsonb_to_record($2::jsonb) AS p (
      id uuid, given_name text, family_name text, date_of_birth date, country text, postcode text,
      address_line1 text, address_line2 text, town text, unit_id uuid)
   WHERE unknown
), new_contact_points AS (
  INSERT INTO contact_point (id, person_id, kind, value)
  SELECT c.id, whose, c.kind, c.value
    FROM request, jsonb_to_recordset($2::jsonb->'contact_points') AS c (
      id uuid, kind text, value text)
   WHERE unknown
), new_consents AS (
  INSERT INTO consent_event (id, person_id, submission_id, channel, purpose, decision, occurred_at,
                             source, privacy_notice_version, wording_version, actor_kind,
                             actor_id, evidence_kind, evidence_reference, address, user_agent)
  SELECT c.id, whose, s.id, c.channel, c.purpose, c.decision,
         coalesce(c.occurred_at, clock_now()), s.channel,
         c.privacy_notice_version, c.wording_version, coalesce(c.actor_kind, 'person'),
         c.actor_id, c.evidence_kind, c.evidence_reference, s.address, s.user_agent
    FROM request, jsonb_to_record($3::jsonb) AS s (
           id uuid, channel text, address inet, user_agent text),
         jsonb_to_recordset($2::jsonb->'consents') AS c (
           id uuid, channel text, purpose text, decision text, privacy_notice_version text,
           wording_version text, occurred_at timestamptz, actor_kind text, actor_id uuid,
           evidence_kind text, evidence_reference text)
   WHERE unknown
      OR (accepted AND c.actor_kind = 'organiser'
          AND (matched_by = 'organiser' OR c.decision = 'refused'))
), new_allocation AS (
  INSERT INTO allocation (id, person_id, method, unit_id, branch_id, region_id, rule_prefix,
                          precision, distance_km, explanation, directory_version, dataset_version,
                          reason, decided_by)
  SELECT a.id, whose, a.method, a.unit_id, a.branch_id, a.region_id, a.rule_prefix,
         a.precision, a.distance_km, a.explanation, a.directory_version, a.dataset_version,
         a.reason, a.decided_by
    FROM request, jsonb_to_record($2::jsonb->'allocation') AS a (
      id uuid, method text, unit_id uuid, branch_id uuid, region_id uuid, rule_prefix text,
      precision text, distance_km float8, explanation text, directory_version bigint,
      dataset_version text, reason text, decided_by uuid)
   WHERE unknown
), new_duplicates AS (
  INSERT INTO duplicate_candidate (id, person_id, other_person_id, reason)
  SELECT uuid_v7(), whose, other, 'shared_contact_point'
    FROM request, unnest(candidates[1:10]) AS other
   WHERE unknown
), new_submission AS (
  INSERT INTO join_submission (id, reference, form_id, channel, posted, answer, email, phone,
                               matched_by, suspected_bot, address, user_agent, request_id,
                               api_key_id, challenge)
  SELECT s.id, s.reference, s.form_id, s.channel, s.posted, $4::jsonb, s.email, s.phone,
         matched_by, request.suspected_bot, s.address, s.user_agent, s.request_id, s.api_key_id,
         s.challenge
    FROM request, jsonb_to_record($3::jsonb) AS s (
      id uuid, reference text, form_id text, channel text, posted jsonb, email text, phone text,
      address inet, user_agent text, request_id text, api_key_id uuid, challenge text)
   WHERE accepted
), new_handling AS (
  INSERT INTO join_submission_handling (submission_id, person_id, unit_id, state)
  SELECT s.id, whose, s.unit_id,
         CASE WHEN request.suspected_bot THEN 'suspected_bot' ELSE 'received' END
    FROM request, jsonb_to_record($3::jsonb) AS s (id uuid, unit_id uuid)
   WHERE accepted
), new_follow_up AS (
  INSERT INTO follow_up (id, kind, submission_id, person_id, unit_id, office, calendar, due_at,
                         remind_at)
  SELECT f.id, f.kind, f.submission_id, whose, f.unit_id, f.office, f.calendar, f.due_at,
         f.remind_at
    FROM request, jsonb_to_record($5::jsonb) AS f (
      id uuid, kind text, submission_id uuid, unit_id uuid, office text, calendar text,
      due_at timestamptz, remind_at timestamptz)
   WHERE followed_up
), new_messages AS (
  INSERT INTO message (id, business_key, kind, channel, submission_id, follow_up_id, assignment,
                       recipient_hash, message_id_header, state)
  SELECT m.id, m.business_key, m.kind, m.channel, m.submission_id, m.follow_up_id, m.assignment,
         decode(m.recipient_hash, 'hex'), m.message_id_header,
         CASE WHEN m.recipient_hash IS NOT NULL AND NOT acknowledge THEN 'capped' ELSE 'queued' END
    FROM request, jsonb_to_recordset($6::jsonb) AS m (
      id uuid, business_key text, kind text, channel text, submission_id uuid, follow_up_id uuid,
      assignment integer, recipient_hash text, message_id_header text)
   WHERE followed_up
), new_jobs AS (
  INSERT INTO outbox (id, queue, job, data, available_at, request_id)
  SELECT o.id, o.queue, o.job, o.data, coalesce(o.available_at, clock_now()), o.request_id
    FROM request, jsonb_to_recordset($7::jsonb) AS o (
      id uuid, queue text, job text, data jsonb, available_at timestamptz, request_id text)
   WHERE followed_up
)
SELECT outcome, response, person_id AS "personId", matched_by AS "matchedBy" FROM request`;

const ACCEPT_JOIN = acceptJoin('begin_join');

/** The values of the statement, in their order. */
export function joinValues(rows: Omit<JoinRows, 'answer'> & { answer: object }): string[] {
  const { request, person, submission, answer, followUp, messages, jobs } = rows;
  return [request, person, submission, answer, followUp, messages, jobs].map((part) =>
    JSON.stringify(part),
  );
}

/** Whether the database refused a submission because its reference is another's. */
export function isReferenceTaken(error: unknown): boolean {
  return violatedConstraint(error) === 'join_submission_reference_key';
}

/** The name of the constraint that an error of PostgreSQL tells of, if it does. */
function violatedConstraint(error: unknown): unknown {
  return error instanceof Error && 'constraint' in error ? error.constraint : undefined;
}

/** All SQL of taking a join. */
@Injectable()
export class JoinRepository {
  constructor(private readonly database: Database) {}

  /**
   * Writes a submission with everything that follows from it, or answers what the same request was
   * answered before.
   */
  async accept(rows: JoinRows): Promise<JoinOutcome> {
    try {
      const [row] = await this.database.statement<JoinOutcome>(
        'accept_join',
        ACCEPT_JOIN,
        joinValues(rows),
      );
      if (row === undefined) throw new Error('accept_join answered nothing.');
      return row;
    } catch (error) {
      if (isReferenceTaken(error)) {
        return { outcome: 'reference_taken' };
      }
      throw error;
    }
  }
}
