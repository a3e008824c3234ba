import { safeErrorMessage } from '../logging/error-serializer.js';

const LONGEST = 500;

/**
 * An error as it is kept in a row and shown to operators: its first line, at most 500 characters,
 * without addresses, numbers that could be a telephone's, and links (they carry tokens).
 */
export function describeJobError(error: Error): string {
  const [line = ''] = safeErrorMessage(error).split('\n', 1);
  const masked = line
    .replaceAll(/\b[a-z][a-z0-9+.-]{1,20}:\/\/\S{1,2000}/gi, '[link]')
    .replaceAll(/\+?\d[\d ().-]{5,20}\d/g, '[number]')
    .trim();
  return (masked === '' ? error.name : masked).slice(0, LONGEST);
}

/** Whatever was thrown, as an Error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`something that is no error was thrown`);
}
