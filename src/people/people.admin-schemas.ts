import { z } from 'zod';
import { placeSchema, unitReferenceSchema } from '../organisers/unit-reference.schema.js';
import { pageOf, pageQuerySchema } from '../platform/http/keyset-page.js';
import { country } from '../platform/http/country.schema.js';
import { instant, isoDate, text, uuidV7Id } from '../platform/http/text.schema.js';
import { londonDay } from '../platform/time/london-day.js';
import { isLikelyBirth } from './age.js';

export const PERSON_STATUSES = ['enquirer', 'supporter', 'member'] as const;

export const peopleQuerySchema = pageQuerySchema.extend({
  q: text({ max: 200 })
    .optional()
    .meta({
      description: 'Words of the name, part of the email, a phone number, or a postcode',
      examples: ['sam jones'],
    }),
  region: text({ max: 100 }).optional().meta({ description: 'Slug of a region' }),
  branch: text({ max: 100 }).optional().meta({ description: 'Slug of a branch' }),
  status: z.enum(PERSON_STATUSES).optional(),
});
export type PeopleQuery = z.infer<typeof peopleQuerySchema>;

const optionalText = z.string().nullable();
const day = z
  .string()
  .nullable()
  .meta({ description: 'YYYY-MM-DD', examples: ['1990-05-17'] });

const personSummarySchema = z
  .object({
    id: uuidV7Id(),
    givenName: z.string(),
    familyName: optionalText,
    status: z.enum(PERSON_STATUSES),
    email: optionalText.meta({ description: 'A verified one if there is one' }),
    phone: optionalText.meta({ description: 'E.164' }),
    postcode: optionalText,
    town: optionalText,
    unit: unitReferenceSchema.meta({ description: 'Whose officers see this person' }),
    region: placeSchema,
    branch: placeSchema,
    createdAt: instant(),
    updatedAt: instant(),
  })
  .meta({ id: 'PersonSummary' });

export const peoplePageSchema = pageOf(personSummarySchema).meta({ id: 'PeoplePage' });

const allocationSchema = z
  .object({
    method: z.enum(['coverage_rule', 'nearest_branch', 'region_only', 'national', 'override']),
    explanation: z.string().meta({ examples: ['CF10 belongs to Cardiff'] }),
    unit: unitReferenceSchema,
    region: placeSchema,
    branch: placeSchema,
    rulePrefix: optionalText.meta({ description: 'The coverage rule that decided' }),
    precision: z.string(),
    distanceKm: z.number().nullable(),
    validFrom: instant(),
    validUntil: instant().nullable().meta({ description: 'null: it holds' }),
  })
  .meta({ id: 'Allocation' });

export const personSchema = z
  .object({
    ...personSummarySchema.shape,
    externalId: optionalText,
    dateOfBirth: day,
    country: z.string().meta({ description: 'ISO 3166-1' }),
    address: z.object({ line1: optionalText, line2: optionalText, town: optionalText }),
    version: z.number().int(),
    contactPoints: z.array(
      z.object({
        kind: z.enum(['email', 'phone']),
        value: z.string(),
        verified: z.boolean(),
        verifiedAt: instant().nullable(),
      }),
    ),
    allocation: allocationSchema.nullable(),
    allocationHistory: z
      .array(allocationSchema)
      .meta({ description: 'Earlier ones, newest first' }),
    consents: z
      .array(
        z.object({
          channel: z.enum(['email', 'sms', 'phone', 'post']),
          purpose: z.string(),
          decision: z.enum(['granted', 'refused', 'withdrawn']),
          occurredAt: instant(),
          source: z.string(),
          privacyNoticeVersion: z.string(),
          wordingVersion: z.string(),
          actorKind: z.string().meta({ description: 'Who recorded it: person or organiser' }),
          evidence: z
            .object({ kind: z.string(), reference: optionalText })
            .nullable()
            .meta({ description: 'Where what they agreed to can be looked up, of a call or card' }),
        }),
      )
      .meta({ description: 'What holds now: the newest of each channel and purpose' }),
    submissions: z.array(
      z.object({
        id: uuidV7Id(),
        reference: z.string(),
        receivedAt: instant(),
        state: z.string(),
      }),
    ),
    followUps: z.array(
      z.object({
        id: uuidV7Id(),
        state: z.string(),
        dueAt: instant(),
        overdue: z.boolean(),
        unit: unitReferenceSchema,
        closedAt: instant().nullable(),
        outcome: optionalText,
      }),
    ),
  })
  .meta({ id: 'Person' });

const line = (max: number) => text({ max }).nullable().optional();

export const personChangeSchema = z
  .strictObject({
    givenName: text({ max: 100 })
      .optional()
      .meta({ examples: ['Sam'] }),
    familyName: line(100),
    dateOfBirth: isoDate()
      .refine((value) => isLikelyBirth(value, londonDay(new Date())), {
        error: 'Please check the date of birth.',
        params: { code: 'out_of_range' },
      })
      .nullable()
      .optional(),
    country: country().optional(),
    postcode: line(32).meta({
      description: 'In any spelling; with it goes the branch that they belong to',
      examples: ['M14 5RX'],
    }),
    address: z
      .strictObject({ line1: line(200), line2: line(200), town: line(100) })
      .optional()
      .meta({ description: 'Each line for itself' }),
  })
  .meta({ id: 'PersonChange', description: 'What is left out stays; null takes away' });
export type PersonChange = z.infer<typeof personChangeSchema>;

export const personRecordSchema = z
  .object({
    id: uuidV7Id(),
    givenName: z.string(),
    familyName: optionalText,
    status: z.enum(PERSON_STATUSES),
    dateOfBirth: day,
    country: z.string().meta({ description: 'ISO 3166-1' }),
    postcode: optionalText,
    address: z.object({ line1: optionalText, line2: optionalText, town: optionalText }),
    unit: unitReferenceSchema.meta({ description: 'Whose officers see this person now' }),
    region: placeSchema,
    branch: placeSchema,
    version: z.number().int().meta({ description: 'Also the ETag' }),
    updatedAt: instant(),
  })
  .meta({ id: 'PersonRecord' });
export type PersonRecord = z.input<typeof personRecordSchema>;
