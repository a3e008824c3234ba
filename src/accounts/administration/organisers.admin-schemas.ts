import { z } from 'zod';
import { ROLES } from '../../organisers/permissions.js';
import { unitReferenceSchema } from '../../organisers/unit-reference.schema.js';
import { pageOf, pageQuerySchema } from '../../platform/http/keyset-page.js';
import { instant, text, uuidV7Id } from '../../platform/http/text.schema.js';
import { OFFICES } from '../../units/office.js';

export const organisersQuerySchema = pageQuerySchema.extend({
  q: text({ max: 200 })
    .optional()
    .meta({ description: 'A part of the name or the address', examples: ['secretary'] }),
  unit: uuidV7Id().optional().meta({ description: 'Id of a unit: who holds a grant on it itself' }),
});
export type OrganisersQuery = z.infer<typeof organisersQuerySchema>;

const unitWithId = () => unitReferenceSchema.extend({ id: uuidV7Id() });

export const organiserSummarySchema = z
  .object({
    id: uuidV7Id(),
    email: z.string().meta({ examples: ['secretary@example.org'] }),
    name: z.string().meta({ examples: ['Secretary of Leeds'] }),
    disabledAt: instant().nullable().meta({ description: 'Since when it is closed; null: open' }),
    grants: z
      .array(
        z.object({
          id: uuidV7Id(),
          role: z.enum(ROLES),
          unit: unitWithId(),
          validFrom: instant(),
          validUntil: instant().nullable().meta({ description: 'null: until it is ended' }),
        }),
      )
      .meta({ description: 'Those that hold or will hold, on units of yours' }),
    createdAt: instant(),
    updatedAt: instant().meta({
      description: 'When the name changed, or the account was closed or opened',
    }),
  })
  .meta({ id: 'OrganiserSummary' });
export type OrganiserSummary = z.input<typeof organiserSummarySchema>;

export const organiserRecordSchema = organiserSummarySchema
  .extend({
    disabledReason: z.string().nullable().meta({
      description: 'Why it was closed, for national administrators; null for all others',
    }),
    lastSignInOn: z
      .string()
      .nullable()
      .meta({ description: 'The day of the latest sign-in, in UTC', examples: ['2026-11-20'] }),
    posts: z
      .array(
        z.object({
          id: uuidV7Id(),
          office: z.enum(OFFICES),
          unit: unitWithId(),
          as: z.enum(['holder', 'stand_in']),
        }),
      )
      .meta({ description: 'Posts of units of yours that they hold or cover' }),
    version: z.number().int().meta({ description: 'Also the ETag; a change names it in If-Match' }),
  })
  .meta({ id: 'OrganiserRecord' });
export type OrganiserRecord = z.input<typeof organiserRecordSchema>;

export const organisersPageSchema = pageOf(organiserSummarySchema).meta({ id: 'OrganisersPage' });

export const organiserChangeSchema = z
  .strictObject({
    name: text({ max: 200, needed: 'Please give the name of the organiser.' }).meta({
      description: 'How others see them',
    }),
  })
  .meta({ id: 'OrganiserChange' });
export type OrganiserChange = z.infer<typeof organiserChangeSchema>;

export const disablingSchema = z
  .strictObject({
    reason: text({ max: 500 })
      .optional()
      .meta({
        description: 'For other national administrators; nothing about somebody’s views or health',
        examples: ['Left the committee'],
      }),
  })
  .meta({ id: 'OrganiserDisabling' });
export type Disabling = z.infer<typeof disablingSchema>;
