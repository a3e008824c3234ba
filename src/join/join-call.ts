import type { FastifyRequest } from 'fastify';
import type { LiveKey } from '../organisers/api-keys.repository.js';
import type { Fault } from '../platform/http/problem.js';
import { valueAt } from '../platform/http/schema-faults.js';
import type { Form } from './forms/form.js';

/** What is known of a post before it is checked, as the guard of the intake found out. */
export interface JoinCall {
  /** Undefined where the post names a form that is not there. */
  readonly form: Form | undefined;
  /** Of the server that posts for its visitor. */
  readonly key: LiveKey | undefined;
  /** The visitor's network address, as far as it is known. */
  readonly address: string | null;
  readonly userAgent: string | null;
  /** What is wrong with the call itself, to be told with the faults of its body. */
  readonly faults: readonly Fault[];
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard of the intake, and by nothing else. */
    joinCall?: JoinCall;
  }
}

/** The form that a post names in its body, or in its address; undefined: the one of the settings. */
export function formIdOf({ body, query }: Pick<FastifyRequest, 'body' | 'query'>) {
  return textAt(body) ?? textAt(query);
}

/** The same of a request that has come no further than its address: a preflight. */
export function formIdOfAddress(url: string): string | undefined {
  const query = url.split('?', 2)[1];
  return new URLSearchParams(query).get('formId')?.trim() || undefined;
}

function textAt(holder: unknown): string | undefined {
  const value = valueAt(holder, ['formId']);
  return (typeof value === 'string' && value.trim()) || undefined;
}
