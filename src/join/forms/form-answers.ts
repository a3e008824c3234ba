import { z } from 'zod';
import { isoDate, text } from '../../platform/http/text.schema.js';
import { LONGEST_OPTION, type Question } from './form-questions.js';

export type Answer = string | number | boolean | string[];
/** The answers of a post by the keys of their questions. */
export type Answers = Record<string, Answer | undefined>;

/** An answer with its question, as it is kept: forms change, and what was asked must not. */
export interface AnsweredQuestion {
  readonly key: string;
  readonly type: Question['type'];
  readonly label: string;
  readonly value: Answer;
}

const USUAL_TEXT = 200;
const USUAL_LONG_TEXT = 2000;
const NEEDED = 'Please answer this question.';

/** Answers of whatever form: for the API's description, and the type of a post. */
export const anyAnswers: z.ZodType<Answers> = z
  .record(
    z.string().max(40),
    z.union([
      z.string().max(4000),
      z.number(),
      z.boolean(),
      z.array(z.string().max(LONGEST_OPTION)),
    ]),
  )
  .meta({
    description:
      'What the form asks besides, by the keys of its questions; as form fields `answers.<key>`. A key that the form does not ask is a 422',
  });

/** What may be answered to these questions; without questions, nothing. */
export function answersSchema(questions: readonly Question[]): z.ZodType<Answers | undefined> {
  if (questions.length === 0) return z.strictObject({}).optional();
  const shape = Object.fromEntries(
    questions.map((question) => {
      const answer = answerSchema(question);
      return [question.key, question.required ? answer : answer.optional()];
    }),
  );
  // Nothing given leaves each question unanswered, and that is told one by one.
  return z.preprocess(ownAlone, z.strictObject(shape)).prefault({});
}

/** Answers without what every object inherits: nobody answered that. */
function ownAlone(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given;
  return Object.assign(Object.create(null) as object, given);
}

/** The questions that were answered, in the order in which they were asked. */
export function answeredQuestions(
  questions: readonly Question[],
  answers: Answers = {},
): AnsweredQuestion[] {
  return questions.flatMap(({ key, type, label }) => {
    const value = Object.hasOwn(answers, key) ? answers[key] : undefined;
    return value === undefined ? [] : [{ key, type, label, value }];
  });
}

function answerSchema(question: Question): z.ZodType<Answer | undefined> {
  switch (question.type) {
    case 'text':
      return text({ max: question.maxLength ?? USUAL_TEXT, needed: NEEDED });
    case 'long_text':
      return text({ max: question.maxLength ?? USUAL_LONG_TEXT, multiline: true, needed: NEEDED });
    case 'choice':
      return oneOf(question.options);
    case 'choices':
      return someOf(question);
    case 'boolean':
      return question.required
        ? z.boolean({ error: NEEDED }).refine((isTicked) => isTicked, {
            error: 'Please tick this box.',
            params: { code: 'required' },
          })
        : z.boolean({ error: 'This is either true or false.' });
    case 'date':
      return dateBetween(question);
    case 'number':
      return numberBetween(question);
  }
}

function oneOf(options: readonly string[]) {
  const known = new Set(options);
  return text({ max: LONGEST_OPTION, needed: NEEDED }).refine((value) => known.has(value), {
    error: 'Please choose one of the options.',
    params: { code: 'invalid_choice' },
  });
}

/** In the order of the options, each once, so that the same answer is written in one way. */
function someOf({ options, required, maxChoices }: Question & { type: 'choices' }) {
  const most = maxChoices ?? options.length;
  return z
    .array(oneOf(options), { error: NEEDED })
    .max(options.length)
    .min(required ? 1 : 0, NEEDED)
    .transform((given) => options.filter((option) => given.includes(option)))
    .refine((chosen) => chosen.length <= most, {
      error: `Please choose at most ${most}.`,
      params: { code: 'too_big' },
    })
    .transform((chosen) => (chosen.length === 0 ? undefined : chosen));
}

function dateBetween({ earliest, latest }: Question & { type: 'date' }) {
  return isoDate().refine(
    (day) => (earliest === undefined || day >= earliest) && (latest === undefined || day <= latest),
    {
      error: `Please give a date ${between(earliest, latest)}.`,
      params: { code: 'out_of_range' },
    },
  );
}

function numberBetween({ minimum, maximum, whole }: Question & { type: 'number' }) {
  const fits = (value: number): boolean =>
    (minimum === undefined || value >= minimum) && (maximum === undefined || value <= maximum);
  return z
    .number({ error: 'Please give a number.' })
    .refine((value) => whole !== true || Number.isSafeInteger(value), {
      error: 'Please give a whole number.',
      params: { code: 'invalid_type' },
    })
    .refine(fits, {
      error: `Please give a number ${between(minimum, maximum)}.`,
      params: { code: 'out_of_range' },
    });
}

function between(least: string | number | undefined, most: string | number | undefined): string {
  if (least === undefined) return `up to ${most}`;
  return most === undefined ? `from ${least} on` : `from ${least} to ${most}`;
}
