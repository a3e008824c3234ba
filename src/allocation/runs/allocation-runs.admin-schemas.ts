import { z } from 'zod';
import { unitReferenceSchema } from '../../organisers/unit-reference.schema.js';
import { pageOf, pageQuerySchema } from '../../platform/http/keyset-page.js';
import { instant, uuidV7Id } from '../../platform/http/text.schema.js';
import { newCoverageRuleSchema } from '../../units/coverage-rules.admin-schemas.js';
import { RUN_KINDS, RUN_STATES } from './allocation-run.js';

/** More rules than this are a new organisation, and belong into its file. */
const MOST_RULES = 500;

export const dryRunSchema = z
  .strictObject({
    add: z
      .array(newCoverageRuleSchema)
      .max(MOST_RULES)
      .default([])
      .meta({ description: 'Rules that there are to be' }),
    remove: z
      .array(uuidV7Id())
      .max(MOST_RULES)
      .default([])
      .meta({ description: 'Ids of rules that are to go' }),
  })
  .meta({
    id: 'DryRun',
    description: 'Without either: what a recompute would do now, after other changes',
  });
export type DryRunInput = z.infer<typeof dryRunSchema>;

const DRY_RUN_NEEDED = 'Please give the id of the finished dry run that you have looked at.';
const NO_ID = 'This is not an id of this system.';

export const recomputeSchema = z
  .strictObject({
    dryRunId: z
      .uuidv7({ error: ({ input }) => (input === undefined ? DRY_RUN_NEEDED : NO_ID) })
      .overwrite((id) => id.toLowerCase())
      .meta({ description: 'The finished dry run that you have looked at' }),
  })
  .meta({ id: 'Recompute' });
export type RecomputeInput = z.infer<typeof recomputeSchema>;

export const runsQuerySchema = pageQuerySchema.extend({
  kind: z.enum(RUN_KINDS).optional(),
  state: z.enum(RUN_STATES).optional(),
});
export type RunsQuery = z.infer<typeof runsQuerySchema>;

export const runPeopleQuerySchema = pageQuerySchema.omit({ updatedSince: true });
export type RunPeopleQuery = z.infer<typeof runPeopleQuerySchema>;

const people = (description: string) => z.number().int().meta({ description });

const runRuleSchema = z.object({
  id: z.string().nullable().meta({ description: 'null: a rule that is proposed' }),
  code: z.string().meta({ examples: ['M14'] }),
  unit: unitReferenceSchema,
});

const runFields = {
  id: uuidV7Id(),
  kind: z.enum(RUN_KINDS),
  state: z.enum(RUN_STATES),
  progress: z.object({
    seen: people('People looked at so far'),
    total: z
      .number()
      .int()
      .nullable()
      .meta({ description: 'People to be looked at; null until they are counted' }),
  }),
  counts: z.object({
    moved: people('Come, or would come, to another unit'),
    renewed: people('Stay where they are, but for another reason'),
    overridden: people('Stay where an organiser has put them'),
    minors: people('Under eighteen, and so with the national office'),
    withoutBranch: people('Have no branch afterwards'),
    losingBranch: people('Of those: had one before'),
    dutiesMoved: people('Open duties that went along; in a dry run none'),
  }),
  dryRunId: z.string().nullable().meta({ description: 'The dry run that a recompute follows' }),
  directoryVersion: z.string(),
  datasetVersion: z.string(),
  basis: z.string().meta({ description: 'A hash of all that decisions are made from' }),
  error: z.string().nullable().meta({ description: 'Why it failed' }),
  startedById: z.string().nullable(),
  createdAt: instant(),
  updatedAt: instant(),
  finishedAt: instant().nullable(),
  expiresAt: instant().nullable().meta({ description: 'When it is forgotten' }),
};

export const runSummarySchema = z.object(runFields).meta({ id: 'AllocationRunSummary' });
export const runsPageSchema = pageOf(runSummarySchema).meta({ id: 'AllocationRunsPage' });

export const runSchema = z
  .object({
    ...runFields,
    rules: z.object({ add: z.array(runRuleSchema), remove: z.array(runRuleSchema) }),
    moves: z
      .array(
        z.object({
          from: unitReferenceSchema,
          to: unitReferenceSchema,
          people: people('How many'),
          duties: people('Open duties that went along'),
        }),
      )
      .meta({ description: 'From where to where, the most people first; at most 500 of my units' }),
  })
  .meta({ id: 'AllocationRun' });
export type RunAnswer = z.input<typeof runSchema>;

export const runPeoplePageSchema = pageOf(
  z.object({
    id: uuidV7Id(),
    givenName: z.string(),
    familyName: z.string().nullable(),
    from: unitReferenceSchema,
    to: unitReferenceSchema,
    explanation: z.string().meta({ examples: ['M14 belongs to Manchester South'] }),
  }),
).meta({ id: 'AllocationRunPeoplePage' });
