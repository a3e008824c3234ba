import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { routeOptionsOf } from './problem-reply.js';
import { dottedPath } from './schema-faults.js';

/**
 * A handler answered something that its schema does not allow: our fault, a 500 to the caller. The
 * message names fields and reasons for the log, never values.
 */
export class ResponseSchemaError extends Error {
  constructor(issues: readonly z.core.$ZodIssue[]) {
    const faults = issues
      .slice(0, 20)
      .map((issue) => `${dottedPath(issue.path) || '(answer)'}: ${issue.message}`);
    super(`The answer does not fit its schema: ${faults.join('; ')}`);
    this.name = 'ResponseSchemaError';
  }
}

/**
 * Writes every answer through the schema of its handler (`@Answers`); problems have their own form.
 * A hook and not an interceptor: Nest's go through observables, which costs a lookup more than its
 * answer does.
 */
export function writeThroughSchemas(instance: FastifyInstance): void {
  instance.addHook('preSerialization', (request, reply, answer, done) => {
    const schema = routeOptionsOf(request)?.answer;
    if (schema === undefined || reply.statusCode >= 400) {
      done(null, answer);
      return;
    }
    const result = schema.safeParse(answer);
    if (result.success) done(null, result.data);
    else done(new ResponseSchemaError(result.error.issues));
  });
}
