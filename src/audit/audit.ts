import type { EntityManager } from 'typeorm';
import { v5 as uuidV5 } from 'uuid';
import { newId } from '../platform/new-id.js';
import { currentAddress, currentRequestId } from '../platform/http/request-context.js';
import type { ActorKind, AuditEvent, SubjectKind } from './audit-event.js';
import { insertAuditEvent } from './audit.repository.js';

/** People who look after others, and programs. Where a member or an applicant sat is nobody's business for good. */
const WITH_ADDRESS: ReadonlySet<ActorKind> = new Set(['organiser', 'api_key', 'duty_link']);

/** UUIDs and trace ids. */
const PLAIN_REQUEST_ID = /^[0-9A-Fa-f-]{1,64}$/;
/** Namespace of what stands for other ids; a constant, never to be changed. */
const REQUEST_IDS = '0d4b0a0e-5a43-5f0e-9a3d-3c7f6c1b9e52';

/**
 * Writes to the audit trail in the caller's transaction, under the id of the running request: what
 * is rolled back leaves no trace, and what leaves no trace is rolled back.
 */
export async function recordAudit(manager: EntityManager, event: AuditEvent): Promise<void> {
  await insertAuditEvent(manager, {
    ...event,
    id: newId(),
    requestId: plainRequestId(currentRequestId()),
    address: WITH_ADDRESS.has(event.actorKind) ? (currentAddress() ?? null) : null,
  });
}

/** The same for what an organiser did, or a program by its key. */
export function recordDeed(
  manager: EntityManager,
  {
    organiserId,
    apiKey,
  }: { readonly organiserId: string; readonly apiKey?: { readonly id: string } },
  action: string,
  subjectKind: SubjectKind,
  subjectId: string | null,
): Promise<void> {
  return recordAudit(manager, {
    actorKind: apiKey === undefined ? 'organiser' : 'api_key',
    actorId: apiKey?.id ?? organiserId,
    action,
    subjectKind,
    subjectId,
  });
}

/** The same for what somebody did at the command line. */
export function recordCommand(
  manager: EntityManager,
  action: string,
  subjectKind: SubjectKind,
  subjectId: string | null,
): Promise<void> {
  return recordAudit(manager, {
    actorKind: 'command_line',
    actorId: null,
    action,
    subjectKind,
    subjectId,
  });
}

/**
 * Callers choose their request ids, and nothing can be deleted from the trail: an id that could be
 * words stands there as the UUID of version 5 that is made of it.
 */
function plainRequestId(id: string | undefined): string | null {
  if (id === undefined) return null;
  return PLAIN_REQUEST_ID.test(id) ? id : uuidV5(id, REQUEST_IDS);
}
