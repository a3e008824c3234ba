import { z } from 'zod';
import { ROLES } from '../../organisers/permissions.js';
import { unitReferenceSchema } from '../../organisers/unit-reference.schema.js';
import { pageOf, pageQuerySchema } from '../../platform/http/keyset-page.js';
import { emailAddress, instant, isoTime, text, uuidV7Id } from '../../platform/http/text.schema.js';

const span = (description: string) => isoTime().optional().meta({ description });

export const newInvitationSchema = z
  .strictObject({
    email: emailAddress().meta({
      description: 'Where the invitation goes; later, what they sign in with',
    }),
    name: text({ max: 200, needed: 'Please give the name of the organiser.' }).meta({
      description: 'How others see them. An account that exists keeps its own',
      examples: ['Secretary of Leeds'],
    }),
    role: z.enum(ROLES).meta({ description: 'One that you may give on this unit' }),
    unitId: uuidV7Id().meta({ description: 'The unit the role is for, and all units below it' }),
    validFrom: span('When the role begins (RFC 3339); not given: when it is accepted'),
    validUntil: span('When the role ends (RFC 3339); not given: when somebody ends it'),
  })
  .refine(
    ({ validFrom, validUntil }) =>
      validFrom === undefined || validUntil === undefined || validFrom < validUntil,
    {
      path: ['validUntil'],
      error: 'A role ends after it begins.',
      params: { code: 'before_beginning' },
    },
  )
  .meta({ id: 'NewInvitation' });
export type NewInvitation = z.output<typeof newInvitationSchema>;

export const invitationSchema = z
  .object({
    id: uuidV7Id(),
    email: z.string().meta({ examples: ['secretary@example.org'] }),
    name: z.string().meta({ examples: ['Secretary of Leeds'] }),
    role: z.enum(ROLES),
    unit: unitReferenceSchema.extend({ id: uuidV7Id() }),
    validFrom: instant().nullable().meta({ description: 'null: when it is accepted' }),
    validUntil: instant().nullable().meta({ description: 'null: until it is ended' }),
    invitedBy: z.object({ id: uuidV7Id(), name: z.string().nullable() }).meta({
      description: 'Who sent it last; the role is given in their name',
    }),
    createdAt: instant(),
    expiresAt: instant().meta({ description: 'Until when its link works' }),
    expired: z
      .boolean()
      .meta({ description: 'Whether its link has run out; it can be sent again' }),
    sendings: z.number().int().meta({ description: 'How many times it was sent' }),
  })
  .meta({ id: 'Invitation' });
export type Invitation = z.input<typeof invitationSchema>;

export const invitationsQuerySchema = pageQuerySchema.pick({ limit: true, cursor: true });
export type InvitationsQuery = z.infer<typeof invitationsQuerySchema>;

export const invitationsPageSchema = pageOf(invitationSchema).meta({ id: 'InvitationsPage' });
