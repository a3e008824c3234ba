import { z } from 'zod';
import { pageOf, pageQuerySchema } from '../platform/http/keyset-page.js';
import { instant, isoTime, uuidV7Id } from '../platform/http/text.schema.js';
import { ACTOR_KINDS, SUBJECT_KINDS } from './audit-event.js';

export const auditQuerySchema = pageQuerySchema
  .extend({
    actorKind: z.enum(ACTOR_KINDS).optional().meta({ description: 'What kind of actor it was' }),
    actorId: uuidV7Id().optional().meta({ description: 'Id of an organiser or a key' }),
    action: z
      .string()
      .regex(/^[a-z_]{1,40}\.[a-z_-]{1,40}$/, 'An action is two names with a dot between.')
      .optional()
      .meta({ description: 'What was done, in full', examples: ['person.read'] }),
    subjectKind: z
      .enum(SUBJECT_KINDS)
      .optional()
      .meta({ description: 'To what kind of record it was done' }),
    subjectId: uuidV7Id().optional().meta({ description: 'To which record; needs `subjectKind`' }),
    from: isoTime().optional().meta({ description: 'At or after this time (RFC 3339)' }),
    to: isoTime().optional().meta({ description: 'Before this time (RFC 3339)' }),
  })
  .refine(({ subjectId, subjectKind }) => subjectId === undefined || subjectKind !== undefined, {
    path: ['subjectKind'],
    message: 'A record is looked up by its kind and its id.',
  });
export type AuditQuery = z.infer<typeof auditQuerySchema>;

const auditEventSchema = z
  .object({
    id: uuidV7Id(),
    at: instant(),
    actorKind: z.enum(ACTOR_KINDS),
    actor: z
      .object({ id: z.uuid(), name: z.string().nullable() })
      .nullable()
      .meta({ description: 'The organiser or the key; null where the kind says it all' }),
    action: z.string().meta({ examples: ['person.read'] }),
    subjectKind: z.string().meta({ examples: ['person'] }),
    subjectId: z.uuid().nullable(),
    requestId: z
      .string()
      .nullable()
      .meta({ description: 'As in the log; for one that could be words, the UUID v5 made of it' }),
    address: z
      .string()
      .nullable()
      .meta({ description: 'From where an organiser, a key or a duty link did it' }),
  })
  .meta({
    id: 'AuditEvent',
    description:
      'Ids, and the network addresses of organisers, keys and duty links alone, so that erasing a person leaves it whole',
  });
export type AuditEventAnswer = z.infer<typeof auditEventSchema>;

export const auditPageSchema = pageOf(auditEventSchema).meta({ id: 'AuditPage' });
