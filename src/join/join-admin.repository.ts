import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { Conditions } from '../organisers/conditions.js';
import { PLACE_COLUMNS, joinUnit, unitReference, utc } from '../organisers/record-columns.js';
import { personSearch } from '../people/search-conditions.js';
import { escapeLike, readSearch } from '../people/search-terms.js';
import type { OrganiserManager } from '../platform/database/database.js';
import { type Page, decodeCursor, toPage } from '../platform/http/keyset-page.js';
import { uuidV7Id } from '../platform/http/text.schema.js';
import type { Contacted, JoinSubmissionsQuery } from './join.admin-schemas.js';

type Row = Record<string, unknown> & { id: string };

const cursorShape = z.tuple([uuidV7Id()]);

/**
 * Handling leads, because its unit decides who may see the submission. A person elsewhere (somebody
 * known to another region who posted from here) stays hidden: `p` is then empty.
 */
const AROUND_HANDLING = `
  LEFT JOIN person p ON p.id = h.person_id
  LEFT JOIN follow_up f ON f.kind = 'join' AND f.submission_id = h.submission_id`;
const WITH_SUBMISSION = 'JOIN join_submission s ON s.id = h.submission_id';

const FROM = `FROM join_submission_handling h ${WITH_SUBMISSION} ${AROUND_HANDLING}`;

const FOLLOW_UP = `'id', f.id, 'state', f.state, 'dueAt', ${utc('f.due_at')}, 'tries', f.tries,
  'overdue', f.closed_at IS NULL AND f.due_at < clock_now()`;

/** How it came about that an organiser typed it; looked up for each row that is shown. */
const INTAKE = `(
  SELECT json_build_object(
           'conversation', json_build_object('on', i.conversation_on, 'with', i.conversation_with,
             'note', i.conversation_note),
           'card', i.card, 'batchId', i.batch_id, 'takenById', i.taken_by,
           'alreadyContacted', i.already_contacted,
           'evidence', CASE WHEN num_nonnulls(i.evidence_kind, i.evidence_wording) > 0 THEN
             json_build_object('kind', i.evidence_kind, 'reference', i.evidence_reference,
               'wording', i.evidence_wording) END)
    FROM join_intake i WHERE i.submission_id = h.submission_id) AS intake`;

/** What was said because of a submission, in order; never to which address. */
const MESSAGES = `(
  SELECT coalesce(json_agg(json_build_object(
           'id', m.id, 'kind', m.kind, 'channel', m.channel, 'state', m.state,
           'createdAt', ${utc('m.created_at')}, 'sentAt', ${utc('m.sent_at')}) ORDER BY m.id), '[]')
    FROM message m WHERE m.submission_id = h.submission_id OR m.follow_up_id = f.id) AS messages`;

const SUMMARY = `
  s.id, s.reference, s.received_at AS "receivedAt", h.updated_at AS "updatedAt", s.channel,
  s.form_id AS "formId", h.state, s.posted ->> 'givenName' AS "givenName",
  s.posted ->> 'familyName' AS "familyName", s.email, s.phone,
  s.posted ->> 'postcode' AS postcode, p.id AS "personId", h.outcome, ${PLACE_COLUMNS},
  ${INTAKE}`;

/** Join submissions as organisers see them; every statement runs under one organiser's policies. */
@Injectable()
export class JoinAdminRepository {
  /** A page, newest first: ids are UUID v7, so that their order is that of arrival. */
  async page(
    manager: OrganiserManager,
    query: JoinSubmissionsQuery,
    organiserId: string,
  ): Promise<Page<Row>> {
    const { conditions, asksSubmission } = conditionsOf(query, organiserId);
    const narrowed = `FROM join_submission_handling h
      ${asksSubmission ? WITH_SUBMISSION : ''} ${AROUND_HANDLING}`;
    const total = query.count === true ? await conditions.count(manager, narrowed) : undefined;
    if (query.cursor !== undefined) {
      const [id] = decodeCursor(query.cursor, cursorShape);
      conditions.add('h.submission_id < $?', id);
    }
    // The page first, its details after: joined at once, PostgreSQL reads all of the handling to
    // answer the policy of join_submission for rows that the page never shows. A search is run to
    // its end before the page is cut, or everything would be walked from the newest on.
    const rows = await manager.query<Row[]>(
      `WITH found AS ${query.q === undefined ? 'NOT MATERIALIZED' : 'MATERIALIZED'} (
         SELECT h.submission_id AS id ${narrowed} ${conditions.where}
       ), page AS MATERIALIZED (
         SELECT id FROM found ORDER BY id DESC LIMIT ${query.limit + 1})
       SELECT ${SUMMARY},
              CASE WHEN f.id IS NOT NULL THEN json_build_object(${FOLLOW_UP}) END AS "followUp"
         FROM page JOIN join_submission_handling h ON h.submission_id = page.id
         ${WITH_SUBMISSION} ${AROUND_HANDLING} ${joinUnit('h.unit_id')}
        ORDER BY h.submission_id DESC`,
      conditions.values,
    );
    return { ...toPage(rows, query.limit, ({ id }) => [id]), total };
  }

