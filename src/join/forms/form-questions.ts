import { z } from 'zod';
import { isoDate, text } from '../../platform/http/text.schema.js';

/** More questions than this nobody answers. */
const MOST_QUESTIONS = 30;
const MOST_OPTIONS = 50;
export const LONGEST_OPTION = 200;
/** Names that would reach a prototype, or that every object has already; form posts drop some. */
const DANGEROUS = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype']);

const common = {
  key: z
    .string()
    .regex(
      /^[a-z][A-Za-z0-9_]{0,39}$/,
      'This must be a word of letters and digits, such as tenure.',
    )
    .refine((key) => !DANGEROUS.has(key), {
      error: 'No question can have this key.',
      params: { code: 'reserved' },
    })
    .meta({ description: 'Its name in posts: answers.<key>', examples: ['tenure'] }),
  label: text({ max: 200 }).meta({
    description: 'What is asked; it is kept with each answer',
    examples: ['Do you rent or own your home?'],
  }),
  hint: text({ max: 300 }).optional().meta({ description: 'A word beside it, if need be' }),
  required: z.boolean().default(false),
};

const options = () =>
  z
    .array(text({ max: LONGEST_OPTION }))
    .min(2, 'A choice has at least two options.')
    .max(MOST_OPTIONS, `A choice has at most ${MOST_OPTIONS} options.`)
    .refine((all) => new Set(all).size === all.length, {
      error: 'Each option must be another.',
      params: { code: 'duplicate' },
    })
    .meta({ description: 'The texts to choose from, which are also what is posted' });

const ordered = {
  error: 'The least must not be greater than the most.',
  params: { code: 'out_of_range' },
};

const longest = (most: number) =>
  z
    .number()
    .int()
    .min(1)
    .max(most)
    .optional()
    .meta({ description: 'Longest answer, in characters' });

/** A question that a form asks besides the usual ones. */
export const questionSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('text'), ...common, maxLength: longest(500) }),
    z.strictObject({ type: z.literal('long_text'), ...common, maxLength: longest(4000) }),
    z.strictObject({ type: z.literal('choice'), ...common, options: options() }),
    z.strictObject({
      type: z.literal('choices'),
      ...common,
      options: options(),
      maxChoices: z.number().int().min(1).max(MOST_OPTIONS).optional(),
    }),
    z.strictObject({ type: z.literal('boolean'), ...common }).meta({
      description: 'A box to tick; where it is required, it has to be ticked',
    }),
    z
      .strictObject({
        type: z.literal('date'),
        ...common,
        earliest: isoDate().optional(),
        latest: isoDate().optional(),
      })
      .refine(
        ({ earliest, latest }) =>
          earliest === undefined || latest === undefined || earliest <= latest,
        { path: ['earliest'], ...ordered },
      ),
    z
      .strictObject({
        type: z.literal('number'),
        ...common,
        minimum: z.number().optional(),
        maximum: z.number().optional(),
        whole: z.boolean().optional().meta({ description: 'Whether only whole numbers will do' }),
      })
      .refine(
        ({ minimum, maximum }) =>
          minimum === undefined || maximum === undefined || minimum <= maximum,
        { path: ['minimum'], ...ordered },
      ),
  ])
  .meta({ id: 'FormQuestion' });
export type Question = z.output<typeof questionSchema>;

/** All questions of a form, in their order; no key twice. */
export const questionsSchema = z
  .array(questionSchema)
  .max(MOST_QUESTIONS, `A form asks at most ${MOST_QUESTIONS} questions.`)
  .check(
    z.superRefine((questions, context) => {
      const keys = new Set<string>();
      for (const [index, { key }] of questions.entries()) {
        if (keys.has(key)) {
          context.addIssue({
            code: 'custom',
            path: [index, 'key'],
            message: 'There is another question with this key.',
            params: { code: 'duplicate' },
          });
        }
        keys.add(key);
      }
    }),
  );
