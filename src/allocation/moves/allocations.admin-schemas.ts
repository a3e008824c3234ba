import { z } from 'zod';
import { placeSchema, unitReferenceSchema } from '../../organisers/unit-reference.schema.js';
import { instant, isoDate, text, uuidV7Id } from '../../platform/http/text.schema.js';
import { ENDLESS_DAY } from '../../platform/time/london-day.js';
import { ALLOCATION_METHODS } from '../allocation-decision.js';

const slug = (kind: string) =>
  text({ max: 100 })
    .optional()
    .meta({ description: `Slug or id of an open ${kind} of mine` });

export const overrideSchema = z
  .strictObject({
    branch: slug('branch'),
    region: slug('region').meta({ description: 'For the region itself, without a branch' }),
    reason: text({ max: 500, needed: 'Please say why; whoever comes after you will ask.' }).meta({
      examples: ['Works in Cardiff and goes to meetings there'],
    }),
    until: isoDate()
      .refine((day) => day !== ENDLESS_DAY, {
        error: 'This is too far away. Leave it out, and it holds until somebody ends it.',
        params: { code: 'out_of_range' },
      })
      .optional()
      .meta({ description: 'The last day on which it holds; without it, until somebody ends it' }),
  })
  .refine(({ branch, region }) => (branch === undefined) !== (region === undefined), {
    path: ['branch'],
    error: 'Please give either a branch or a region.',
    params: { code: 'branch_or_region' },
  })
  .meta({ id: 'AllocationOverride' });
export type OverrideInput = z.infer<typeof overrideSchema>;

const explainedAllocationSchema = z
  .object({
    id: uuidV7Id(),
    method: z.enum([...ALLOCATION_METHODS, 'override']),
    why: z.string().meta({
      description: 'Why they belong there, in words',
      examples: ['CF10 belongs to Cardiff. Cardiff is 2.3 km away, measured …'],
    }),
    explanation: z.string(),
    unit: unitReferenceSchema,
    region: placeSchema,
    branch: placeSchema,
    rule: z
      .string()
      .nullable()
      .meta({
        description: 'The code of the coverage rule that decided',
        examples: ['CF10'],
      }),
    precision: z.string().meta({ description: 'How exactly the position was known' }),
    distanceKm: z.number().nullable(),
    directoryVersion: z.string().meta({ description: 'Of the organisation that decided' }),
    datasetVersion: z.string().meta({ description: 'Of the reference data that decided' }),
    override: z
      .object({
        reason: z.string(),
        until: z.string().nullable().meta({ description: 'The last day; null: until it is ended' }),
        endsAt: instant().nullable(),
      })
      .nullable(),
    decidedById: z
      .string()
      .nullable()
      .meta({ description: 'The organiser whose deed it was, if it was one’s' }),
    validFrom: instant(),
    validUntil: instant().nullable().meta({ description: 'null: it holds' }),
  })
  .meta({ id: 'ExplainedAllocation' });
export type ExplainedAllocation = z.input<typeof explainedAllocationSchema>;

export const currentAllocationSchema = z
  .object({
    personId: uuidV7Id(),
    version: z.number().int().meta({ description: 'Of the person; also the ETag' }),
    current: explainedAllocationSchema.nullable(),
  })
  .meta({ id: 'CurrentAllocation' });
export type CurrentAllocation = z.input<typeof currentAllocationSchema>;

export const allocationHistorySchema = currentAllocationSchema
  .extend({
    history: z
      .array(explainedAllocationSchema)
      .meta({ description: 'Earlier ones, newest first; at most 200' }),
  })
  .meta({ id: 'AllocationHistory' });
