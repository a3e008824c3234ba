import { z } from 'zod';
import { emailAddress } from '../../platform/http/text.schema.js';
import { linkToken, typedPassword } from '../password.schemas.js';

export const resetRequestSchema = z
  .strictObject({ email: emailAddress().meta({ description: 'The address of the account' }) })
  .meta({ id: 'PasswordResetRequest' });
export type ResetRequest = z.infer<typeof resetRequestSchema>;

export const resetAskedSchema = z
  .object({
    next: z.string().meta({
      description: 'What happens now, in words; the same for every address',
      examples: ['If there is an account with this address, a mail with a link is on its way.'],
    }),
  })
  .meta({ id: 'PasswordResetAsked' });
export type ResetAsked = z.infer<typeof resetAskedSchema>;

export const resetCompletionSchema = z
  .strictObject({ token: linkToken(), password: typedPassword('The new one') })
  .meta({ id: 'PasswordResetCompletion' });
export type ResetCompletion = z.infer<typeof resetCompletionSchema>;

export const passwordChangeSchema = z
  .strictObject({
    currentPassword: typedPassword('The one you signed in with'),
    newPassword: typedPassword('12 to 128 characters, not easily guessed'),
  })
  .meta({ id: 'PasswordChange' });
export type PasswordChange = z.infer<typeof passwordChangeSchema>;
