import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database, type OrganiserManager } from '../../platform/database/database.js';
import { acceptJoin, joinValues } from '../join.repository.js';
import type { IntakeRows, NewIntakeRow } from './intake-drafts.js';
import type { BatchDefaults } from './intake-rules.js';
import type { IntakeAnswer } from './intake.schemas.js';

/** How an intake ended: written now, answered before, or not taken. */
export type IntakeOutcome =
  | { outcome: 'new'; personId: string | null; matchedBy: string | null }
  | { outcome: 'replay' | 'card_taken'; response: IntakeAnswer }
  | { outcome: 'reused' | 'in_progress' | 'stale_directory' | 'unknown_person' };

/** A batch as an intake into it needs it. */
export type BatchOfIntake = BatchDefaults & { readonly unitId: string; readonly isClosed: boolean };

const ACCEPT_INTAKE = acceptJoin('begin_intake');

/** All SQL of taking what an organiser types. */
@Injectable()
export class IntakeRepository {
  constructor(private readonly database: Database) {}

  /** A batch of the organiser's units; undefined for one that does not exist or is out of sight. */
  async batch(manager: OrganiserManager, id: string): Promise<BatchOfIntake | undefined> {
    const [batch] = await manager.query<BatchOfIntake[]>(
      `SELECT unit_id AS "unitId", channel, conversation_on::text AS "conversationOn", campaign,
              privacy_notice_version AS "privacyNotice", evidence_kind AS "evidenceKind",
              evidence_wording AS "evidenceWording", closed_at IS NOT NULL AS "isClosed"
         FROM join_batch WHERE id = $1`,
      [id],
    );
    return batch;
  }

  /** The highest unit that the organiser works for; undefined once the last grant has ended. */
  async firstUnit(manager: OrganiserManager): Promise<string | undefined> {
    const [row] = await manager.query<{ id: string | null }[]>('SELECT my_first_unit() AS id');
    return row?.id ?? undefined;
  }

  /** The open region or branch of a slug, if it is among the organiser's units. */
  async openUnit(
    manager: OrganiserManager,
    kind: 'region' | 'branch',
    slug: string,
  ): Promise<string | undefined> {
    const [unit] = await manager.query<{ id: string }[]>(
      `SELECT id FROM unit
        WHERE kind = $1 AND slug = $2 AND closed_at IS NULL
          AND id = ANY ((SELECT my_units())::uuid[])`,
      [kind, slug],
    );
    return unit?.id;
  }

  /**
   * Writes an intake with everything that follows from it, or says what it was answered before.
   *
   * @param manager of the application, within the organiser's transaction: whose people are matched
   * is asked of the organiser's grants.
   */
  async take(manager: EntityManager, rows: IntakeRows): Promise<IntakeOutcome> {
    const [row] = await this.database.statement<IntakeOutcome>(
      'accept_intake',
      ACCEPT_INTAKE,
      joinValues(rows),
      manager,
    );
    if (row === undefined) throw new Error('accept_intake answered nothing.');
    if (row.outcome === 'new') await this.addIntake(manager, rows.intake);
    return row;
  }

  private async addIntake(manager: EntityManager, intake: NewIntakeRow): Promise<void> {
    await manager.query(
      `INSERT INTO join_intake (submission_id, unit_id, batch_id, card, input_hash, conversation_on,
                                conversation_from, conversation_until, conversation_with,
                                conversation_note, evidence_kind, evidence_reference,
                                evidence_wording, already_contacted, taken_by)
       SELECT i.submission_id, i.unit_id, i.batch_id, i.card, decode(i.input_hash, 'hex'),
              i.conversation_on, i.conversation_from, i.conversation_until, i.conversation_with,
              i.conversation_note, i.evidence_kind, i.evidence_reference, i.evidence_wording,
              i.already_contacted, i.taken_by
         FROM jsonb_to_record($1::jsonb) AS i (
           submission_id uuid, unit_id uuid, batch_id uuid, card text, input_hash text,
           conversation_on date, conversation_from timestamptz, conversation_until timestamptz,
           conversation_with text, conversation_note text, evidence_kind text,
           evidence_reference text, evidence_wording text, already_contacted boolean,
           taken_by uuid)`,
      [JSON.stringify(intake)],
    );
  }
}
