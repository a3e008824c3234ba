import { z } from 'zod';
import { pageOf, pageQuerySchema } from '../platform/http/keyset-page.js';
import { instant, uuidV7Id } from '../platform/http/text.schema.js';

export const postcodeDatasetsQuerySchema = pageQuerySchema.pick({ limit: true, cursor: true });
export type PostcodeDatasetsQuery = z.infer<typeof postcodeDatasetsQuerySchema>;

const rows = () => z.number().int().min(0);

export const postcodeDatasetSchema = z
  .object({
    id: uuidV7Id(),
    version: z.string().meta({
      description: 'As allocations name it',
      examples: ['code-point-open-2025-11'],
    }),
    kind: z.enum(['onspd', 'nspl', 'code-point-open']),
    state: z.enum(['importing', 'complete']),
    current: z.boolean().meta({ description: 'Whether this is the version that answers' }),
    fileName: z.string().meta({ description: 'What it was imported from' }),
    live: rows().meta({ description: 'Postcodes in use' }),
    terminated: rows().meta({ description: 'Postcodes that were withdrawn' }),
    withoutPosition: rows().meta({ description: 'Of all these, those that have no position' }),
    rejected: rows().meta({ description: 'Rows that could not be read' }),
    createdAt: instant(),
    completedAt: instant().nullable(),
  })
  .meta({ id: 'PostcodeDataset' });
export type AdminPostcodeDataset = z.input<typeof postcodeDatasetSchema>;

export const postcodeDatasetsPageSchema = pageOf(postcodeDatasetSchema).meta({
  id: 'PostcodeDatasetsPage',
});
