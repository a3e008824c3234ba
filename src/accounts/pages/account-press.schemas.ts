import { z } from 'zod';
import { typedPassword } from '../password.schemas.js';

/** The page of a link where the password of an account that exists is asked for. */
export const knownPasswordPressSchema = z.strictObject({
  password: typedPassword('The password of the account'),
});

/** The page of a link where a password is chosen: twice, since it is not seen while it is typed. */
export const newPasswordPressSchema = z
  .strictObject({
    password: typedPassword('12 to 128 characters, not easily guessed'),
    again: typedPassword('The same once more'),
  })
  .refine(({ password, again }) => password === again, {
    path: ['again'],
    error: 'The two are not the same. Please type them again.',
    params: { code: 'not_the_same' },
  });
