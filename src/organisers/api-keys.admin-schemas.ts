import { z } from 'zod';
import { pageOf, pageQuerySchema } from '../platform/http/keyset-page.js';
import { instant, isoTime, text, uuidV7Id } from '../platform/http/text.schema.js';
import { KEY_SCOPES, type KeyScope } from './api-key-scopes.js';
import { unitReferenceSchema } from './unit-reference.schema.js';

const name = () =>
  text({ max: 100 }).meta({
    description: 'What it is for, so that others know whether it may go',
    examples: ['Website of the region'],
  });

const scopes = () =>
  z
    .array(z.enum(KEY_SCOPES), { error: 'This must be a list of scopes.' })
    .min(1, 'A key needs a scope.')
    .max(KEY_SCOPES.length)
    .transform((given): KeyScope[] => KEY_SCOPES.filter((scope) => given.includes(scope)));

export const newApiKeySchema = z
  .strictObject({
    name: name(),
    scopes: scopes().meta({
      description:
        'What it may do: take joins of a server’s visitors (`join.post`), or read. Keys write nothing else yet',
    }),
    unitId: uuidV7Id().meta({ description: 'It reaches this unit and those below it' }),
    expiresAt: isoTime().meta({ description: 'Two years from now at the latest' }),
  })
  .meta({ id: 'NewApiKey' });
export type NewApiKey = z.output<typeof newApiKeySchema>;

export const apiKeyChangeSchema = z.strictObject({ name: name() }).meta({ id: 'ApiKeyChange' });
export type ApiKeyChange = z.infer<typeof apiKeyChangeSchema>;

export const rotationSchema = z
  .strictObject({
    overlapHours: z
      .number()
      .int()
      .min(0)
      .max(168)
      .meta({ description: 'For how long the present secret goes on working; 0: it ends at once' }),
  })
  .meta({ id: 'ApiKeyRotation' });
export type Rotation = z.infer<typeof rotationSchema>;

export const apiKeysQuerySchema = pageQuerySchema.extend({
  unit: uuidV7Id().optional().meta({ description: 'Id of a unit' }),
  createdBy: uuidV7Id().optional().meta({ description: 'Id of the organiser who made it' }),
  state: z
    .enum(['working', 'ended', 'all'])
    .default('working')
    .meta({ description: 'Ended: expired or revoked' }),
});
export type ApiKeysQuery = z.infer<typeof apiKeysQuerySchema>;

export const apiKeySchema = z
  .object({
    id: uuidV7Id(),
    name: z.string(),
    prefix: z
      .string()
      .meta({ description: 'What its secret begins with', examples: ['blk_q3Vd8sZk'] }),
    scopes: z.array(z.enum(KEY_SCOPES)),
    unit: unitReferenceSchema.extend({ id: uuidV7Id() }),
    createdBy: z
      .object({ id: uuidV7Id(), name: z.string().nullable() })
      .nullable()
      .meta({ description: 'The key stays when they go' }),
    createdAt: instant(),
    updatedAt: instant(),
    expiresAt: instant(),
    lastUsedAt: instant().nullable().meta({ description: 'To the minute; null: never' }),
    revokedAt: instant().nullable(),
    previousPrefix: z
      .string()
      .nullable()
      .meta({ description: 'Of the secret before, while it still works' }),
    previousUntil: instant().nullable(),
    version: z.number().int().meta({ description: 'Also the ETag; a change names it in If-Match' }),
  })
  .meta({ id: 'ApiKey' });
export type AdminApiKey = z.input<typeof apiKeySchema>;

export const shownApiKeySchema = apiKeySchema
  .extend({
    secret: z.string().meta({
      description: 'For “Authorization: Bearer …”. Shown this once; we keep only its hash',
    }),
  })
  .meta({ id: 'ShownApiKey' });

export const apiKeysPageSchema = pageOf(apiKeySchema).meta({ id: 'ApiKeysPage' });
