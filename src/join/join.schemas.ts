import { z } from 'zod';
import { country } from '../platform/http/country.schema.js';
import { emailAddress, instant, isoDate, text, uuidV7Id } from '../platform/http/text.schema.js';
import { londonDay } from '../platform/time/london-day.js';
import { isPostcode, parsePostcode } from '../postcodes/postcode.js';
import { regionSummarySchema, unitContactSchema } from '../units/unit.schemas.js';
import { branchSummarySchema } from '../allocation/lookup.schemas.js';
import { ALLOCATION_METHODS } from '../allocation/allocation-decision.js';
import { internationalPhone } from './phone-number.js';
import { isLikelyBirth } from '../people/age.js';
import { hasRoyalMailPostcodes } from '../postcodes/royal-mail-postcode.js';
import { describedOnly } from '../platform/http/schema-validation.pipe.js';
import { type Answers, anyAnswers } from './forms/form-answers.js';

const agreed = (channel: string) =>
  z
    .boolean({ error: 'This is either true or false.' })
    .optional()
    .meta({ description: `Whether we may ${channel} about our work. Not given: not agreed` });

const sourceText = (max: number) => text({ max }).optional();

/** A birth of our time; of what is no date at all something else complains. */
const isBirth = (value: string): boolean =>
  !isoDate().safeParse(value).success || isLikelyBirth(value, londonDay(new Date()));

export const joinFields = z.strictObject({
  givenName: text({ max: 100, needed: 'Please tell us your first name.' }).meta({
    example: 'Sam',
  }),
  familyName: text({ max: 100 }).optional().meta({ example: 'Jones' }),
  email: emailAddress().optional(),
  phone: text({ max: 40 })
    .optional()
    .meta({ description: 'In any usual spelling', example: '07700 900123' }),
  country: country().default('GB'),
  postcode: text({ max: 32 }).optional().meta({
    description: 'Needed for GB, JE, GY and IM, in any spelling; half of one will do',
    example: 'M14 5RX',
  }),
  address: z
    .strictObject({
      line1: text({ max: 200 }).optional(),
      line2: text({ max: 200 }).optional(),
      town: text({ max: 100 }).optional(),
    })
    .optional(),
  dateOfBirth: isoDate()
    .refine(isBirth, {
      error: 'Please check the date of birth.',
      params: { code: 'out_of_range' },
    })
    .optional(),
  message: text({ max: 2000, multiline: true }).optional(),
  interests: z
    .array(text({ max: 100 }), { error: 'This must be a list of texts.' })
    .max(20, 'At most 20 interests can be given.')
    .optional(),
  consent: z
    .strictObject(
      {
        privacyNotice: text({
          max: 100,
          needed: 'Please confirm that you have read the privacy notice.',
        }).meta({ description: 'The version of the privacy notice that was shown' }),
        email: agreed('email you'),
        sms: agreed('text you'),
        phone: agreed('ring you'),
      },
      { error: 'Please confirm that you have read the privacy notice.' },
    )
    .meta({ description: 'What the person agreed to' }),
  source: z
    .strictObject({
      page: sourceText(2000),
      referrer: sourceText(2000),
      campaign: sourceText(200),
      utmSource: sourceText(200),
      utmMedium: sourceText(200),
      utmCampaign: sourceText(200),
    })
    .optional()
    .meta({ description: 'The page and campaign that brought the person' }),
  formId: text({ max: 100 }).optional().meta({ description: 'Default: the form of the site' }),
  answers: anyAnswers.optional(),
  altcha: z
    .string()
    .max(5000)
    .optional()
    .meta({ description: 'A solved challenge, where the form asks for one' }),
  fax_number: z
    .string()
    .max(2000)
    .optional()
    .meta({ description: 'A trap for bots: hidden from people, who leave it empty' }),
});

type JoinFields = z.output<typeof joinFields>;

