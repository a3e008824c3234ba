import { z } from 'zod';
import { placeSchema, unitReferenceSchema } from '../organisers/unit-reference.schema.js';
import { pageOf, pageQuerySchema } from '../platform/http/keyset-page.js';
import { instant, text, uuidV7Id } from '../platform/http/text.schema.js';
import { FOLLOW_UP_STATES } from './follow-up.js';

/** Which of the open duties: all, those of my posts, late ones, those whose post is vacant. */
export const FOLLOW_UP_VIEWS = ['open', 'mine', 'overdue', 'unassigned'] as const;
export type FollowUpView = (typeof FOLLOW_UP_VIEWS)[number];

export const followUpsOfViewQuerySchema = pageQuerySchema.extend({
  region: text({ max: 100 }).optional().meta({ description: 'Slug of a region' }),
  branch: text({ max: 100 }).optional().meta({ description: 'Slug of a branch' }),
});
export type FollowUpsOfViewQuery = z.infer<typeof followUpsOfViewQuerySchema>;

export const followUpsQuerySchema = followUpsOfViewQuerySchema.extend({
  view: z
    .enum(FOLLOW_UP_VIEWS)
    .default('open')
    .meta({
      description:
        'open: all that are not closed; mine: of posts that I hold or cover; overdue: past their ' +
        'time; unassigned: of posts that nobody holds or covers',
    }),
});
export type FollowUpsQuery = z.infer<typeof followUpsQuerySchema>;

export const followUpSchema = z
  .object({
    id: uuidV7Id(),
    kind: z.enum(['join']),
    state: z.enum(FOLLOW_UP_STATES),
    dueAt: instant(),
    remindAt: instant(),
    overdue: z.boolean(),
    tries: z.number().int().meta({ description: 'How often nobody answered' }),
    office: z.string().meta({ description: 'Whose duty it is', examples: ['branch_secretary'] }),
    coveredByStandIn: z.boolean(),
    unit: unitReferenceSchema,
    region: placeSchema,
    branch: placeSchema,
    person: z
      .object({
        id: uuidV7Id().nullable().meta({ description: 'null where the person is out of sight' }),
        givenName: z.string().nullable(),
        familyName: z.string().nullable(),
      })
      .meta({ description: 'Whom to get in touch with' }),
    submission: z
      .object({ id: uuidV7Id(), reference: z.string() })
      .nullable()
      .meta({ description: 'null where other units answer for the submission' }),
    createdAt: instant(),
    updatedAt: instant(),
  })
  .meta({ id: 'FollowUp' });

export const followUpsPageSchema = pageOf(followUpSchema).meta({ id: 'FollowUpsPage' });

const note = text({ max: 2000, multiline: true }).optional().meta({
  description: 'For those who look after the person next',
});

export const followUpNoteSchema = z.strictObject({ note }).meta({ id: 'FollowUpNote' });
export type FollowUpNote = z.infer<typeof followUpNoteSchema>;

export const followUpTrySchema = z
  .strictObject({
    note,
    triesSeen: z
      .number()
      .int()
      .min(0)
      .max(100)
      .optional()
      .meta({
        description:
          'The tries that your screen showed. Tells a second try from one that was sent twice; ' +
          'without it two within a minute are one',
      }),
  })
  .meta({ id: 'FollowUpTry' });
export type FollowUpTry = z.infer<typeof followUpTrySchema>;
