import { safeErrorMessage } from '../logging/error-serializer.js';

const LONGEST = 500;
/** Of a telephone number; an answer of an SMTP server ("451 4.7.1") has fewer, and is needed. */
const FEWEST_DIGITS = 9;

/**
 * An error as it is kept in a row and shown to operators: its first line, at most 500 characters,
 * without addresses, numbers that could be a telephone's, and links (they carry tokens).
 */
export function describeJobError(error: Error): string {
  const [line = ''] = safeErrorMessage(error).split('\n', 1);
  const masked = line
    .replaceAll(/\b[a-z][a-z0-9+.-]{1,20}:\/\/\S{1,2000}/gi, '[link]')
    .replaceAll(/\+?\d[\d ().-]{6,24}\d/g, (found) =>
      found.replaceAll(/\D/g, '').length < FEWEST_DIGITS ? found : '[number]',
    )
    .trim();
  return (masked === '' ? error.name : masked).slice(0, LONGEST);
}

/** Whatever was thrown, as an Error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`something that is no error was thrown`);
}
