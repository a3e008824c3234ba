import { type ArgumentMetadata, Injectable, StandardSchemaValidationPipe } from '@nestjs/common';
import { z } from 'zod';
import { isFormBody } from './form-body.js';
import { repairForm } from './form-repair.js';
import type { Fault } from './problem.js';
import { MAXIMUM_FAULTS, faultsOf, plainMessage, valueAt } from './schema-faults.js';
import { invalidInput, notFound } from './standard-problems.js';

/** Repairs may uncover the next complaint; forms are shallow, so few rounds are enough. */
const MAXIMUM_REPAIRS = 4;

/** What zod says of a single value where a repeated query parameter arrived as a list. */
const SCALAR_COMPLAINTS = new Set([
  'invalid_type',
  'invalid_value',
  'invalid_format',
  'invalid_union',
  'custom',
]);

const checkedByHandler = new WeakSet<z.ZodType>();

/**
 * Marks a schema that only describes a parameter: its handler checks it, by something that is not
 * known before the request (the questions of a form). Mark a copy (`.meta(…)` makes one), or nobody
 * checks where the schema is used otherwise.
 */
export function describedOnly<S extends z.ZodType>(schema: S): S {
  checkedByHandler.add(schema);
  return schema;
}

/**
 * Validates `@Body({ schema })`, `@Query({ schema })` and `@Param({ schema })` against zod schemas.
 * Answers all faults at once as a 422, in plain English where the schema brings no words of its
 * own; a fault in the path is a 404, since such a thing cannot exist. Nest's pipe deletes fields
 * called `constructor` or `prototype` before it validates; ours lets the schema refuse them.
 */
@Injectable()
export class SchemaValidationPipe extends StandardSchemaValidationPipe {
  override async transform<T = unknown>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const { type, data, schema } = metadata;
    if (schema === undefined || type === 'custom') return value;
    if (!(schema instanceof z.ZodType)) {
      throw new TypeError('Schemas of parameters must be zod schemas.');
    }
    if (checkedByHandler.has(schema)) return value;
    return checkedParameter(value, { type, data, schema }) as T;
  }
}

/**
 * The value of a parameter as its schema makes it.
 *
 * @throws Problem 422 with all faults at once; 404 for a part of the path.
 */
export function checkedParameter(
  value: unknown,
  {
    type,
    data,
    schema,
  }: { type: 'body' | 'query' | 'param'; data?: string | undefined; schema: z.ZodType },
): unknown {
  const result = validateInput(schema, value);
  if (result.success) return result.data;
  if (type === 'param') throw notFound();
  const base = data === undefined ? [] : [data];
  let faults = faultsOf(result.issues, value);
  if (type === 'query') faults = nameRepeated(faults, result.issues, value);
  throw invalidInput(
    base.length === 0
      ? faults
      : faults.map((fault) => ({
          ...fault,
          path: [...base, fault.path].filter(Boolean).join('.'),
        })),
  );
}

/** What validating gives: the data, or every fault zod found. */
export type Validation<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly issues: readonly z.core.$ZodIssue[] };

/**
 * Validates one input with our messages, and a form post with a form's leniency. Features use it
 * where they answer faults themselves, as the form pages do; `faultsOf` makes the list. Schemas have
 * to be synchronous: what has to be asked of a database is no matter of shape.
 */
export function validateInput<S extends z.ZodType>(
  schema: S,
  input: unknown,
): Validation<z.output<S>> {
  for (let round = 0; ; round++) {
    const result = schema.safeParse(input, { error: plainMessage });
    if (result.success) return { success: true, data: result.data };
    const { issues } = result.error;
    if (!isFormBody(input) || round >= MAXIMUM_REPAIRS || !repairForm(input, issues)) {
      return { success: false, issues };
    }
  }
}

/** A scalar that was given twice arrives as a list; say so instead of "this must be a text". */
function nameRepeated(
  faults: Fault[],
  issues: readonly z.core.$ZodIssue[],
  query: unknown,
): Fault[] {
  const repeated = new Set(
    issues
      .filter((issue) => issue.path.length === 1 && SCALAR_COMPLAINTS.has(issue.code))
      .filter((issue) => Array.isArray(valueAt(query, issue.path)))
      .map((issue) => String(issue.path[0])),
  );
  if (repeated.size === 0) return faults;
  const others = faults.filter((fault) => !repeated.has(fault.path));
  const named = [...repeated].map((path) => ({
    path,
    code: 'repeated_parameter',
    message: `Give “${path}” only once.`,
  }));
  return [...named, ...others].slice(0, MAXIMUM_FAULTS);
}
