import { z } from 'zod';
import { placeSchema, unitReferenceSchema } from '../organisers/unit-reference.schema.js';
import { pageOf, pageQuerySchema } from '../platform/http/keyset-page.js';
import { instant, isoDate, isoTime, text, uuidV7Id } from '../platform/http/text.schema.js';
import { SUBMISSION_CHANNELS } from './submission-channel.js';

export const SUBMISSION_STATES = [
  'received',
  'contacted',
  'accepted',
  'declined',
  'spam',
  'suspected_bot',
] as const;

const dayOrTime = () =>
  z
    .union([isoDate(), isoTime()], {
      error: 'This must be a date such as 2026-11-23 or a time such as 2026-11-23T09:30:00Z.',
    })
    .optional();

export const joinSubmissionsQuerySchema = pageQuerySchema.extend({
  state: z.enum(SUBMISSION_STATES).optional(),
  channel: z.enum(SUBMISSION_CHANNELS).optional(),
  batch: uuidV7Id().optional().meta({ description: 'Id of a batch of cards or calls' }),
  region: text({ max: 100 }).optional().meta({ description: 'Slug of a region' }),
  branch: text({ max: 100 }).optional().meta({ description: 'Slug of a branch' }),
  assignedTo: z
    .union([z.literal('me'), uuidV7Id()], {
      error: 'This must be “me” or the id of an organiser.',
    })
    .optional()
    .meta({ description: 'Whose post, held or covered, the follow-up lies with' }),
  from: dayOrTime().meta({
    description: 'Received at this time or later; a date begins at midnight in London',
  }),
  to: dayOrTime().meta({
    description: 'Received before this time, or on this date at the latest',
  }),
  q: text({ max: 200 })
    .optional()
    .meta({
      description: 'A reference, words of the name, part of the email, a phone number or postcode',
      examples: ['J-7Q4K-2MXF'],
    }),
});
export type JoinSubmissionsQuery = z.infer<typeof joinSubmissionsQuerySchema>;

const optionalText = z.string().nullable();

const followUpSummarySchema = z.object({
  id: uuidV7Id(),
  state: z.string(),
  dueAt: instant(),
  overdue: z.boolean(),
  tries: z.number().int(),
});

const intakeSummarySchema = z
  .object({
    conversation: z.object({
      on: isoDate().meta({ description: 'The day in London; receivedAt is when it was typed' }),
      with: optionalText,
      note: optionalText,
    }),
    card: optionalText,
    batchId: uuidV7Id().nullable(),
    takenById: uuidV7Id().meta({ description: 'The organiser who typed it' }),
    alreadyContacted: z.boolean(),
    evidence: z
      .object({ kind: optionalText, reference: optionalText, wording: optionalText })
      .nullable()
      .meta({ description: 'Of the consents' }),
  })
  .meta({ description: 'Of a telephone call or a stall card; null: the person posted it' });

const submissionSummarySchema = z
  .object({
    id: uuidV7Id(),
    reference: z.string(),
    receivedAt: instant(),
    updatedAt: instant(),
    channel: z.enum(SUBMISSION_CHANNELS),
    formId: z.string(),
    state: z.enum(SUBMISSION_STATES),
    givenName: optionalText,
    familyName: optionalText,
    email: optionalText,
    phone: optionalText.meta({ description: 'E.164' }),
    postcode: optionalText.meta({ description: 'As posted' }),
    unit: unitReferenceSchema.meta({ description: 'Whose officers answer for it' }),
    region: placeSchema,
    branch: placeSchema,
    personId: uuidV7Id().nullable().meta({ description: 'null too where the person is elsewhere' }),
    outcome: optionalText,
    followUp: followUpSummarySchema.nullable(),
    intake: intakeSummarySchema.nullable(),
  })
  .meta({ id: 'JoinSubmissionSummary' });

export const joinSubmissionsPageSchema = pageOf(submissionSummarySchema).meta({
  id: 'JoinSubmissionsPage',
});

const maybe = z.string().nullish();

/** What was posted, field by field; a field that is not named here does not get out. */
const postedSchema = z.object({
  givenName: maybe,
  familyName: maybe,
  email: maybe,
  phone: maybe,
  country: maybe,
  postcode: maybe,
  address: z.object({ line1: maybe, line2: maybe, town: maybe }).nullish(),
  dateOfBirth: maybe,
  message: maybe,
  interests: z.array(z.string()).nullish(),
  consent: z
    .object({
      privacyNotice: maybe,
      email: z.boolean().nullish(),
      sms: z.boolean().nullish(),
      phone: z.boolean().nullish(),
    })
    .nullish(),
});

const sourceSchema = z.object({
  page: maybe,
  referrer: maybe,
  campaign: maybe,
  utmSource: maybe,
  utmMedium: maybe,
  utmCampaign: maybe,
});

export const joinSubmissionSchema = z
  .object({
    ...submissionSummarySchema.shape,
    posted: postedSchema.meta({
      description: 'As posted; for a known person it stays a proposal until it is confirmed',
    }),
    answers: z
      .array(
        z.object({
          key: z.string(),
          type: z.string().meta({ examples: ['choice'] }),
          label: z.string().meta({ description: 'As it was asked' }),
          value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
        }),
      )
      .meta({ description: 'What the form asked besides, as it asked and was answered' }),
    formVersion: z
      .number()
      .int()
      .nullable()
      .meta({ description: 'The version of the form that asked; null: the form of the settings' }),
    challenge: optionalText.meta({
      description:
        'What came of the proof of work: solved, or missing, wrong, expired, spent; null: not asked',
    }),
    apiKeyId: uuidV7Id()
      .nullable()
      .meta({ description: 'The key of the server that posted it for its visitor' }),
    source: sourceSchema.nullable().meta({ description: 'The page and campaign that brought it' }),
    allocation: z
      .object({ method: z.string(), explanation: z.string() })
      .nullable()
      .meta({ description: 'As it was answered to the person' }),
    matchedBy: optionalText.meta({ description: 'How the person was known; null: not known' }),
    possibleDuplicates: z.number().int(),
    note: optionalText,
    handledAt: instant().nullable(),
    handledById: uuidV7Id().nullable(),
    confirmedAt: instant().nullable().meta({ description: 'When the link in the mail was used' }),
    version: z.number().int(),
    followUp: followUpSummarySchema
      .extend({
        remindAt: instant(),
        office: z.string(),
        unit: unitReferenceSchema,
        coveredByStandIn: z.boolean(),
        outcome: optionalText,
        note: optionalText,
        closedAt: instant().nullable(),
      })
      .nullable(),
    messages: z.array(
      z.object({
        id: uuidV7Id(),
        kind: z.string(),
        channel: z.enum(['email', 'sms']),
        state: z.string(),
        createdAt: instant(),
        sentAt: instant().nullable(),
      }),
    ),
  })
  .meta({ id: 'JoinSubmissionDetails' });

export const contactedSchema = z
  .strictObject({
    outcome: z.enum(['spoke', 'left_message', 'no_answer', 'wrong_number', 'other']).meta({
      description:
        'no_answer and wrong_number are tries: the first is noted, the second closes the ' +
        'follow-up. The others close it',
    }),
    note: text({ max: 2000, multiline: true }).optional().meta({
      description: 'For those who look after the person next',
    }),
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
  .meta({ id: 'Contacted' });
export type Contacted = z.infer<typeof contactedSchema>;
