import { z } from 'zod';
import { instant } from '../../platform/http/text.schema.js';
import { recoveryCode } from '../sessions.schemas.js';

/** Longer than any password we take. */
const LONGEST_PASSWORD = 1000;

const password = () =>
  z
    .string('Please give your password.')
    .min(1, 'Please give your password.')
    .max(LONGEST_PASSWORD, `A password has at most ${LONGEST_PASSWORD} characters.`)
    .meta({ description: 'Your password, once more', format: 'password' });

const code = () =>
  z
    .string('Please give the six digits of your app.')
    .regex(/^\d{6}$/, 'The code has six digits.')
    .meta({ description: 'Six digits of the app', examples: ['492039'] });

export const beginSecondFactorSchema = z
  .strictObject({
    password: password(),
    code: code()
      .optional()
      .meta({ description: 'Of the app so far, where a factor is on already' }),
    recoveryCode: recoveryCode().optional(),
  })
  .meta({ id: 'BeginSecondFactor' });
export type BeginSecondFactor = z.infer<typeof beginSecondFactorSchema>;

export const confirmSecondFactorSchema = z
  .strictObject({ code: code() })
  .meta({ id: 'ConfirmSecondFactor' });
export type ConfirmSecondFactor = z.infer<typeof confirmSecondFactorSchema>;

export const renewRecoveryCodesSchema = z
  .strictObject({ code: code().optional(), recoveryCode: recoveryCode().optional() })
  .refine((shown) => shown.code !== undefined || shown.recoveryCode !== undefined, {
    path: ['code'],
    message: 'Give a code of your app, or a recovery code.',
  })
  .meta({ id: 'RenewRecoveryCodes' });
export type RenewRecoveryCodes = z.infer<typeof renewRecoveryCodesSchema>;

export const switchOffSecondFactorSchema = z
  .strictObject({
    password: password(),
    code: code().optional(),
    recoveryCode: recoveryCode().optional(),
  })
  .refine((shown) => shown.code !== undefined || shown.recoveryCode !== undefined, {
    path: ['code'],
    message: 'Give a code of your app, or a recovery code.',
  })
  .meta({ id: 'SwitchOffSecondFactor' });
export type SwitchOffSecondFactor = z.infer<typeof switchOffSecondFactorSchema>;

export const secondFactorSchema = z
  .object({
    onSince: instant().nullable().meta({ description: 'null: it is off' }),
    recoveryCodesLeft: z.int().min(0).max(10),
    required: z.boolean().meta({ description: 'Whether what you hold needs one' }),
  })
  .meta({ id: 'SecondFactor' });
export type SecondFactor = z.input<typeof secondFactorSchema>;

export const secondFactorEnrolmentSchema = z
  .object({
    secret: z
      .string()
      .meta({ description: 'In base 32, to be typed into an app. Shown this once' }),
    uri: z.string().meta({
      description: 'The same for a QR code: SHA-1, six digits, 30 seconds (RFC 6238)',
      examples: ['otpauth://totp/National%20Office:wales%40example.org?issuer=…&secret=…'],
    }),
  })
  .meta({ id: 'SecondFactorEnrolment' });
export type SecondFactorEnrolment = z.infer<typeof secondFactorEnrolmentSchema>;

export const recoveryCodesSchema = z
  .object({
    recoveryCodes: z.array(z.string()).meta({
      description: 'Ten, each good for one sign-in without the app. Shown this once',
    }),
  })
  .meta({ id: 'RecoveryCodes' });
export type RecoveryCodes = z.infer<typeof recoveryCodesSchema>;
