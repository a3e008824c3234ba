import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { Conditions } from '../../organisers/conditions.js';
import { PLACE_COLUMNS, joinUnit } from '../../organisers/record-columns.js';
import type { OrganiserManager } from '../../platform/database/database.js';
import { type Page, decodeCursor, toPage } from '../../platform/http/keyset-page.js';
import { uuidV7Id } from '../../platform/http/text.schema.js';
import { newId } from '../../platform/new-id.js';
import type { BatchesQuery, JoinBatch } from './batches.schemas.js';

/** A batch without the numbers of its submissions. */
export type StoredBatch = Omit<JoinBatch, 'submissions'>;

/** What of a batch can be changed, by the names of the columns. */
export interface BatchColumns {
  readonly name: string;
  readonly conversation_on: string;
  readonly place: string | null;
  readonly campaign: string | null;
  readonly privacy_notice_version: string | null;
  readonly evidence_kind: string | null;
  readonly evidence_wording: string | null;
}

const cursorShape = z.tuple([uuidV7Id()]);

const BATCH = `
  b.id, b.name, b.channel, b.conversation_on::text AS "conversationOn", b.place,
  json_build_object('campaign', b.campaign, 'privacyNotice', b.privacy_notice_version,
    'evidence', json_build_object('kind', b.evidence_kind, 'wording', b.evidence_wording))
    AS defaults,
  b.created_by AS "createdById", b.created_at AS "createdAt", b.updated_at AS "updatedAt",
  b.closed_at AS "closedAt", b.version, ${PLACE_COLUMNS}`;

/** All SQL of batches; policies let through those of the caller's units. */
@Injectable()
export class BatchesRepository {
  /** A page of batches, newest first. */
  async page(manager: OrganiserManager, query: BatchesQuery): Promise<Page<StoredBatch>> {
    const conditions = new Conditions()
      .addPlaces('b.unit_id', query)
      .addUpdatedSince('b.updated_at', query);
    if (query.state === 'open') conditions.add('b.closed_at IS NULL');
    if (query.state === 'closed') conditions.add('b.closed_at IS NOT NULL');
    const total =
      query.count === true ? await conditions.count(manager, 'FROM join_batch b') : undefined;
    if (query.cursor !== undefined) {
      const [id] = decodeCursor(query.cursor, cursorShape);
      conditions.add('b.id < $?', id);
    }
    const rows = await manager.query<StoredBatch[]>(
      `SELECT ${BATCH} FROM join_batch b ${joinUnit('b.unit_id')} ${conditions.where}
        ORDER BY b.id DESC LIMIT ${query.limit + 1}`,
      conditions.values,
    );
    const page = toPage(rows, query.limit, ({ id }) => [id]);
    return total === undefined ? page : { ...page, total };
  }

  /** The batch of an id; undefined for one that does not exist or is out of sight. */
  async batch(manager: OrganiserManager, id: string): Promise<StoredBatch | undefined> {
    const [batch] = await manager.query<StoredBatch[]>(
      `SELECT ${BATCH} FROM join_batch b ${joinUnit('b.unit_id')} WHERE b.id = $1`,
      [id],
    );
    return batch;
  }

  /**
   * How many submissions belong to each of these batches, wherever they went.
   *
   * @param manager of the application, within the organiser's transaction.
   */
  async counts(
    manager: EntityManager,
    ids: readonly string[],
  ): Promise<Map<string, { taken: number; mine: number }>> {
    const rows = await manager.query<{ id: string; taken: number; mine: number }[]>(
      `SELECT i.batch_id AS id, count(*)::integer AS taken,
              (count(*) FILTER (WHERE h.unit_id = ANY ((SELECT my_units())::uuid[])))::integer AS mine
         FROM join_intake i JOIN join_submission_handling h ON h.submission_id = i.submission_id
        WHERE i.batch_id = ANY ($1::uuid[]) GROUP BY i.batch_id`,
      [ids],
    );
    return new Map(rows.map(({ id, taken, mine }) => [id, { taken, mine }]));
  }

  async insert(
    manager: OrganiserManager,
    batch: BatchColumns & { unit_id: string; channel: string; created_by: string },
  ): Promise<string> {
    const id = newId();
    await manager.query(
      `INSERT INTO join_batch (id, unit_id, name, channel, conversation_on, place, campaign,
                               privacy_notice_version, evidence_kind, evidence_wording, created_by)
       SELECT $1, b.unit_id, b.name, b.channel, b.conversation_on, b.place, b.campaign,
              b.privacy_notice_version, b.evidence_kind, b.evidence_wording, b.created_by
         FROM jsonb_to_record($2::jsonb) AS b (
           unit_id uuid, name text, channel text, conversation_on date, place text, campaign text,
           privacy_notice_version text, evidence_kind text, evidence_wording text,
           created_by uuid)`,
      [id, JSON.stringify(batch)],
    );
    return id;
  }

  /** Sets these columns if the batch still has this version. @returns whether it had. */
  async change(
    manager: OrganiserManager,
    { id, version }: Pick<StoredBatch, 'id' | 'version'>,
    columns: BatchColumns,
    isClosed: boolean,
  ): Promise<boolean> {
    const [, changed] = await manager.query<[unknown[], number]>(
      `UPDATE join_batch j
          SET name = b.name, conversation_on = b.conversation_on, place = b.place,
              campaign = b.campaign, privacy_notice_version = b.privacy_notice_version,
              evidence_kind = b.evidence_kind, evidence_wording = b.evidence_wording,
              closed_at = CASE WHEN $4 THEN coalesce(j.closed_at, clock_now()) END,
              version = j.version + 1, updated_at = clock_now()
         FROM jsonb_to_record($3::jsonb) AS b (
           name text, conversation_on date, place text, campaign text,
           privacy_notice_version text, evidence_kind text, evidence_wording text)
        WHERE j.id = $1 AND j.version = $2`,
      [id, version, JSON.stringify(columns), isClosed],
    );
    return changed === 1;
  }
}
