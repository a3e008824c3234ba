import { z } from 'zod';
import { invalidInput } from './standard-problems.js';
import { isoTime } from './text.schema.js';

/** How many entries a page has when nothing is said, and at most. */
export const DEFAULT_PAGE_LIMIT = 50;
export const MAXIMUM_PAGE_LIMIT = 200;

const LIMIT_MESSAGE = `“limit” must be a whole number from 1 to ${MAXIMUM_PAGE_LIMIT}.`;

/** A whole number of a query, 1 to `most`. */
export function limitParameter(most = MAXIMUM_PAGE_LIMIT, usual = DEFAULT_PAGE_LIMIT) {
  const error =
    most === MAXIMUM_PAGE_LIMIT
      ? LIMIT_MESSAGE
      : `“limit” must be a whole number from 1 to ${most}.`;
  return z
    .string()
    .refine((value) => /^\d{1,6}$/.test(value), { error, params: { code: 'out_of_range' } })
    .transform(Number)
    .refine((value) => value >= 1 && value <= most, { error, params: { code: 'out_of_range' } })
    .default(usual)
    .meta({
      description: `How many entries at most, 1 to ${most}`,
      type: 'integer',
      minimum: 1,
      maximum: most,
      default: usual,
    });
}

/**
 * What every list takes. A list with filters of its own extends it; unknown parameters are a 422,
 * so that a misspelt filter does not quietly show everything.
 */
export const pageQuerySchema = z.strictObject({
  limit: limitParameter(),
  cursor: z
    .string()
    .max(1000)
    .regex(/^[A-Za-z0-9_-]+$/, '“cursor” must be a nextCursor of an earlier page, unchanged.')
    .optional()
    .meta({ description: 'The nextCursor of the page before' }),
  updatedSince: isoTime()
    .optional()
    .meta({
      description: 'Only what changed at or after this time (RFC 3339)',
      examples: ['2026-11-01T00:00:00Z'],
    }),
  count: z
    .literal('true')
    .transform(() => true)
    .optional()
    .meta({ description: '“true” asks for a (capped) total' }),
});
export type PageQuery = z.infer<typeof pageQuerySchema>;

/** A position in a list: the sort values of the last entry shown, its id last. */
export type Cursor = readonly (string | number | boolean | null)[];

/** No entry of a list holds a NUL, and PostgreSQL cannot even be asked about one. */
const cursorText = z
  .string()
  .max(500)
  .refine((value) => !value.includes('\0'));
const cursorSchema = z.array(z.union([cursorText, z.number(), z.boolean(), z.null()]));

/** The cursor of a position, safe in an address. Opaque to callers; it holds no secret. */
export function encodeCursor(values: Cursor): string {
  return Buffer.from(JSON.stringify(values), 'utf8').toString('base64url');
}

/**
 * The position of a cursor.
 *
 * @param shape what this list's cursors hold, e.g. `z.tuple([isoTime(), uuidV7Id()])`.
 * @throws Problem 422 for anything that this list has not handed out.
 */
export function decodeCursor<S extends z.ZodType>(cursor: string, shape: S): z.output<S>;
export function decodeCursor(cursor: string): Cursor;
export function decodeCursor(cursor: string, shape: z.ZodType = cursorSchema): unknown {
  let values: unknown;
  try {
    const bytes = Buffer.from(cursor, 'base64url');
    values = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw malformedCursor();
  }
  const parsed = cursorSchema.min(1).max(10).safeParse(values);
  const shaped = parsed.success ? shape.safeParse(parsed.data) : parsed;
  if (!shaped.success) throw malformedCursor();
  return shaped.data;
}

function malformedCursor(): Error {
  return invalidInput([
    {
      path: 'cursor',
      code: 'invalid_cursor',
      message: '“cursor” must be a nextCursor of an earlier page, unchanged.',
    },
  ]);
}

/** The answer of a list: `{ data, nextCursor, total? }`. */
export function pageOf<S extends z.ZodType>(entry: S) {
  return z.object({
    data: z.array(entry),
    nextCursor: z.string().nullable().meta({ description: 'null on the last page' }),
    total: z
      .object({
        count: z.number().int().min(0),
        capped: z.boolean().meta({ description: 'true: there are more than were counted' }),
      })
      .optional()
      .meta({ description: 'Only with ?count=true' }),
  });
}

/** One page as a service hands it over. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
  readonly total?: { readonly count: number; readonly capped: boolean };
}

/**
 * A page from rows that were asked for with `limit + 1`: the surplus row only tells that there is
 * a next page.
 */
export function toPage<T>(
  rows: readonly T[],
  limit: number,
  positionOf: (row: T) => Cursor,
): Page<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { data, nextCursor: more ? encodeCursor(positionOf(last)) : null };
}
