import { z } from 'zod';
import { dayOrTime, instant, uuidV7Id } from '../platform/http/text.schema.js';

export const coverSchema = z
  .object({
    id: uuidV7Id(),
    organiser: z.object({
      id: uuidV7Id(),
      name: z.string().meta({ examples: ['Secretary of Leeds'] }),
    }),
    from: instant(),
    until: instant(),
  })
  .meta({ id: 'PostCover' });
export type PostCover = z.input<typeof coverSchema>;

export const arrangedCoverSchema = coverSchema
  .extend({
    grantId: uuidV7Id().nullable().meta({
      description: 'The grant that they got for this time; null where they have the right',
    }),
  })
  .meta({ id: 'ArrangedPostCover' });
export type ArrangedCover = z.input<typeof arrangedCoverSchema>;

export const newCoverSchema = z
  .strictObject({
    organiserId: uuidV7Id().meta({ description: 'Who stands in' }),
    from: dayOrTime('start').meta({
      description: 'A time, or a day in London, at whose beginning it begins; one of today is now',
    }),
    until: dayOrTime('end').meta({
      description: 'A time, or the last day (in London) that is covered; at most a year on',
    }),
  })
  .meta({ id: 'NewPostCover' });
export type NewCoverInput = z.infer<typeof newCoverSchema>;

/** The `{ id, coverId }` of a path. */
export const coverParametersSchema = z.object({ id: uuidV7Id(), coverId: uuidV7Id() });
export type CoverParameters = z.infer<typeof coverParametersSchema>;
