import { z } from 'zod';
import { emailAddress, text } from '../platform/http/text.schema.js';
import { parseCoveragePrefix } from '../postcodes/postcode.js';

const slug = z
  .string()
  .max(100)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'must be words of lower-case letters joined by hyphens');

const phone = text({ max: 40 });

const coverage = z.array(
  z.string().transform((value, context) => {
    const parsed = parseCoveragePrefix(value);
    if (parsed !== undefined) return parsed.prefix;
    context.addIssue(`“${value}” is not a postcode prefix such as M, M14, M14 5 or M14 5RX`);
    return z.NEVER;
  }),
);

const position = z.strictObject({
  lat: z.number().min(-90).max(90),
  long: z.number().min(-180).max(180),
});

const regionSchema = z.strictObject({
  slug,
  name: text({ max: 200 }),
  phone: phone.optional(),
  email: emailAddress().optional(),
  coverage: coverage.default([]),
});

const branchSchema = z.strictObject({
  slug,
  name: text({ max: 200 }),
  region: slug.meta({ description: 'The slug of the region that the branch belongs to' }),
  phone: phone.optional(),
  email: emailAddress().optional(),
  town: text({ max: 200 }).optional(),
  position: position.optional(),
  coverage: coverage.default([]),
  meets: text({ max: 500 }).optional(),
  venue: text({ max: 500 }).optional(),
  publishes: z
    .strictObject({ position: z.boolean().default(false), venue: z.boolean().default(false) })
    .optional(),
});

/**
 * An organisation's file: its national office, regions and branches with their coverage. Keys that
 * begin with an underscore are remarks. Everything is checked before anything is changed.
 */
export const organisationFileSchema = z.preprocess(
  withoutRemarks,
  z.strictObject({
    name: text({ max: 200 }),
    nationalOffice: z
      .strictObject({
        name: text({ max: 200 }).optional().meta({
          description: 'How it signs messages; unless given, the name of the organisation',
        }),
        phone: phone.optional(),
        email: emailAddress().optional(),
      })
      .refine(({ phone: number, email }) => number !== undefined || email !== undefined, {
        error: 'needs a phone or an email, so that people always have somebody to turn to',
      }),
    textToJoin: z.strictObject({ number: phone }).optional(),
    regions: z.array(regionSchema).default([]),
    branches: z.array(branchSchema).default([]),
  }),
);

export type OrganisationFile = z.output<typeof organisationFileSchema>;
export type BranchInFile = OrganisationFile['branches'][number];

function withoutRemarks(file: unknown): unknown {
  if (typeof file !== 'object' || file === null || Array.isArray(file)) return file;
  return Object.fromEntries(Object.entries(file).filter(([key]) => !key.startsWith('_')));
}
