import { z } from 'zod';

/** Longer than any password may be; a bound, so that nobody makes us hash a novel. */
const LONGEST = 1000;

/** A password as it was typed: never trimmed. What may be chosen, `PasswordRules` says. */
export function typedPassword(description: string) {
  return z
    .string('Please give a password.')
    .min(1, 'Please give a password.')
    .max(LONGEST, `This may have at most ${LONGEST} characters.`)
    .meta({ description, format: 'password' });
}

/** The end of a link that came by mail. */
export function linkToken() {
  return z
    .string('Please give the token of the link.')
    .min(1, 'Please give the token of the link.')
    .max(256, 'This is not the token of a link.')
    .meta({ description: 'What follows “/account/” in the address that came by mail' });
}
