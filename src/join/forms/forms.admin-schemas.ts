import { z } from 'zod';
import { unitReferenceSchema } from '../../organisers/unit-reference.schema.js';
import { pageOf, pageQuerySchema } from '../../platform/http/keyset-page.js';
import { instant, text, uuidV7Id } from '../../platform/http/text.schema.js';
import { isFormOrigin, pageAddressOf } from './form-origins.js';
import { questionSchema, questionsSchema } from './form-questions.js';

const MOST_ORIGINS = 50;
/** What stands beside `GET /join/{slug}`: a form of this name would not be found there. */
const TAKEN_BY_ROUTES: ReadonlySet<string> = new Set(['thanks']);

const slug = () =>
  z
    .string()
    .min(1)
    .max(100)
    .regex(
      /^[a-z0-9]+(?:-[a-z0-9]+)*$/,
      'This must be words of lower-case letters joined by hyphens.',
    )
    .refine((value) => !TAKEN_BY_ROUTES.has(value), {
      error: ({ input }) =>
        `No form can have the address “${String(input)}”: something else is there.`,
      params: { code: 'reserved' },
    })
    .meta({
      description: 'Its public id: `formId` in posts, and /join/<slug>; never changes',
      examples: ['renters'],
    });

const name = () =>
  text({ max: 100 }).meta({
    description: 'Also the heading of its hosted page',
    examples: ['Join the renters’ campaign'],
  });

const origins = () =>
  z
    .array(
      text({ max: 300 }).refine(isFormOrigin, {
        error:
          'This must be an origin such as https://www.example.org, with https unless it is on localhost.',
        params: { code: 'invalid_origin' },
      }),
    )
    .max(MOST_ORIGINS, `A form may be posted from at most ${MOST_ORIGINS} origins.`)
    .transform((all) => [...new Set(all)])
    .meta({ description: 'Sites that may post it besides our own' });

const thankYouUrl = () =>
  text({ max: 500 })
    .refine((value) => pageAddressOf(value) !== undefined, {
      error:
        'This must be an address such as https://www.example.org/thank-you, with https unless it is on localhost.',
      params: { code: 'invalid_url' },
    })
    .overwrite((value) => pageAddressOf(value) ?? value)
    .nullable()
    .meta({
      description:
        'Where a form post goes after success, on one of its origins; null: our own page',
    });

const sequence = () =>
  text({ max: 100 })
    .nullable()
    .meta({ description: 'Name of a sequence of messages; kept until sequences are there' });

const sourceDefaultsSchema = z
  .strictObject({
    campaign: text({ max: 200 }).optional(),
    utmSource: text({ max: 200 }).optional(),
    utmMedium: text({ max: 200 }).optional(),
    utmCampaign: text({ max: 200 }).optional(),
  })
  .meta({ description: 'Fills what a post leaves out of its `source`' });

const challenge = () =>
  z.boolean().meta({
    description: 'Whether posts need proof of work; those without are looked at by a person first',
  });

export const newFormSchema = z
  .strictObject({
    slug: slug(),
    name: name(),
    unitId: uuidV7Id().meta({ description: 'Whose it is; never changes' }),
    origins: origins().default([]),
    thankYouUrl: thankYouUrl().default(null),
    sequence: sequence().default(null),
    sourceDefaults: sourceDefaultsSchema.default({}),
    questions: questionsSchema.default([]),
    challenge: challenge().default(false),
  })
  .meta({ id: 'NewForm' });
export type NewForm = z.output<typeof newFormSchema>;

export const formChangeSchema = z
  .strictObject({
    name: name().optional(),
    origins: origins().optional(),
    thankYouUrl: thankYouUrl().optional(),
    sequence: sequence().optional(),
    sourceDefaults: sourceDefaultsSchema.optional(),
    questions: questionsSchema.optional(),
    challenge: challenge().optional(),
    closed: z
      .boolean()
      .optional()
      .meta({ description: 'true: it takes no more posts; false: it does again' }),
  })
  .meta({ id: 'FormChange', description: 'What is left out stays; lists are replaced whole' });
export type FormChange = z.output<typeof formChangeSchema>;

export const formsQuerySchema = pageQuerySchema.extend({
  unit: uuidV7Id().optional().meta({ description: 'Id of a unit' }),
  state: z.enum(['open', 'closed', 'all']).default('open'),
});
export type FormsQuery = z.infer<typeof formsQuerySchema>;

export const formSchema = z
  .object({
    id: uuidV7Id(),
    slug: z.string(),
    name: z.string(),
    unit: unitReferenceSchema.extend({ id: uuidV7Id() }),
    origins: z.array(z.string()),
    thankYouUrl: z.string().nullable(),
    sequence: z.string().nullable(),
    sourceDefaults: sourceDefaultsSchema,
    questions: z.array(questionSchema),
    challenge: z.boolean(),
    closedAt: instant().nullable(),
    version: z.number().int().meta({ description: 'Also the ETag; a change names it in If-Match' }),
    createdAt: instant(),
    updatedAt: instant(),
  })
  .meta({ id: 'Form' });
export type AdminForm = z.input<typeof formSchema>;

export const formsPageSchema = pageOf(formSchema).meta({ id: 'FormsPage' });
