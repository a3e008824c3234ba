import { z } from 'zod';
import { ROLES } from '../../organisers/permissions.js';
import { organiserSchema } from '../../organisers/sessions.schemas.js';
import { unitReferenceSchema } from '../../organisers/unit-reference.schema.js';
import { linkToken, typedPassword } from '../password.schemas.js';

export const acceptanceSchema = z
  .strictObject({
    token: linkToken(),
    password: typedPassword(
      'A new one, for an address that has no account; else the one of the account',
    ),
  })
  .meta({ id: 'InvitationAcceptance' });
export type Acceptance = z.infer<typeof acceptanceSchema>;

export const acceptedInvitationSchema = z
  .object({
    organiser: organiserSchema,
    role: z.enum(ROLES),
    unit: unitReferenceSchema,
  })
  .meta({ id: 'AcceptedInvitation' });
export type AcceptedInvitation = z.input<typeof acceptedInvitationSchema>;
