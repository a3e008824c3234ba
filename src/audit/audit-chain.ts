import { createHash } from 'node:crypto';

/** One link of the chain, with the event that it seals. */
export interface SealedEvent {
  /** A bigint, as text: from 1 on, without a gap. */
  readonly position: string;
  /** In hexadecimal. */
  readonly hash: string;
  readonly id: string;
  /** RFC 3339 in UTC, with six digits of a second. */
  readonly at: string | null;
  /** Null where the event is not there any more. */
  readonly actorKind: string | null;
  readonly actorId: string | null;
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string | null;
  readonly requestId: string | null;
  readonly address: string | null;
}

/**
 * The hash that an event has to have at its place: SHA-256 of the hash before it (nothing for the
 * first) and of the event as a JSON array, as the database's `seal_audit_events` writes it.
 * Reckoned here a second time, so that whoever changes the function there is found out, too.
 */
export function hashOfLink(before: string, event: SealedEvent): string {
  const fields = [
    event.id,
    event.at,
    event.actorKind,
    event.actorId,
    event.action,
    event.subjectKind,
    event.subjectId,
    event.requestId,
    event.address,
  ];
  const text = `[${[event.position, ...fields.map((field) => JSON.stringify(field))].join(', ')}]`;
  return createHash('sha256').update(Buffer.from(before, 'hex')).update(text).digest('hex');
}
