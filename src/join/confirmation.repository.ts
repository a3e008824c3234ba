import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { PostedJoin } from './join-rows.js';

/** A submission as its confirmation page shows it, locked where it is about to be confirmed. */
export interface ConfirmableSubmission {
  id: string;
  receivedAt: Date;
  /** The day (`YYYY-MM-DD`) of the conversation that an organiser took it in. */
  spokenOn: string | null;
  posted: PostedJoin;
  email: string | null;
  phone: string | null;
  /** Set where the person was known: their record takes what was posted only now. */
  matchedBy: string | null;
  personId: string | null;
  confirmedAt: Date | null;
  suspectedBot: boolean;
  /**
   * Whether confirming brings what was posted to a known person's record: only where the address
   * that the link went to is on it.
   */
  takesOver: boolean;
}

/** What a confirmed submission brings to a known person's record. */
export interface AcceptedProposal {
  postcode: string | null;
  country: string;
  address_line1: string | null;
  address_line2: string | null;
  town: string | null;
  date_of_birth: string | null;
}

/** All SQL of confirming an address. */
@Injectable()
export class ConfirmationRepository {
  async find(
    manager: EntityManager,
    id: string,
    { lock }: { lock: boolean },
  ): Promise<ConfirmableSubmission | undefined> {
    const rows: ConfirmableSubmission[] = await manager.query(
      `SELECT s.id, s.received_at AS "receivedAt", s.posted, s.email, s.phone,
              s.matched_by AS "matchedBy", h.person_id AS "personId",
              h.confirmed_at AS "confirmedAt", s.suspected_bot AS "suspectedBot",
              (SELECT i.conversation_on::text FROM join_intake i
                WHERE i.submission_id = s.id) AS "spokenOn",
              s.matched_by IS NOT NULL AND EXISTS (
                SELECT FROM contact_point c
                 WHERE c.person_id = h.person_id
                   AND c.kind = CASE WHEN s.email IS NULL THEN 'phone' ELSE 'email' END
                   AND c.value = coalesce(s.email, s.phone)) AS "takesOver"
         FROM join_submission_handling h JOIN join_submission s ON s.id = h.submission_id
        WHERE h.submission_id = $1 ${lock ? 'FOR UPDATE OF h' : ''}`,
      [id],
    );
    return rows[0];
  }

  async markConfirmed(manager: EntityManager, id: string): Promise<void> {
    await manager.query(
      `UPDATE join_submission_handling
          SET confirmed_at = clock_now(), version = version + 1, updated_at = clock_now()
        WHERE submission_id = $1`,
      [id],
    );
  }

  /** Verifies a contact point of the person, if it is on their record. */
  async verifyContactPoint(
    manager: EntityManager,
    personId: string,
    kind: 'email' | 'phone',
    value: string,
  ): Promise<void> {
    await manager.query(
      `UPDATE contact_point SET verified_at = coalesce(verified_at, clock_now())
        WHERE person_id = $1 AND kind = $2 AND value = $3`,
      [personId, kind, value],
    );
  }

  /** Takes over what was posted; what was left blank stays as it is on the record. */
  async acceptProposal(
    manager: EntityManager,
    personId: string,
    proposal: AcceptedProposal,
  ): Promise<void> {
    await manager.query(
      `UPDATE person p
          SET postcode = coalesce(a.postcode, p.postcode),
              country = CASE WHEN a.postcode IS NULL THEN p.country ELSE a.country END,
              address_line1 = coalesce(a.address_line1, p.address_line1),
              address_line2 = CASE WHEN a.address_line1 IS NULL THEN p.address_line2
                                   ELSE a.address_line2 END,
              town = coalesce(a.town, p.town),
              date_of_birth = coalesce(p.date_of_birth, a.date_of_birth),
              version = p.version + 1, updated_at = clock_now()
         FROM jsonb_to_record($2) AS a (
           postcode text, country text, address_line1 text, address_line2 text, town text,
           date_of_birth date)
        WHERE p.id = $1`,
      [personId, JSON.stringify(proposal)],
    );
  }

  async addContactPoint(
    manager: EntityManager,
    point: { id: string; personId: string; kind: 'email' | 'phone'; value: string },
  ): Promise<void> {
    await manager.query(
      `INSERT INTO contact_point (id, person_id, kind, value) VALUES ($1, $2, $3, $4)
       ON CONFLICT ON CONSTRAINT contact_point_once DO NOTHING`,
      [point.id, point.personId, point.kind, point.value],
    );
  }

  /**
   * Records what was agreed to when the form was sent, or in the conversation that an organiser took
   * it in: the newest by that time wins, not by ours. What the record has of it already stays.
   */
  async addConsents(
    manager: EntityManager,
    submissionId: string,
    personId: string,
    consents: { id: string; channel: string; decision: string }[],
    wording: { purpose: string; wordingVersion: string; privacyNotice: string },
  ): Promise<void> {
    await manager.query(
      `INSERT INTO consent_event (id, person_id, submission_id, channel, purpose, decision,
                                  occurred_at, source, privacy_notice_version, wording_version,
                                  actor_kind, evidence_kind, evidence_reference, address,
                                  user_agent)
       SELECT c.id, $2, s.id, c.channel, $4, c.decision,
              CASE WHEN i.submission_id IS NULL THEN s.received_at
                   WHEN c.decision = 'granted' THEN i.conversation_from
                   ELSE i.conversation_until END,
              s.channel, $6, coalesce(i.evidence_wording, $5), 'person', i.evidence_kind,
              i.evidence_reference, s.address, s.user_agent
         FROM jsonb_to_recordset($3) AS c (id uuid, channel text, decision text),
              join_submission s LEFT JOIN join_intake i ON i.submission_id = s.id
        WHERE s.id = $1
          AND NOT EXISTS (SELECT FROM consent_event known
                           WHERE known.person_id = $2 AND known.submission_id = s.id
                             AND known.channel = c.channel AND known.purpose = $4)`,
      [
        submissionId,
        personId,
        JSON.stringify(consents),
        wording.purpose,
        wording.wordingVersion,
        wording.privacyNotice,
      ],
    );
  }
}
