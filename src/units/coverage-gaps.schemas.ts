import { z } from 'zod';
import { unitReferenceSchema } from '../organisers/unit-reference.schema.js';
import { pageOf, pageQuerySchema } from '../platform/http/keyset-page.js';

export const COVERAGE_GAPS = ['no_branch', 'several_branches'] as const;

export const coverageGapsQuerySchema = pageQuerySchema.pick({ limit: true, cursor: true }).extend({
  gap: z.enum(COVERAGE_GAPS).optional().meta({ description: 'Only gaps of this kind' }),
});
export type CoverageGapsQuery = z.infer<typeof coverageGapsQuerySchema>;

export const coverageGapSchema = z
  .object({
    outcode: z.string().meta({ examples: ['LS21'] }),
    gap: z.enum(COVERAGE_GAPS).meta({
      description:
        'no_branch: no branch looks after people there; several_branches: rules of more than one ' +
        'branch divide it among them, by what lies within it and what it lies in',
    }),
    people: z
      .number()
      .int()
      .nullable()
      .meta({ description: 'With no_branch: how many people no branch looks after' }),
    lookedAfterBy: z
      .array(unitReferenceSchema.extend({ people: z.number().int() }))
      .meta({ description: 'With no_branch: the units that look after them, most people first' }),
    claims: z
      .array(
        z.object({
          branch: z.object({ slug: z.string(), name: z.string() }),
          codes: z.array(z.string()).meta({ examples: [['LS21', 'LS21 1']] }),
        }),
      )
      .meta({ description: 'With several_branches: which branch claims what of it' }),
  })
  .meta({ id: 'CoverageGap' });
export type CoverageGap = z.input<typeof coverageGapSchema>;

export const coverageGapsPageSchema = pageOf(coverageGapSchema).meta({ id: 'CoverageGapsPage' });
