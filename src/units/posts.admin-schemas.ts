import { z } from 'zod';
import { unitReferenceSchema } from '../organisers/unit-reference.schema.js';
import { pageOf, pageQuerySchema } from '../platform/http/keyset-page.js';
import { instant, uuidV7Id } from '../platform/http/text.schema.js';
import { OFFICES } from './office.js';
import { coverSchema } from './post-covers.admin-schemas.js';

export const postsQuerySchema = pageQuerySchema.extend({
  unit: uuidV7Id().optional().meta({ description: 'Id of a region or branch' }),
  vacant: z
    .literal('true')
    .transform(() => true)
    .optional()
    .meta({
      description:
        '“true”: only those that nobody holds, or whose holder has no open account or no role ' +
        'that reaches the unit any more',
    }),
});
export type PostsQuery = z.infer<typeof postsQuerySchema>;

const officerSchema = z
  .object({ id: uuidV7Id(), name: z.string().meta({ examples: ['Secretary of Leeds'] }) })
  .nullable();

export const postSchema = z
  .object({
    id: uuidV7Id(),
    office: z.enum(OFFICES),
    unit: unitReferenceSchema.extend({ id: uuidV7Id() }),
    holder: officerSchema.meta({ description: 'null: nobody was put there' }),
    standIn: officerSchema.meta({ description: 'Who covers it, also while it is vacant' }),
    vacant: z.boolean().meta({
      description:
        'Whether its duties find no holder: there is none, or they have no open account or no ' +
        'role that reaches the unit any more',
    }),
    covers: z
      .array(coverSchema)
      .meta({ description: 'Who does its duties from when to when, now and later' }),
    version: z.number().int().meta({ description: 'Also the ETag; a change names it in If-Match' }),
    updatedAt: instant(),
  })
  .meta({ id: 'Post' });
export type AdminPost = z.input<typeof postSchema>;

export const postsPageSchema = pageOf(postSchema).meta({ id: 'PostsPage' });

const officerId = () =>
  uuidV7Id().nullable().optional().meta({
    description: 'Id of an organiser with a role on this unit or one above it; null: nobody',
  });

export const postChangeSchema = z
  .strictObject({ holderId: officerId(), standInId: officerId() })
  .meta({ id: 'PostChange', description: 'What is left out stays' });
export type PostChange = z.infer<typeof postChangeSchema>;
