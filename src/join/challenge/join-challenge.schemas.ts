import { z } from 'zod';
import { text } from '../../platform/http/text.schema.js';

export const challengeQuerySchema = z.strictObject({
  formId: text({ max: 100 }).optional().meta({ description: 'Default: the form of the site' }),
});
export type ChallengeQuery = z.infer<typeof challengeQuerySchema>;

/** A challenge as ALTCHA's own widgets read it, version 2 of their format. */
export const joinChallengeSchema = z
  .object({
    parameters: z.object({
      algorithm: z.string().meta({ examples: ['PBKDF2/SHA-256'] }),
      nonce: z.string(),
      salt: z.string(),
      cost: z.number().int(),
      keyLength: z.number().int(),
      keyPrefix: z.string().meta({ description: 'What the key has to begin with, hexadecimal' }),
      expiresAt: z.number().int().meta({ description: 'Seconds since 1970' }),
      data: z.object({ formId: z.string() }),
    }),
    signature: z.string(),
  })
  .meta({ id: 'JoinChallenge' });

/**
 * What comes back: base64 of this as JSON. The parameters are as they may be until their signature
 * has been seen to be ours.
 */
export const challengePayloadSchema = z.object({
  challenge: z.object({
    parameters: z.looseObject({
      algorithm: z.string(),
      nonce: z.string(),
      salt: z.string(),
      cost: z.number(),
      keyLength: z.number(),
      keyPrefix: z.string(),
      expiresAt: z.number(),
      data: z
        .object({ formId: z.string() })
        .catchall(z.union([z.string(), z.number(), z.boolean(), z.null()])),
    }),
    signature: z.string(),
  }),
  solution: z.object({ counter: z.number(), derivedKey: z.string() }),
});
