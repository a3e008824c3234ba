import { z } from 'zod';
import {
  meetsSchema,
  phoneSchema,
  regionSummarySchema,
  slugSchema,
  unitContactSchema,
  unitEmailSchema,
} from '../units/unit.schemas.js';

/** A branch beside the postcode it was found for. */
export const branchSummarySchema = z
  .object({
    slug: slugSchema,
    name: z.string(),
    distanceKm: z
      .number()
      .nullable()
      .meta({ description: 'Kilometres with one decimal; null without a position', example: 4.2 }),
    meets: meetsSchema,
  })
  .meta({ id: 'BranchSummary' });

export const nearBranchSchema = branchSummarySchema
  .extend({ contact: unitContactSchema })
  .meta({ id: 'NearBranch' });

export const nationalOfficeSchema = z.object({ phone: phoneSchema, email: unitEmailSchema });

export const lookupAnswerSchema = z
  .object({
    postcode: z.string().meta({ description: 'In its written form', example: 'M14 5RX' }),
    precision: z
      .enum(['unit', 'sector', 'outcode', 'area', 'none'])
      .meta({ description: 'How exactly the position of the postcode is known' }),
    terminated: z
      .string()
      .nullable()
      .meta({ description: 'Year and month in which the postcode was ended', example: '1996-06' }),
    didYouMean: z
      .array(z.string())
      .optional()
      .meta({
        description:
          'What else may have been meant, the most plausible first: ask the person. Absent where ' +
          'the postcode was read as it was typed, and nothing speaks against it',
        example: ['SO1 2AB'],
      }),
    region: regionSummarySchema.nullable(),
    branch: nearBranchSchema
      .nullable()
      .meta({ description: 'The branch that a join from here would be allocated to' }),
    nearest: z
      .array(nearBranchSchema)
      .meta({ description: 'The nearest branches of the whole country, nearest first' }),
    organiser: unitContactSchema.meta({ description: "The regional organiser's contact" }),
    nationalOffice: nationalOfficeSchema,
  })
  .meta({ id: 'BranchLookup' });

export type LookupAnswer = z.infer<typeof lookupAnswerSchema>;
