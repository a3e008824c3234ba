import { z } from 'zod';
import { recoveryCode } from '../sessions.schemas.js';

/** 32 bytes in base64url. */
const thirtyTwoBytes = (message: string) => z.string(message).regex(/^[\w-]{43}$/, message);

export const openIdProviderSchema = z
  .object({
    label: z.string().meta({ description: 'What to write on the button' }),
    startUrl: z.string().meta({
      description: 'Where to send the browser, with `?challenge=` behind it',
      examples: ['https://join.example.org/v1/admin/sessions/openid/start'],
    }),
  })
  .meta({ id: 'OpenIdProvider' });

export const openIdStartQuerySchema = z.strictObject({
  challenge: thirtyTwoBytes('Give the SHA-256 of a random verifier, in base64url.').meta({
    description:
      'SHA-256, in base64url, of a random text that the console keeps to itself (as S256 of RFC 7636)',
    examples: ['E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'],
  }),
});
export type OpenIdStartQuery = z.infer<typeof openIdStartQuerySchema>;

/** What the provider adds to the callback; its client checks it, and more may come. */
export const openIdCallbackQuerySchema = z.looseObject({
  state: z.string('The provider’s “state” is missing.').min(1).max(1000),
});
export type OpenIdCallbackQuery = z.infer<typeof openIdCallbackQuerySchema>;

export const openIdSignInSchema = z
  .strictObject({
    code: thirtyTwoBytes('Give the code that came with the browser.').meta({
      description: 'From `#openIdCode=` of the console’s address; serves once, for a minute',
    }),
    verifier: z
      .string('Give the verifier that the challenge was made of.')
      .regex(/^[\w.~-]{43,128}$/, 'A verifier has 43 to 128 letters, digits, “-”, “.”, “_”, “~”.')
      .meta({ description: 'The text whose SHA-256 was the `challenge`' }),
    totp: z
      .string()
      .regex(/^\d{6}$/, 'The code has six digits.')
      .optional()
      .meta({ description: 'Six digits, where the account has a second factor that is asked for' }),
    recoveryCode: recoveryCode().optional(),
  })
  .meta({ id: 'OpenIdSignIn' });
export type OpenIdSignIn = z.infer<typeof openIdSignInSchema>;
