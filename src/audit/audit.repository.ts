import type { EntityManager } from 'typeorm';
import type { AuditEvent } from './audit-event.js';

/** Appends one row; the database gives the time. Works as application, organiser and owner. */
export async function insertAuditEvent(
  manager: EntityManager,
  event: AuditEvent & {
    readonly id: string;
    readonly requestId: string | null;
    readonly address: string | null;
  },
): Promise<void> {
  await manager.query(
    `INSERT INTO audit_event
       (id, actor_kind, actor_id, action, subject_kind, subject_id, request_id, address)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      event.id,
      event.actorKind,
      event.actorId,
      event.action,
      event.subjectKind,
      event.subjectId,
      event.requestId,
      event.address,
    ],
  );
}
