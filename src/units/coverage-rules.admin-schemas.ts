import { z } from 'zod';
import { unitReferenceSchema } from '../organisers/unit-reference.schema.js';
import { pageOf, pageQuerySchema } from '../platform/http/keyset-page.js';
import { instant, text, uuidV7Id } from '../platform/http/text.schema.js';
import { COVERAGE_KINDS, COVERAGE_LEVELS, parseCoverageCode } from './coverage-code.js';

const kind = () => z.enum(COVERAGE_KINDS);

export const coverageRulesQuerySchema = pageQuerySchema.extend({
  unit: uuidV7Id().optional().meta({ description: 'Id of a region or branch' }),
  kind: kind().optional(),
  q: text({ max: 200 })
    .optional()
    .meta({
      description: 'The beginning of a code, or words of the unit’s name',
      examples: ['M14'],
    }),
});
export type CoverageRulesQuery = z.infer<typeof coverageRulesQuerySchema>;

const NOT_A_CODE =
  'This must be a postcode prefix (M, M14, M14 5, M14 5RX) or the official code of a ward, ' +
  'constituency or local authority (E05011347).';

export const newCoverageRuleSchema = z
  .strictObject({
    unitId: uuidV7Id().meta({ description: 'The region or branch that it is to belong to' }),
    code: text({ max: 20 })
      .transform((value, context) => {
        const parsed = parseCoverageCode(value);
        if (parsed !== undefined) return parsed;
        context.addIssue({ code: 'custom', message: NOT_A_CODE, params: { code: 'invalid_code' } });
        return z.NEVER;
      })
      .meta({
        description:
          'A postcode prefix, or the GSS code of a ward, constituency or local authority',
        examples: ['M14'],
      }),
    kind: kind().optional().meta({ description: 'To be sure: the code tells its kind by itself' }),
  })
  .refine((rule) => rule.kind === undefined || rule.kind === rule.code.kind, {
    path: ['kind'],
    error: 'The code is of another kind.',
    params: { code: 'another_kind' },
  })
  .meta({ id: 'NewCoverageRule' });
export type NewCoverageRule = z.output<typeof newCoverageRuleSchema>;

export const coverageRuleSchema = z
  .object({
    id: uuidV7Id(),
    kind: kind(),
    code: z.string().meta({ examples: ['M14'] }),
    level: z
      .enum(COVERAGE_LEVELS)
      .meta({ description: 'How specific it is; the more specific rule wins, in this order' }),
    unit: unitReferenceSchema.extend({ id: uuidV7Id() }),
    known: z
      .boolean()
      .nullable()
      .meta({
        description:
          'Whether the reference data in use has such a postcode or area. false: by this rule ' +
          'nobody comes to the unit, it may be mistyped; null: the data cannot tell',
      }),
    createdAt: instant(),
  })
  .meta({ id: 'CoverageRule' });
export type AdminCoverageRule = z.input<typeof coverageRuleSchema>;

export const coverageRulesPageSchema = pageOf(coverageRuleSchema).meta({ id: 'CoverageRulesPage' });
