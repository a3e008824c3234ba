import type { EntityManager } from 'typeorm';
import { momentInFull } from '../platform/database/moment-in-full.js';
import type { SealedEvent } from './audit-chain.js';

/** What has been written since the sealer last came. */
export interface Waiting {
  readonly count: number;
  /** Since when the oldest has been waiting. */
  readonly since: Date | null;
  /** The sealer comes once a minute, and has not come for an hour. */
  readonly isForgotten: boolean;
}

/**
 * The chain as whoever verifies it sees it: on the owner's connection. Tables are named with their
 * schema, since the owner could make others of the same name that are found first.
 */
export class AuditChainRepository {
  constructor(private readonly owner: EntityManager) {}

  /** The links after a position, in their order. The event of one that has lost it is null. */
  async linksAfter(position: string, limit: number): Promise<SealedEvent[]> {
    return this.owner.query<SealedEvent[]>(
      `SELECT s.position::text, encode(s.hash, 'hex') AS hash, s.event_id AS id,
              ${momentInFull('e.at')} AS at,
              e.actor_kind AS "actorKind", e.actor_id AS "actorId", e.action,
              e.subject_kind AS "subjectKind", e.subject_id AS "subjectId",
              e.request_id AS "requestId", e.address::text AS address
         FROM public.audit_seal s LEFT JOIN public.audit_event e ON e.id = s.event_id
        WHERE s.position > $1 ORDER BY s.position LIMIT $2`,
      [position, limit],
    );
  }

  /** Events that wait for the sealer. */
  async waiting(): Promise<Waiting> {
    const [row] = await this.owner.query<Waiting[]>(
      `SELECT count(*)::integer AS count, min(since) AS since,
              coalesce(min(since) < public.clock_now() - interval '1 hour', false) AS "isForgotten"
         FROM public.audit_unsealed`,
    );
    if (row === undefined) throw new Error('The audit trail could not be counted.');
    return row;
  }

  /** Some of the events that are neither on the chain nor wait to be. */
  async strays(limit: number): Promise<string[]> {
    const rows = await this.owner.query<{ id: string }[]>(
      `SELECT e.id FROM public.audit_event e
        WHERE NOT EXISTS (SELECT FROM public.audit_seal s WHERE s.event_id = e.id)
          AND NOT EXISTS (SELECT FROM public.audit_unsealed u WHERE u.event_id = e.id)
        ORDER BY e.id LIMIT $1`,
      [limit],
    );
    return rows.map(({ id }) => id);
  }
}
