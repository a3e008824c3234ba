import { Inject, Injectable, StandardSchemaSerializerInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { z } from 'zod';
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

/** Writes every answer through the schema of its handler (`@Answers`). */
@Injectable()
export class ResponseSchemaInterceptor extends StandardSchemaSerializerInterceptor {
  constructor(@Inject(Reflector) reflector: Reflector) {
    super(reflector);
  }

  override async transformToPlain(
    answer: unknown,
    schema: Parameters<StandardSchemaSerializerInterceptor['transformToPlain']>[1],
  ): Promise<Record<string, unknown>> {
    if (!(schema instanceof z.ZodType))
      throw new TypeError('Schemas of answers must be zod schemas.');
    const result = await schema.safeParseAsync(answer);
    if (!result.success) throw new ResponseSchemaError(result.error.issues);
    return result.data as Record<string, unknown>;
  }
}
