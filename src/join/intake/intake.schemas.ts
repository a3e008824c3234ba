import { z } from 'zod';
import type { Fault } from '../../platform/http/problem.js';
import { isoDate, text, uuidV7Id } from '../../platform/http/text.schema.js';
import { londonDay } from '../../platform/time/london-day.js';
import { ALLOCATION_METHODS } from '../../allocation/allocation-decision.js';
import { always, joinAnswerSchema, joinFields, withRulesOfDetails } from '../join.schemas.js';
import { INTAKE_CHANNELS } from '../submission-channel.js';
import { isLikelyDayOfConversation } from './conversation.js';
import { EVIDENCE_KINDS, faultsOfIntake } from './intake-rules.js';

/** Of what is no date at all something else complains. */
const isConceivable = (day: string): boolean =>
  !isoDate().safeParse(day).success || isLikelyDayOfConversation(day, londonDay(new Date()));

/** The day of a conversation; not after today, and not so long ago that it is a slip. */
export const dayOfConversation = () =>
  isoDate().refine((day) => isConceivable(day), {
    error: 'Please check the day: it must be today or earlier, and within the last twelve months.',
    params: { code: 'out_of_range' },
  });

const conversationSchema = z
  .strictObject({
    on: dayOfConversation()
      .optional()
      .meta({ description: 'The day in London; needed unless the batch says it' }),
    at: z
      .string()
      .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'This must be a time of day such as 14:30.')
      .optional()
      .meta({
        description:
          'Time of day in London. Without it a grant counts from the beginning of the day and a refusal from its end',
        examples: ['14:30'],
      }),
    with: text({ max: 200 }).optional().meta({ description: 'Who of us spoke with them' }),
    note: text({ max: 2000, multiline: true }).optional(),
  })
  .meta({ description: 'When it was, and what was said' });

export const evidenceKind = () =>
  z.enum(EVIDENCE_KINDS).meta({ description: 'How it is evidenced that they agreed' });
export const evidenceWording = () =>
  text({ max: 500 }).meta({
    description: 'What they agreed to: the words, or the version of them that is kept elsewhere',
    examples: ['card-2026-10'],
  });

const consentSchema = z
  .strictObject({
    privacyNotice: joinFields.shape.consent.shape.privacyNotice
      .optional()
      .meta({ description: 'Version of the notice they were shown or told; or the batch says it' }),
    email: joinFields.shape.consent.shape.email,
    sms: joinFields.shape.consent.shape.sms,
    phone: joinFields.shape.consent.shape.phone,
    evidence: z
      .strictObject({
        kind: evidenceKind().optional(),
        reference: text({ max: 200 })
          .optional()
          .meta({ description: 'Number of the recording, card or letter; default: the card' }),
        wording: evidenceWording().optional(),
      })
      .optional()
      .meta({ description: 'Needed where something is granted, unless the batch says it' }),
  })
  .meta({ description: 'What the person agreed to or refused' });

/** The details of the public join, without what belongs to a web form alone. */
const { formId: _formId, fax_number: _trap, consent: _consent, ...details } = joinFields.shape;

/** What one card or call says. */
const itemFields = z.strictObject({
  ...details,
  channel: z
    .enum(INTAKE_CHANNELS)
    .optional()
    .meta({ description: 'Needed unless the batch says it' }),
  conversation: conversationSchema.optional(),
  consent: consentSchema.optional(),
  branch: text({ max: 100 })
    .optional()
    .meta({
      description:
        'Slug of a branch of my units, for a card that has no postcode. Somebody new belongs there by override',
      examples: ['cardiff'],
    }),
  card: text({ max: 100 }).optional().meta({
    description: 'Number of the card: taken once within its batch, else within unit and day',
  }),
  personId: uuidV7Id().optional().meta({ description: 'One of the matches that were shown' }),
  alreadyContacted: z
    .boolean()
    .optional()
    .meta({ description: 'The conversation was the contact: nobody is asked to get in touch' }),
});
export const intakeFields = itemFields.extend({
  batchId: uuidV7Id().optional().meta({ description: 'The batch that it belongs to' }),
});

/** Told together with the faults of single fields, since nobody wants to be sent back twice. */
function addFaults(faults: readonly Fault[], context: z.core.$RefinementCtx): void {
  for (const { path, code, message } of faults) {
    context.addIssue({ code: 'custom', path: path.split('.'), message, params: { code } });
  }
}

/** `POST /v1/admin/join-submissions`: what somebody said on the telephone or wrote on a card. */
export const intakeSchema = withRulesOfDetails(intakeFields)
  .check(
    z.superRefine((value: unknown, context) => {
      // With a batch, what it says counts too: the service looks when it knows the batch.
      const { batchId, ...input } = value as Partial<IntakeInput>;
      if (batchId === undefined) addFaults(faultsOfIntake(input), context);
    }, always),
  )
  .meta({ id: 'StaffIntake' });
export type IntakeInput = z.output<typeof intakeFields>;

/** One of the items of a batch; what is missing, the batch says. */
export const intakeItemSchema = withRulesOfDetails(itemFields).meta({ id: 'StaffIntakeItem' });

/** What an intake is answered with; computed from the input alone, like a public join's. */
export const intakeAnswerSchema = joinAnswerSchema
  .extend({
    allocation: z.object({
      method: z.enum([...ALLOCATION_METHODS, 'override']),
      explanation: z.string(),
    }),
    channel: z.enum(INTAKE_CHANNELS),
    conversationOn: isoDate(),
    batchId: uuidV7Id().nullable(),
    card: z.string().nullable(),
  })
  .meta({ id: 'StaffIntakeAnswer' });
export type IntakeAnswer = z.infer<typeof intakeAnswerSchema>;
