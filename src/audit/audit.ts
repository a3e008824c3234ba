import type { EntityManager } from 'typeorm';
import { newId } from '../platform/new-id.js';
import { currentAddress, currentRequestId } from '../platform/http/request-context.js';
import type { ActorKind, AuditEvent } from './audit-event.js';
import { insertAuditEvent } from './audit.repository.js';

/** People who look after others. Where a member or an applicant sat is nobody's business for good. */
const WITH_ADDRESS: ReadonlySet<ActorKind> = new Set(['organiser', 'duty_link']);

/**
 * Writes to the audit trail in the caller's transaction, under the id of the running request: what
 * is rolled back leaves no trace, and what leaves no trace is rolled back.
 */
export async function recordAudit(manager: EntityManager, event: AuditEvent): Promise<void> {
  await insertAuditEvent(manager, {
    ...event,
    id: newId(),
    requestId: currentRequestId() ?? null,
    address: WITH_ADDRESS.has(event.actorKind) ? (currentAddress() ?? null) : null,
  });
}

/** The same for what an organiser did. */
export function recordDeed(
  manager: EntityManager,
  { organiserId }: { readonly organiserId: string },
  action: string,
  subjectKind: string,
  subjectId: string | null,
): Promise<void> {
  return recordAudit(manager, {
    actorKind: 'organiser',
    actorId: organiserId,
    action,
    subjectKind,
    subjectId,
  });
}
