import { z } from 'zod';
import { instant } from '../platform/http/text.schema.js';
import { PERMISSIONS, ROLES } from './permissions.js';
import { organiserSchema } from './sessions.schemas.js';
import { unitReferenceSchema } from './unit-reference.schema.js';

export const meSchema = z
  .object({
    organiser: organiserSchema,
    grants: z.array(
      z.object({
        role: z.enum(ROLES),
        unit: unitReferenceSchema,
        validFrom: instant(),
        validUntil: instant().nullable().meta({ description: 'null: until it is ended' }),
      }),
    ),
    permissions: z
      .array(z.enum(PERMISSIONS))
      .meta({ description: 'What the grants allow that hold at this moment' }),
  })
  .meta({ id: 'Me' });
