import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import type { EntityManager } from 'typeorm';
import { newId } from '../new-id.js';

/** What follows a request through every await. */
export interface RequestContext {
  readonly requestId: string;
  /** The client's address; empty where it had hung up, absent in a job that continues its request. */
  readonly address?: string;
  /** What has to hold for whatever this request commits. */
  beforeCommit?: (manager: EntityManager) => Promise<void>;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Ids of callers are taken over when they cannot do harm in a log, a header, a page or a column. */
const SANE_REQUEST_ID = /^[A-Za-z0-9._~+/=:-]{1,128}$/;

/**
 * The caller's `X-Request-Id` when it looks sane, else a new UUID v7. Sane are 1 to 128 letters and
 * digits of ASCII, `.`, `_`, `~`, `+`, `/`, `=`, `:` and `-`: counters, UUIDs, base64, trace ids;
 * not spaces, control characters, quotes or angle brackets.
 */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && SANE_REQUEST_ID.test(given) ? given : newId();
}

/** Runs `work` with this context; a job that continues a request's work does the same. */
export function runWithRequestContext<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work);
}

let synchronous: RequestContext | undefined;

/**
 * The same for work that awaits nothing. What follows a request through every await costs something
 * at every await and timer of the process, on Node before 24.
 */
export function runSynchronously<T>(context: RequestContext, work: () => T): T {
  synchronous = context;
  try {
    return work();
  } finally {
    synchronous = undefined;
  }
}

/** The id of the request (or of the request that caused the job) we are in, for logs and rows. */
export function currentRequestId(): string | undefined {
  return (synchronous ?? storage.getStore())?.requestId;
}

/** The client's address, while its request is being answered. */
export function currentAddress(): string | undefined {
  return storage.getStore()?.address || undefined;
}

/** Has each transaction of this request call `check` last; what it throws keeps it from committing. */
export function checkBeforeCommit(check: (manager: EntityManager) => Promise<void>): void {
  const context = storage.getStore();
  if (context === undefined) throw new Error('Only a request has something to check.');
  context.beforeCommit = check;
}

/** What has to hold for a transaction of the request that we are in; nothing outside of requests. */
export async function holdsBeforeCommit(manager: EntityManager): Promise<void> {
  await storage.getStore()?.beforeCommit?.(manager);
}
