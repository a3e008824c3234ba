import { Injectable } from '@nestjs/common';
import { newId } from '../platform/new-id.js';
import { z } from 'zod';
import { Conditions } from '../organisers/conditions.js';
import { PLACE_COLUMNS, joinUnit } from '../organisers/record-columns.js';
import type { OrganiserManager } from '../platform/database/database.js';
import { momentInFull } from '../platform/database/moment-in-full.js';
import { type Page, decodeCursor, toPage } from '../platform/http/keyset-page.js';
import { isoTimeInFull, uuidV7Id } from '../platform/http/text.schema.js';
import type { FollowUpView, FollowUpsQuery } from './follow-ups.admin-schemas.js';

type Row = Record<string, unknown> & { id: string };

/** The moment in full, as text: a `Date` has milliseconds only, and would show a row twice. */
const cursorShape = z.tuple([isoTimeInFull(), uuidV7Id()]);

const DUE_IN_FULL = momentInFull('f.due_at');

const COLUMNS = `
  f.id, f.kind, f.state, f.due_at AS "dueAt", f.remind_at AS "remindAt",
  f.closed_at IS NULL AND f.due_at < clock_now() AS overdue, f.tries, f.office,
  f.covered_by_stand_in AS "coveredByStandIn", ${PLACE_COLUMNS},
  json_build_object('id', p.id,
    'givenName', coalesce(p.given_name, s.posted ->> 'givenName'),
    'familyName', CASE WHEN p.id IS NULL THEN s.posted ->> 'familyName'
                       ELSE p.family_name END) AS person,
  CASE WHEN s.id IS NOT NULL
       THEN json_build_object('id', s.id, 'reference', s.reference) END AS submission,
  f.created_at AS "createdAt", f.updated_at AS "updatedAt"`;

const AROUND_DUTY = `
  ${joinUnit('f.unit_id')}
  LEFT JOIN person p ON p.id = f.person_id
  LEFT JOIN join_submission s ON s.id = f.submission_id`;

/**
 * Whether the post that answers for a duty is one of those. They are found once and looked up in a
 * hash: `IS TRUE` keeps PostgreSQL from joining instead, which before any statistics, in an
 * organisation of thousands of units, asked for them again with each duty and took ten seconds.
 */
const postIsOneOf = (posts: string) => `
  ((f.unit_id, f.office) IN (SELECT held.unit_id, held.office FROM my_officers() held WHERE ${posts}))
    IS TRUE`;

/** Follow-ups as organisers see them; every statement runs under one organiser's policies. */
@Injectable()
export class FollowUpsAdminRepository {
  /** A page of open duties, the most urgent first. */
  async page(
    manager: OrganiserManager,
    query: FollowUpsQuery,
    organiserId: string,
  ): Promise<Page<Row>> {
    const conditions = new Conditions();
    // Said as the index says it, so that the index serves.
    conditions.add(`f.state IN ('open', 'acknowledged', 'no_answer')`);
    addView(conditions, query.view, organiserId);
    conditions.addPlaces('f.unit_id', query).addUpdatedSince('f.updated_at', query);
    const total =
      query.count === true ? await conditions.count(manager, 'FROM follow_up f') : undefined;
    if (query.cursor !== undefined) {
      const [dueAt, id] = decodeCursor(query.cursor, cursorShape);
      conditions.add('(f.due_at, f.id) > ($?::timestamptz, $?::uuid)', dueAt, id);
    }
    // The page first, its details after, so that policies are asked about what is shown only.
    const rows = await manager.query<(Row & { position: string })[]>(
      `WITH page AS MATERIALIZED (
         SELECT f.id FROM follow_up f ${conditions.where}
          ORDER BY f.due_at, f.id LIMIT ${query.limit + 1})
       SELECT ${COLUMNS}, ${DUE_IN_FULL} AS position
         FROM page JOIN follow_up f ON f.id = page.id ${AROUND_DUTY}
        ORDER BY f.due_at, f.id`,
      conditions.values,
    );
    return { ...toPage(rows, query.limit, ({ position, id }) => [position, id]), total };
  }

  /** Whether the organiser may see a duty; out of sight is as good as absent. */
  async sees(manager: OrganiserManager, id: string): Promise<boolean> {
    const rows = await manager.query<unknown[]>('SELECT FROM follow_up WHERE id = $1', [id]);
    return rows.length > 0;
  }

  /** Says that somebody has taken a duty up, if nobody has yet. @returns the unit that has it. */
  async acknowledge(manager: OrganiserManager, id: string): Promise<string | undefined> {
    const [[row]] = await manager.query<[{ unitId: string }[], number]>(
      `UPDATE follow_up
          SET state = 'acknowledged', version = version + 1, updated_at = clock_now()
        WHERE id = $1 AND state = 'open'
        RETURNING unit_id AS "unitId"`,
      [id],
    );
    return row?.unitId;
  }

  /** The line of a duty's history that says so. */
  async addAcknowledgement(
    manager: OrganiserManager,
    followUp: { id: string; unitId: string; organiserId: string; note: string | null },
  ): Promise<void> {
    await manager.query(
      `INSERT INTO follow_up_event (id, follow_up_id, action, actor_kind, actor_id, unit_id, note)
       VALUES ($1, $2, 'acknowledged', 'organiser', $3, $4, $5)`,
      [newId(), followUp.id, followUp.organiserId, followUp.unitId, followUp.note],
    );
  }

  /** How a duty stands, closed ones too; undefined where it is out of sight. */
  async standing(manager: OrganiserManager, id: string): Promise<Row | undefined> {
    const [followUp] = await manager.query<Row[]>(
      `SELECT ${COLUMNS} FROM follow_up f ${AROUND_DUTY} WHERE f.id = $1`,
      [id],
    );
    return followUp;
  }
}

function addView(conditions: Conditions, view: FollowUpView, organiserId: string): void {
  switch (view) {
    case 'open':
      return;
    case 'mine':
      conditions.add(
        postIsOneOf('$? IN (held.holder_id, held.cover_id, held.stand_in_id)'),
        organiserId,
      );
      return;
    case 'overdue':
      conditions.add('f.due_at < clock_now()');
      return;
    case 'unassigned':
      conditions.add(
        `NOT ${postIsOneOf('coalesce(held.cover_id, held.holder_id, held.stand_in_id) IS NOT NULL')}`,
      );
      return;
  }
}