  /** One submission; undefined for one that does not exist or is out of sight. */
  async submission(manager: OrganiserManager, id: string) {
    const [submission] = await manager.query<(Row & { followUp: { id: string } | null })[]>(
      `SELECT ${SUMMARY}, s.posted, s.posted -> 'source' AS source,
              coalesce(s.posted -> 'answers', '[]') AS answers,
              (s.posted ->> 'formVersion')::integer AS "formVersion", s.challenge,
              s.api_key_id AS "apiKeyId",
              s.answer -> 'allocation' AS allocation,
              CASE WHEN p.id IS NOT NULL THEN s.matched_by END AS "matchedBy",
              h.note, h.handled_at AS "handledAt", h.handled_by AS "handledById",
              h.confirmed_at AS "confirmedAt", h.version,
              (SELECT count(*)::integer FROM duplicate_candidate d
                WHERE d.state = 'open' AND p.id IN (d.person_id, d.other_person_id))
                AS "possibleDuplicates",
              CASE WHEN f.id IS NOT NULL THEN json_build_object(${FOLLOW_UP},
                'remindAt', ${utc('f.remind_at')}, 'office', f.office, 'unit', ${unitReference('fu')},
                'coveredByStandIn', f.covered_by_stand_in, 'outcome', f.outcome, 'note', f.note,
                'closedAt', ${utc('f.closed_at')}) END AS "followUp",
              ${MESSAGES}
       ${FROM} ${joinUnit('h.unit_id')} LEFT JOIN unit fu ON fu.id = f.unit_id
        WHERE h.submission_id = $1`,
      [id],
    );
    return submission;
  }

  /** Whether the organiser may see a submission; out of sight is as good as absent. */
  async sees(manager: OrganiserManager, id: string): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      'SELECT FROM join_submission_handling WHERE submission_id = $1',
      [id],
    );
    return rows.length > 0;
  }

  /** The duty that a submission caused, whichever unit has it: the caller sees the submission. */
  async followUpId(manager: EntityManager, submissionId: string): Promise<string | undefined> {
    const [followUp] = await manager.query<{ id: string }[]>(
      `SELECT id FROM follow_up WHERE kind = 'join' AND submission_id = $1`,
      [submissionId],
    );
    return followUp?.id;
  }

  /** Keeps what came of getting in touch in the organiser's words; the state is the duty's matter. */
  async keepOutcome(
    manager: EntityManager,
    submissionId: string,
    { outcome, note, organiserId }: Contacted & { organiserId: string },
  ): Promise<void> {
    await manager.query(
      `UPDATE join_submission_handling
          SET outcome = $2, note = coalesce($3, note), handled_by = $4, handled_at = clock_now(),
              version = version + 1, updated_at = clock_now()
        WHERE submission_id = $1`,
      [submissionId, outcome, note ?? null, organiserId],
    );
  }
}

/** The conditions of a list, and whether one of them asks what was posted. */
function conditionsOf(query: JoinSubmissionsQuery, organiserId: string) {
  const conditions = new Conditions();
  const { state, channel, batch, assignedTo, from, to, q } = query;
  // Bots are looked through on purpose, once a week; they do not stand among people.
  if (state === undefined) conditions.add(`h.state <> 'suspected_bot'`);
  else conditions.add('h.state = $?', state);
  conditions.addPlaces('h.unit_id', query).addUpdatedSince('h.updated_at', query);
  if (assignedTo !== undefined) {
    const holder = assignedTo === 'me' ? organiserId : assignedTo;
    conditions.add(
      `EXISTS (SELECT FROM post held
         WHERE held.unit_id = f.unit_id AND held.office = f.office
           AND ($? IN (held.holder_id, held.stand_in_id)
                OR EXISTS (SELECT FROM post_cover c
                            WHERE c.post_id = held.id AND c.organiser_id = $?
                              AND c.valid_from <= clock_now() AND c.valid_until > clock_now())))`,
      holder,
      holder,
    );
  }
  if (channel !== undefined) conditions.add('s.channel = $?', channel);
  if (batch !== undefined) {
    conditions.add(
      'h.submission_id IN (SELECT i.submission_id FROM join_intake i WHERE i.batch_id = $?)',
      batch,
    );
  }
  if (from !== undefined) conditions.add(`s.received_at >= ${moment(from)}`, from);
  if (to !== undefined) {
    conditions.add(`s.received_at < ${moment(to)}${isDay(to) ? " + interval '1 day'" : ''}`, to);
  }
  if (q !== undefined) addSearch(conditions, q);
  return {
    conditions,
    asksSubmission: [channel, from, to, q].some((asked) => asked !== undefined),
  };
}

function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text);
}

/** A date is a day in London, whatever the time zone of the database's session. */
function moment(text: string): string {
  return isDay(text) ? `($?::date::timestamp AT TIME ZONE 'Europe/London')` : '$?::timestamptz';
}

const POSTED_POSTCODE = `replace(upper(s.posted ->> 'postcode'), ' ', '')`;

/**
 * Searches what was posted where the column is at hand, and the person's stored folded name: folding
 * the posted name of every row would cost more than all else. Without a person (a suspected bot) the
 * posted name is all there is.
 */
function addSearch(conditions: Conditions, q: string): void {
  const terms = readSearch(q);
  switch (terms.kind) {
    case 'reference':
      conditions.add('s.reference = $?', terms.reference);
      return;
    case 'email':
      conditions.add('s.email = $?', terms.address);
      return;
    case 'email_part':
      conditions.add('s.email LIKE $?', `%${escapeLike(terms.part)}%`);
      return;
    case 'phone':
      conditions.add('s.phone = ANY ($?::text[])', terms.numbers);
      return;
    case 'phone_part':
      conditions.add('s.phone LIKE $?', `%${terms.digits}%`);
      return;
    case 'postcode':
    case 'words': {
      const person = personSearch('p', terms);
      conditions.add(
        `${person.text}
         OR (p.id IS NULL AND lower(concat_ws(' ', s.posted ->> 'givenName',
               s.posted ->> 'familyName', s.email)) LIKE $?)
         ${terms.kind === 'words' ? '' : `OR ${POSTED_POSTCODE} LIKE $?`}`,
        ...person.values,
        `%${escapeLike(terms.words.toLowerCase())}%`,
        ...(terms.kind === 'words' ? [] : [`${terms.beginning}%`]),
      );
      return;
    }
  }
}
