import { z } from 'zod';
import { placeSchema, unitReferenceSchema } from '../../organisers/unit-reference.schema.js';
import { pageOf, pageQuerySchema } from '../../platform/http/keyset-page.js';
import { describedOnly } from '../../platform/http/schema-validation.pipe.js';
import { instant, isoDate, text, uuidV7Id } from '../../platform/http/text.schema.js';
import { INTAKE_CHANNELS } from '../submission-channel.js';
import { EVIDENCE_KINDS } from './intake-rules.js';
import {
  dayOfConversation,
  evidenceKind,
  evidenceWording,
  intakeAnswerSchema,
  intakeItemSchema,
} from './intake.schemas.js';

/** Forty cards are an evening's work; a body of more is refused for its size sooner. */
export const MOST_ITEMS = 100;

const name = () => text({ max: 100 }).meta({ examples: ['Cardiff market, 21 November'] });
const place = () => text({ max: 200 }).meta({ examples: ['Cardiff Central Market'] });
const campaign = () => text({ max: 200 }).meta({ description: 'The source of each submission' });
const privacyNotice = () =>
  text({ max: 100 }).meta({ description: 'The version that was shown', examples: ['2026-11'] });

export const newBatchSchema = z
  .strictObject({
    name: name(),
    channel: z.enum(INTAKE_CHANNELS),
    conversationOn: dayOfConversation(),
    place: place().optional(),
    region: text({ max: 100 })
      .optional()
      .meta({ description: 'Slug of the region it belongs to; not with branch' }),
    branch: text({ max: 100 }).optional().meta({
      description: 'Slug of the branch it belongs to. Neither: the highest unit I work for',
    }),
    defaults: z
      .strictObject({
        campaign: campaign().optional(),
        privacyNotice: privacyNotice().optional(),
        evidence: z
          .strictObject({ kind: evidenceKind().optional(), wording: evidenceWording().optional() })
          .optional(),
      })
      .optional()
      .meta({ description: 'Holds for each submission that says nothing else itself' }),
  })
  .refine(({ region, branch }) => region === undefined || branch === undefined, {
    path: ['branch'],
    error: 'A batch belongs to one unit: give the region or the branch.',
    params: { code: 'not_with_region' },
  })
  .meta({ id: 'NewJoinBatch' });
export type NewBatch = z.output<typeof newBatchSchema>;

export const batchChangeSchema = z
  .strictObject({
    name: name().optional(),
    conversationOn: dayOfConversation().optional(),
    place: place().nullable().optional(),
    closed: z
      .boolean()
      .optional()
      .meta({ description: 'Nothing more belongs to a batch that is closed' }),
    defaults: z
      .strictObject({
        campaign: campaign().nullable().optional(),
        privacyNotice: privacyNotice().nullable().optional(),
        evidence: z
          .strictObject({
            kind: evidenceKind().nullable().optional(),
            wording: evidenceWording().nullable().optional(),
          })
          .optional(),
      })
      .optional(),
  })
  .meta({
    id: 'JoinBatchChange',
    description: 'What is left out stays. Submissions that were taken before stay as they are',
  });
export type BatchChange = z.output<typeof batchChangeSchema>;

export const batchesQuerySchema = pageQuerySchema.extend({
  state: z.enum(['open', 'closed']).optional(),
  region: text({ max: 100 }).optional().meta({ description: 'Slug of a region' }),
  branch: text({ max: 100 }).optional().meta({ description: 'Slug of a branch' }),
});
export type BatchesQuery = z.output<typeof batchesQuerySchema>;

const optionalText = z.string().nullable();

export const batchSchema = z
  .object({
    id: uuidV7Id(),
    name: z.string(),
    channel: z.enum(INTAKE_CHANNELS),
    conversationOn: isoDate(),
    place: optionalText,
    unit: unitReferenceSchema.meta({ description: 'Whose officers see it' }),
    region: placeSchema,
    branch: placeSchema,
    defaults: z.object({
      campaign: optionalText,
      privacyNotice: optionalText,
      evidence: z.object({ kind: z.enum(EVIDENCE_KINDS).nullable(), wording: optionalText }),
    }),
    submissions: z.object({
      taken: z.number().int().meta({ description: 'All that were typed' }),
      mine: z
        .number()
        .int()
        .meta({ description: 'Those of them that my units answer for; the others lie elsewhere' }),
    }),
    createdById: uuidV7Id(),
    createdAt: instant(),
    updatedAt: instant(),
    closedAt: instant().nullable(),
    version: z.number().int().meta({ description: 'Also the ETag; a change names it in If-Match' }),
  })
  .meta({ id: 'JoinBatch' });
export type JoinBatch = z.input<typeof batchSchema>;

export const batchesPageSchema = pageOf(batchSchema).meta({ id: 'JoinBatchesPage' });

/** What is checked of all together: each item is checked for itself, so that one slip does not send back the other ninety-nine. */
export const batchItemsSchema = z.strictObject({
  items: z
    .array(z.record(z.string(), z.unknown()), { error: 'This must be a list of cards.' })
    .min(1, 'Send at least one card.')
    .max(MOST_ITEMS, `At most ${MOST_ITEMS} cards can be sent at once.`),
});

/** The same to be read about, with what each item takes. */
export const batchBodySchema = describedOnly(
  z
    .strictObject({
      items: z.array(intakeItemSchema).min(1).max(MOST_ITEMS).meta({
        description:
          'Each as the body of POST /v1/admin/join-submissions without batchId, and with the number of its card',
      }),
    })
    .meta({ id: 'JoinBatchItems' }),
);
export type BatchItems = z.output<typeof batchItemsSchema>;

export const batchReportSchema = z
  .object({
    taken: z.number().int(),
    repeated: z.number().int(),
    refused: z.number().int(),
    items: z.array(
      z.object({
        index: z.number().int(),
        outcome: z.enum(['taken', 'repeated', 'refused']).meta({
          description: 'repeated: this card was taken before, and this is what was answered',
        }),
        submission: intakeAnswerSchema.nullable(),
        errors: z
          .array(z.object({ path: z.string(), code: z.string(), message: z.string() }))
          .meta({ examples: [[{ path: 'items.3.email', code: 'invalid_email', message: '…' }]] }),
      }),
    ),
  })
  .meta({ id: 'JoinBatchReport' });
export type BatchReport = z.input<typeof batchReportSchema>;
