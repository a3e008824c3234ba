import { z } from 'zod';
import { instant, uuidV7Id } from '../platform/http/text.schema.js';
import { grantStateSchema } from './grants.admin-schemas.js';
import { PERMISSIONS, ROLES } from './permissions.js';
import { organiserSchema } from './sessions.schemas.js';
import { unitReferenceSchema } from './unit-reference.schema.js';

export const meSchema = z
  .object({
    organiser: organiserSchema,
    grants: z.array(
      z.object({
        id: uuidV7Id(),
        role: z.enum(ROLES),
        unit: unitReferenceSchema,
        state: grantStateSchema,
        validFrom: instant(),
        validUntil: instant().nullable().meta({ description: 'null: until it is ended' }),
        readOnlyUntil: instant()
          .nullable()
          .meta({ description: 'Until when you may still read after its end; null: not at all' }),
      }),
    ),
    permissions: z.array(z.enum(PERMISSIONS)).meta({
      description: 'What the grants allow that hold at this moment; those in their grace, to read',
    }),
  })
  .meta({ id: 'Me' });
