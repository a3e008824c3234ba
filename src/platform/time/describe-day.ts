import { LONDON } from './london-day.js';

const day = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  timeZone: LONDON,
});

/**
 * The day of a moment in London, as it is said in a sentence: `Wednesday 25 November`.
 *
 * Put together from its parts, because the punctuation between them differs between versions of
 * the locale data (some write `Wednesday, 25 November`).
 */
export function describeDay(date: Date): string {
  const parts = day.formatToParts(date);
  return parts
    .filter((part) => part.type !== 'literal')
    .map((part) => part.value)
    .join(' ');
}
