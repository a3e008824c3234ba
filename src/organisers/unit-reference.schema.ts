import { z } from 'zod';

/** A unit as records refer to it. */
export const unitReferenceSchema = z
  .object({
    kind: z.enum(['national', 'region', 'branch']),
    slug: z.string().meta({ examples: ['wales'] }),
    name: z.string().meta({ examples: ['Wales'] }),
  })
  .meta({ id: 'UnitReference' });

/** A region or branch as records refer to it, null where there is none. */
export const placeSchema = z
  .object({ slug: z.string(), name: z.string() })
  .nullable()
  .meta({ examples: [{ slug: 'wales', name: 'Wales' }] });
