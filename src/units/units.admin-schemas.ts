import { z } from 'zod';
import { pageOf, pageQuerySchema } from '../platform/http/keyset-page.js';
import { emailAddress, instant, isoTime, text, uuidV7Id } from '../platform/http/text.schema.js';
import { positionOfBranch } from './position.schema.js';
import { branchSlug, unitSlug } from './slug.schema.js';

const SLUG_WORDS = { description: 'Name in addresses; never changes', examples: ['otley'] };
const nameField = () => text({ max: 200 }).meta({ examples: ['Otley'] });
const phoneField = () =>
  text({ max: 40 })
    .nullable()
    .optional()
    .meta({ description: 'Public, as the organisation writes it', examples: ['0113 496 0000'] });
const emailField = () =>
  emailAddress()
    .nullable()
    .optional()
    .meta({ description: 'Public, and where notices go while a post is vacant' });

const contactFields = { phone: phoneField(), email: emailField() };

const placeFields = {
  town: text({ max: 200 }).nullable().optional(),
  meets: text({ max: 500 })
    .nullable()
    .optional()
    .meta({
      description:
        'When it meets, public. From the first words that tell no time it becomes the venue, unless `venue` is given, too',
      examples: ['Every Monday, 7.30 pm'],
    }),
  venue: text({ max: 500 })
    .nullable()
    .optional()
    .meta({ examples: ['The Old Library'] }),
  position: positionOfBranch()
    .nullable()
    .optional()
    .meta({ description: 'Where it meets, in degrees (WGS84)' }),
  publishes: z
    .strictObject({ position: z.boolean().optional(), venue: z.boolean().optional() })
    .optional()
    .meta({
      description: 'Whether the exact position and the venue are public; else they are not',
    }),
};

export const branchesQuerySchema = pageQuerySchema.extend({
  region: text({ max: 100 }).optional().meta({ description: 'Slug of a region' }),
  state: z.enum(['open', 'closed', 'all']).default('open'),
});
export type BranchesQuery = z.infer<typeof branchesQuerySchema>;

export const newRegionSchema = z
  .strictObject({ slug: unitSlug().meta(SLUG_WORDS), name: nameField(), ...contactFields })
  .meta({ id: 'NewRegion' });
export type NewRegion = z.infer<typeof newRegionSchema>;

export const regionChangeSchema = z
  .strictObject({ name: nameField().optional(), ...contactFields })
  .meta({ id: 'RegionChange', description: 'What is left out stays; null takes away' });
export type RegionChange = z.infer<typeof regionChangeSchema>;

export const newBranchSchema = z
  .strictObject({
    slug: branchSlug().meta(SLUG_WORDS),
    name: nameField(),
    region: text({ max: 100 }).meta({ description: 'Slug of its region', examples: ['yorkshire'] }),
    ...contactFields,
    ...placeFields,
  })
  .meta({ id: 'NewBranch' });
export type NewBranch = z.infer<typeof newBranchSchema>;

export const branchChangeSchema = z
  .strictObject({
    name: nameField().optional(),
    ...contactFields,
    ...placeFields,
    closedAt: isoTime().nullable().optional().meta({
      description:
        'Closes the branch, from a time that has come; null opens it again, without its rules',
    }),
  })
  .meta({ id: 'BranchChange', description: 'What is left out stays; null takes away' });
export type BranchChange = z.infer<typeof branchChangeSchema>;

const optionalText = z.string().nullable();

const unitFields = {
  id: uuidV7Id(),
  slug: z.string().meta({ examples: ['otley'] }),
  name: z.string().meta({ examples: ['Otley'] }),
  phone: optionalText,
  email: optionalText,
};
const recordFields = {
  version: z.number().int().meta({ description: 'Also the ETag; a change names it in If-Match' }),
  createdAt: instant(),
  updatedAt: instant(),
};

export const adminRegionSchema = z
  .object({ ...unitFields, ...recordFields })
  .meta({ id: 'AdminRegion' });
export type AdminRegion = z.input<typeof adminRegionSchema>;

export const adminRegionsPageSchema = pageOf(adminRegionSchema).meta({ id: 'AdminRegionsPage' });

export const adminBranchSchema = z
  .object({
    ...unitFields,
    region: z.object({ slug: z.string(), name: z.string() }),
    town: optionalText,
    meets: optionalText,
    venue: optionalText,
    position: z
      .object({ lat: z.number(), long: z.number() })
      .nullable()
      .meta({ description: 'Exact, whether or not it is public' }),
    publishes: z.object({ position: z.boolean(), venue: z.boolean() }),
    closedAt: instant().nullable(),
    ...recordFields,
  })
  .meta({ id: 'AdminBranch' });
export type AdminBranch = z.input<typeof adminBranchSchema>;

export const adminBranchesPageSchema = pageOf(adminBranchSchema).meta({ id: 'AdminBranchesPage' });

export const changedBranchSchema = adminBranchSchema
  .extend({
    closing: z
      .object({
        rulesDropped: z
          .array(z.string())
          .meta({ description: 'Codes that no longer lead here', examples: [['LS21']] }),
        peopleToMove: z.object({
          count: z.number().int(),
          overridden: z
            .number()
            .int()
            .meta({
              description:
                'Of those counted: put here by an organiser’s override, which no recompute touches. They ' +
                'stay until it ends or an organiser puts them elsewhere',
            }),
          capped: z.boolean().meta({ description: 'true: there are more than were counted' }),
        }),
        openDuties: z.number().int(),
        next: z.string().meta({ description: 'What happens now, in words' }),
      })
      .nullable()
      .meta({ description: 'What closing did; null where this change closed nothing' }),
  })
  .meta({ id: 'ChangedBranch' });
export type BranchClosing = NonNullable<z.input<typeof changedBranchSchema>['closing']>;
