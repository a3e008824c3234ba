import type { EntityManager } from 'typeorm';
import { newId } from '../platform/new-id.js';
import { currentRequestId } from '../platform/http/request-context.js';
import type { AuditEvent } from './audit-event.js';
import { insertAuditEvent } from './audit.repository.js';

/**
 * Writes to the audit trail in the caller's transaction, under the id of the running request: what
 * is rolled back leaves no trace, and what leaves no trace is rolled back.
 */
export async function recordAudit(manager: EntityManager, event: AuditEvent): Promise<void> {
  await insertAuditEvent(manager, {
    ...event,
    id: newId(),
    requestId: currentRequestId() ?? null,
  });
}

/** The same for what an organiser did. */
export function recordDeed(
  manager: EntityManager,
  { organiserId }: { readonly organiserId: string },
  action: string,
  subjectKind: string,
  subjectId: string,
): Promise<void> {
  return recordAudit(manager, {
    actorKind: 'organiser',
    actorId: organiserId,
    action,
    subjectKind,
    subjectId,
  });
}
