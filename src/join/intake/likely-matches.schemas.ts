import { z } from 'zod';
import { placeSchema, unitReferenceSchema } from '../../organisers/unit-reference.schema.js';
import { instant, uuidV7Id } from '../../platform/http/text.schema.js';
import { always } from '../join.schemas.js';
import { intakeFields } from './intake.schemas.js';

/** Why somebody may be the one, from the surest on. */
export const MATCH_REASONS = [
  'same_email',
  'same_phone',
  'same_name_and_postcode',
  'same_given_name_and_postcode',
  'same_name',
] as const;
export type MatchReason = (typeof MATCH_REASONS)[number];

/** The input of an intake as far as it has been typed. */
export const matchesQuestionSchema = intakeFields
  .partial()
  .refine(
    (value) => {
      const { email, phone, givenName } = value as Partial<Record<string, unknown>>;
      return email !== undefined || phone !== undefined || givenName !== undefined;
    },
    {
      ...always,
      path: ['givenName'],
      error: 'Give a name, an email address or a phone number to look for.',
      params: { code: 'required' },
    },
  )
  .meta({
    id: 'LikelyMatchesQuestion',
    description: 'The intake as far as it is typed; name, email, phone and postcode count',
  });
export type MatchesQuestion = z.output<typeof matchesQuestionSchema>;

const optionalText = z.string().nullable();

export const likelyMatchesSchema = z
  .object({
    matches: z.array(
      z.object({
        personId: uuidV7Id(),
        why: z.array(z.enum(MATCH_REASONS)).meta({ description: 'The surest first' }),
        givenName: z.string(),
        familyName: optionalText,
        status: z.string(),
        town: optionalText,
        district: optionalText.meta({
          description: 'The first half of the postcode',
          examples: ['CF10'],
        }),
        email: optionalText.meta({ description: 'Masked', examples: ['s…@example.org'] }),
        phone: optionalText.meta({ description: 'Masked', examples: ['…123'] }),
        unit: unitReferenceSchema,
        region: placeSchema,
        branch: placeSchema,
        since: instant(),
      }),
    ),
  })
  .meta({ id: 'LikelyMatches' });
