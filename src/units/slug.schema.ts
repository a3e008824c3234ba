import { z } from 'zod';

/** What stands beside `GET /v1/branches/{slug}`: a branch of this name would not be found there. */
const TAKEN_BY_ROUTES: ReadonlySet<string> = new Set(['nearest']);

/** The name of a unit in addresses. */
export function unitSlug() {
  return z
    .string()
    .min(1)
    .max(100)
    .regex(
      /^[a-z0-9]+(?:-[a-z0-9]+)*$/,
      'This must be words of lower-case letters joined by hyphens.',
    );
}

/** The name of a branch in addresses, which no other address has. */
export function branchSlug() {
  return unitSlug().refine((slug) => !TAKEN_BY_ROUTES.has(slug), {
    error: ({ input }) =>
      `No branch can have the address “${String(input)}”: something else is there.`,
    params: { code: 'reserved' },
  });
}
