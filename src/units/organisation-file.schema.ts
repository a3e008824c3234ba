import { z } from 'zod';
import { emailAddress, text } from '../platform/http/text.schema.js';
import { type CoverageKind, parseCoverageCode } from './coverage-code.js';
import { positionOfBranch } from './position.schema.js';
import { branchSlug, unitSlug } from './slug.schema.js';

const phone = text({ max: 40 });

/** What codes of a kind are called in a fault, with one that is right. */
const CODE_OF_KIND: Readonly<Record<CoverageKind, string>> = {
  postcode: 'a postcode prefix such as M, M14, M14 5 or M14 5RX',
  ward: 'the code of a ward, such as E05011347',
  constituency: 'the code of a constituency, such as E14001350',
  local_authority: 'the code of a local authority, such as E08000003',
};

function codes(kind: CoverageKind) {
  return z.array(
    z.string().transform((value, context) => {
      const parsed = parseCoverageCode(value);
      if (parsed?.kind === kind) return parsed.code;
      context.addIssue(`“${value}” is not ${CODE_OF_KIND[kind]}`);
      return z.NEVER;
    }),
  );
}

/** What a unit covers; each key stands for the codes of one kind. */
const covered = {
  coverage: codes('postcode').default([]),
  wards: codes('ward').default([]),
  constituencies: codes('constituency').default([]),
  localAuthorities: codes('local_authority').default([]),
};

const regionSchema = z.strictObject({
  slug: unitSlug(),
  name: text({ max: 200 }),
  phone: phone.optional(),
  email: emailAddress().optional(),
  ...covered,
});

const branchSchema = z.strictObject({
  slug: branchSlug(),
  name: text({ max: 200 }),
  region: unitSlug().meta({ description: 'The slug of the region that the branch belongs to' }),
  phone: phone.optional(),
  email: emailAddress().optional(),
  town: text({ max: 200 }).optional(),
  position: positionOfBranch().optional(),
  ...covered,
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
type RegionInFile = OrganisationFile['regions'][number];

/** All that a region or branch of the file covers, each code once. */
export function codesOf(unit: RegionInFile | BranchInFile): string[] {
  const { coverage, wards, constituencies, localAuthorities } = unit;
  return [...new Set([...coverage, ...wards, ...constituencies, ...localAuthorities])];
}

function withoutRemarks(file: unknown): unknown {
  if (typeof file !== 'object' || file === null || Array.isArray(file)) return file;
  return Object.fromEntries(Object.entries(file).filter(([key]) => !key.startsWith('_')));
}
