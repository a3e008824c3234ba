import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../platform/database/database.js';
import type { Message, MessageChannel, NewMessageRow } from './message.js';

/** A locked message, with what its state means at this moment. */
export interface LockedMessage extends Message {
  /** Until when somebody may be sending it; null unless it is being sent. */
  readonly sendingUntil: Date | null;
  /** The lease of a sending that never reported back has run out. */
  readonly expired: boolean;
  /** Null before an organisation is imported. */
  readonly organisation: Organisation | null;
}

/** Who speaks in our messages: the national office. */
export interface Organisation {
  readonly name: string;
  readonly phone: string | null;
  readonly email: string | null;
  readonly demo: boolean;
}

/** All SQL of messages. What each message costs goes under names. */
@Injectable()
export class MessageRepository {
  constructor(private readonly database: Database) {}

  /** Writes a message unless its business key has been used. @returns whether it was written. */
  async insertOnce(manager: EntityManager, row: NewMessageRow): Promise<boolean> {
    return (await this.insertAllOnce(manager, [row])).size > 0;
  }

  /** Writes messages whose business keys have not been used. @returns the ids of those written. */
  async insertAllOnce(
    manager: EntityManager,
    rows: readonly NewMessageRow[],
  ): Promise<ReadonlySet<string>> {
    const written = await manager.query<{ id: string }[]>(
      `INSERT INTO message (id, business_key, kind, channel, submission_id, follow_up_id, assignment,
                            unit_id, allocation_id, allocation_run_id, organiser_id, grant_id,
                            invitation_id, notice, recipient_hash, state, message_id_header)
       SELECT id, business_key, kind, channel, submission_id, follow_up_id, assignment, unit_id,
              allocation_id, allocation_run_id, organiser_id, grant_id, invitation_id, notice,
              decode(recipient_hash, 'hex'), state, message_id_header
         FROM jsonb_to_recordset($1::jsonb) AS row(
           id uuid, business_key text, kind text, channel text, submission_id uuid,
           follow_up_id uuid, assignment integer, unit_id uuid, allocation_id uuid,
           allocation_run_id uuid, organiser_id uuid, grant_id uuid, invitation_id uuid,
           notice text, recipient_hash text, state text, message_id_header text)
       ON CONFLICT (business_key) DO NOTHING
       RETURNING id`,
      [JSON.stringify(rows)],
    );
    return new Set(written.map(({ id }) => id));
  }

  /** Locks a message for the transaction; undefined where it is gone with the person it told of. */
  async lock(manager: EntityManager, id: string): Promise<LockedMessage | undefined> {
    const [message] = await this.database.statement<LockedMessage>(
      'message_lock',
      `SELECT id, kind, channel, state, submission_id AS "submissionId",
              follow_up_id AS "followUpId", assignment, unit_id AS "unitId",
              allocation_id AS "allocationId", allocation_run_id AS "allocationRunId",
              organiser_id AS "organiserId", grant_id AS "grantId",
              invitation_id AS "invitationId", notice, attempts,
              message_id_header AS "messageIdHeader", sending_until AS "sendingUntil",
              coalesce(sending_until <= clock_now(), true) AS expired,
              (SELECT json_build_object('name', name, 'phone', phone, 'email', email, 'demo', demo)
                 FROM unit WHERE kind = 'national') AS organisation
         FROM message WHERE id = $1 FOR NO KEY UPDATE`,
      [id],
      manager,
    );
    return message;
  }

  /** Claims a message for one try; `isRepeat` where an earlier one may have gone out. */
  async markSending(
    manager: EntityManager,
    id: string,
    sending: { channel: MessageChannel; leaseSeconds: number; isRepeat: boolean },
  ): Promise<void> {
    await this.database.statement(
      'message_sending',
      `UPDATE message
          SET state = 'sending', channel = $2, attempts = attempts + 1,
              repeats = repeats + $4::integer,
              sending_until = clock_now() + $3 * interval '1 second'
        WHERE id = $1`,
      [id, sending.channel, sending.leaseSeconds, sending.isRepeat ? 1 : 0],
      manager,
    );
  }

  async markSent(manager: EntityManager, id: string): Promise<void> {
    await this.database.statement(
      'message_sent',
      `UPDATE message
          SET state = 'sent', sent_at = clock_now(), sending_until = NULL, last_error = NULL
        WHERE id = $1`,
      [id],
      manager,
    );
  }

  /** Lets a message wait for its next try; `maybeSent` counts as a repetition to come. */
  async markQueued(
    manager: EntityManager,
    id: string,
    error: string,
    maybeSent: boolean,
  ): Promise<void> {
    await manager.query(
      `UPDATE message
          SET state = 'queued', sending_until = NULL, last_error = $2,
              repeats = repeats + $3::integer
        WHERE id = $1`,
      [id, error, maybeSent ? 1 : 0],
    );
  }

  /** Ends a message that was not delivered. */
  async close(
    manager: EntityManager,
    id: string,
    state: 'failed' | 'cancelled' | 'in_doubt',
    error: string | null,
  ): Promise<void> {
    await manager.query(
      'UPDATE message SET state = $2, sending_until = NULL, last_error = $3 WHERE id = $1',
      [id, state, error],
    );
  }
}
