import { Injectable } from '@nestjs/common';
import type { OrganiserManager } from '../platform/database/database.js';
import type { RequestFingerprint } from '../platform/http/idempotency.js';

/** For how long an answer is kept to be repeated (the contract: 24 hours at least), in seconds. */
const LIFETIME_SECONDS = 24 * 3600;

export interface BegunRequest<Answer> {
  readonly outcome: 'new' | 'replay' | 'reused' | 'in_progress';
  /** With `replay`: what was answered. */
  readonly response: Answer;
}

/** Answers kept for an organiser's keys; policies keep each to the organiser's own. */
@Injectable()
export class IdempotentCreationRepository {
  /** Locks a key until the end of the transaction, and says what is to be done. */
  async begin<Answer>(
    manager: OrganiserManager,
    scope: string,
    { keyHash, inputHash }: RequestFingerprint,
  ): Promise<BegunRequest<Answer>> {
    const [begun] = await manager.query<BegunRequest<Answer>[]>(
      `SELECT outcome, response
         FROM begin_request($1, decode($2, 'hex'), decode($3, 'hex'), false)`,
      [scope, keyHash, inputHash],
    );
    if (begun === undefined) throw new Error('begin_request answered nothing.');
    return begun;
  }

  /** Keeps the answer; one whose time is over gives way to it. */
  async keep(
    manager: OrganiserManager,
    scope: string,
    { keyHash, inputHash }: RequestFingerprint,
    answer: object,
  ): Promise<void> {
    await manager.query(
      `INSERT INTO idempotency_key AS k (scope, key_hash, input_hash, response, expires_at)
       VALUES ($1, decode($2, 'hex'), decode($3, 'hex'), $4,
               clock_now() + make_interval(secs => $5))
       ON CONFLICT ON CONSTRAINT idempotency_key_pk DO UPDATE
          SET input_hash = excluded.input_hash, response = excluded.response,
              created_at = clock_now(), expires_at = excluded.expires_at`,
      [scope, keyHash, inputHash, JSON.stringify(answer), LIFETIME_SECONDS],
    );
  }
}