/** Runs even while other fields have faults, so that all are told at once; bears anything. */
export const always = { when: ({ value }: { value: unknown }) => isObject(value) };

/** Something else than an object has one fault, not one more for each of its missing fields. */
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A country may be anything here: the rules over several fields see what other rules refuse. */
const isPostcodeCountry = (value: unknown): boolean =>
  typeof value === 'string' && hasRoyalMailPostcodes(value);

const fieldsOf = (value: unknown): Partial<Record<keyof JoinFields, unknown>> =>
  typeof value === 'object' && value !== null ? value : {};

/** The rules over several fields that hold however a submission comes in. */
export function withRulesOfDetails<Fields extends z.ZodType>(fields: Fields): Fields {
  return fields
    .refine(
      (value) => {
        const { email, phone } = fieldsOf(value);
        return email !== undefined || phone !== undefined;
      },
      {
        ...always,
        path: ['email'],
        error: 'Please give an email address or a phone number, so that we can reach you.',
        params: { code: 'contact_required' },
      },
    )
    .refine(
      (value) => {
        const { phone, country: from } = fieldsOf(value);
        if (typeof phone !== 'string') return true;
        return internationalPhone(phone, typeof from === 'string' ? from : 'GB') !== undefined;
      },
      {
        ...always,
        path: ['phone'],
        error:
          'Please check the phone number; it should look like 07700 900123 or +44 7700 900123.',
        params: { code: 'invalid_phone' },
      },
    )
    .check(
      z.superRefine((value, context) => {
        const { postcode, country: from = 'GB' } = fieldsOf(value);
        if (typeof postcode !== 'string' || postcode.trim() === '') return;
        if (!isPostcodeCountry(from)) return;
        const parsed = parsePostcode(postcode);
        if (isPostcode(parsed)) return;
        context.addIssue({
          code: 'custom',
          path: ['postcode'],
          message: parsed.hint,
          params: { code: 'not_a_postcode' },
        });
      }, always),
    );
}

/** Whether a postcode is missing where it says which branch is theirs; bears anything. */
export function lacksPostcode(value: unknown): boolean {
  const { postcode, country: from = 'GB' } = fieldsOf(value);
  return postcode === undefined && isPostcodeCountry(from);
}

/** The rules over several fields of what somebody posts themselves. */
const withRules = <Fields extends z.ZodType>(fields: Fields): Fields =>
  withRulesOfDetails(fields).refine((value) => !lacksPostcode(value), {
    ...always,
    path: ['postcode'],
    error: 'Please give your postcode; it tells us which branch is yours.',
    params: { code: 'required' },
  });

/** One join submission as it is posted, by JSON or as a form; of answers only the shape. */
export const joinSchema = withRules(joinFields);

/** The same to be read about: what the form asks is checked by the schema of that form. */
export const joinBodySchema = describedOnly(joinSchema.meta({ id: 'JoinSubmission' }));

/** The same through a form that asks more. */
export function joinSchemaWith(answers: z.ZodType<Answers | undefined>): z.ZodType<JoinInput> {
  return withRules(joinFields.extend({ answers }));
}

export type JoinInput = z.output<typeof joinSchema>;

/** What a join is answered with; computed from the post alone, whoever posted it. */
export const joinAnswerSchema = z
  .object({
    id: uuidV7Id(),
    reference: z.string().meta({ example: 'J-7Q4K-2MXF' }),
    receivedAt: instant(),
    allocation: z.object({
      method: z.enum(ALLOCATION_METHODS),
      explanation: z.string().meta({ example: 'M14 belongs to Manchester South' }),
    }),
    region: regionSummarySchema.nullable(),
    branch: branchSummarySchema.nullable(),
    contact: unitContactSchema,
    next: z.string().meta({ description: 'What happens now, in words' }),
  })
  .meta({ id: 'JoinAnswer' });

export type JoinAnswer = z.infer<typeof joinAnswerSchema>;
