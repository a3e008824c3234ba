import { z } from 'zod';
import { pageOf, pageQuerySchema } from '../platform/http/keyset-page.js';
import { instant, text, uuidV7Id } from '../platform/http/text.schema.js';

/** Longer than any password we take; a bound, so that nobody makes us hash a novel. */
const LONGEST_PASSWORD = 1000;

/** A recovery code, as it was shown or without its hyphens. */
export function recoveryCode() {
  return z
    .string()
    .regex(/^[\s\dA-Za-z-]{24,60}$/, 'A recovery code has 24 letters and digits.')
    .meta({
      description: 'Instead of `totp`; each serves once',
      examples: ['7K3Q-9F0T-XWB2-64HN-0ZDR-M8VP'],
    });
}

export const signInSchema = z
  .strictObject({
    email: text({ max: 254, needed: 'Please give your email address.' }).meta({
      examples: ['secretary@example.org'],
    }),
    password: z
      .string('Please give your password.')
      .min(1, 'Please give your password.')
      .max(LONGEST_PASSWORD, `A password has at most ${LONGEST_PASSWORD} characters.`)
      .meta({ description: 'Exactly as it was chosen; it is not trimmed', format: 'password' }),
    totp: z
      .string()
      .regex(/^\d{6}$/, 'The code has six digits.')
      .optional()
      .meta({ description: 'Six digits, where the account has a second factor' }),
    recoveryCode: recoveryCode().optional(),
  })
  .meta({ id: 'SignIn' });
export type SignIn = z.infer<typeof signInSchema>;

export const organiserSchema = z
  .object({ id: uuidV7Id(), name: z.string(), email: z.string() })
  .meta({ id: 'Organiser' });

export const sessionSchema = z
  .object({
    token: z.string().meta({
      description: 'For “Authorization: Bearer …”. Shown this once; we keep only its hash',
    }),
    expiresAt: instant(),
    organiser: organiserSchema,
    secondFactorEnrolmentRequired: z.literal(true).optional().meta({
      description:
        'There where the account needs a second factor and has none: the session may only set one up',
    }),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof sessionSchema>;

export const ownSessionsQuerySchema = pageQuerySchema.pick({ limit: true, cursor: true });
export type OwnSessionsQuery = z.infer<typeof ownSessionsQuerySchema>;

const ownSessionSchema = z
  .object({
    id: uuidV7Id(),
    createdAt: instant().meta({ description: 'When you signed in' }),
    lastUsedAt: instant().nullable().meta({ description: 'To the minute' }),
    expiresAt: instant(),
    address: z.string().nullable().meta({ description: 'The network address you signed in from' }),
    client: z.string().nullable().meta({ description: 'The User-Agent you signed in with' }),
    current: z.boolean().meta({ description: 'Whether it is the one that asks' }),
  })
  .meta({ id: 'OwnSession' });
export type OwnSession = z.infer<typeof ownSessionSchema>;

export const ownSessionsPageSchema = pageOf(ownSessionSchema).meta({ id: 'OwnSessionsPage' });
