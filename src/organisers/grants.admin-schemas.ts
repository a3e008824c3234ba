import { z } from 'zod';
import { pageOf, pageQuerySchema } from '../platform/http/keyset-page.js';
import { dayOrTime, instant, text, uuidV7Id } from '../platform/http/text.schema.js';
import { OFFICES } from '../units/office.js';
import { ROLES } from './permissions.js';
import { unitReferenceSchema } from './unit-reference.schema.js';

/** How a grant stands at a moment; `grant-columns.ts` says when it is which. */
export const GRANT_STATES = ['upcoming', 'current', 'ending', 'grace', 'ended'] as const;
export type GrantState = (typeof GRANT_STATES)[number];

export const grantStateSchema = z.enum(GRANT_STATES).meta({
  description:
    '`ending`: it holds, and ends within 30 days; `grace`: it has ended and lets its holder read, ' +
    'until it is confirmed or over',
});

export const grantsQuerySchema = pageQuerySchema.extend({
  unit: uuidV7Id().optional().meta({ description: 'Id of the unit that it was given on' }),
  role: z.enum(ROLES).optional().meta({ description: 'The role that it gives' }),
  organiser: uuidV7Id().optional().meta({ description: 'Id of the organiser who holds it' }),
  state: grantStateSchema.optional(),
});
export type GrantsQuery = z.infer<typeof grantsQuerySchema>;

const unitWithIdSchema = unitReferenceSchema.extend({ id: uuidV7Id() });

export const grantSchema = z
  .object({
    id: uuidV7Id(),
    organiser: z.object({
      id: uuidV7Id(),
      name: z.string(),
      email: z.string(),
      disabled: z.boolean().meta({ description: 'true: the account is closed, and holds nothing' }),
    }),
    role: z.enum(ROLES),
    unit: unitWithIdSchema.meta({ description: 'It reaches this unit and all below it' }),
    state: grantStateSchema,
    validFrom: instant(),
    validUntil: instant().nullable().meta({ description: 'null: until it is ended' }),
    readOnlyUntil: instant().nullable().meta({
      description: 'Until when its holder may still read after its end; null: not at all',
    }),
    endedAt: instant().nullable().meta({ description: 'When somebody ended it; else null' }),
    endReason: z.string().nullable(),
    coverId: uuidV7Id()
      .nullable()
      .meta({ description: 'The cover of a post that it was given for, with which it ends' }),
    version: z.number().int().meta({ description: 'Also the ETag; a change names it in If-Match' }),
    updatedAt: instant(),
  })
  .meta({ id: 'Grant' });
export type AdminGrant = z.input<typeof grantSchema>;

export const grantsPageSchema = pageOf(grantSchema).meta({ id: 'GrantsPage' });

const validFrom = () =>
  dayOrTime('start').meta({
    description: 'A time, or a day in London, at whose beginning it begins; default: now',
  });
const validUntil = () =>
  dayOrTime('end').meta({
    description: 'A time, or the last day (in London) on which it holds',
  });

export const newGrantSchema = z
  .strictObject({
    organiserId: uuidV7Id().meta({ description: 'Id of an organiser whom you see' }),
    role: z.enum(ROLES),
    unit: uuidV7Id().meta({ description: 'Id of the unit' }),
    validFrom: validFrom().optional(),
    validUntil: validUntil().optional(),
  })
  .meta({ id: 'NewGrant' });
export type NewGrantInput = z.infer<typeof newGrantSchema>;

export const grantChangeSchema = z
  .strictObject({
    validFrom: validFrom().optional().meta({ description: 'Only while it has not begun' }),
    validUntil: validUntil().nullable().optional().meta({ description: 'null: without an end' }),
  })
  .meta({ id: 'GrantChange', description: 'What is left out stays' });
export type GrantChange = z.infer<typeof grantChangeSchema>;

export const grantConfirmationSchema = z
  .strictObject({ validUntil: validUntil() })
  .meta({ id: 'GrantConfirmation' });
export type GrantConfirmation = z.infer<typeof grantConfirmationSchema>;

export const grantEndingSchema = z
  .strictObject({
    reason: text({ max: 500 })
      .optional()
      .meta({ description: 'Why, for whoever looks at it later', examples: ['Has resigned'] }),
  })
  .meta({ id: 'GrantEnding' });
export type GrantEnding = z.infer<typeof grantEndingSchema>;

export const endedGrantSchema = grantSchema
  .extend({
    postsLeft: z
      .array(z.object({ id: uuidV7Id(), office: z.enum(OFFICES), unit: unitWithIdSchema }))
      .meta({
        description:
          'Posts among yours that they are named for and can no longer see to: put somebody there',
      }),
  })
  .meta({ id: 'EndedGrant' });
export type PostLeft = z.input<typeof endedGrantSchema>['postsLeft'][number];
