import { LONDON } from '../platform/time/london-day.js';
import { describeDay } from '../platform/time/describe-day.js';

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

const clockTime = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZone: LONDON,
});
const isoDay = new Intl.DateTimeFormat('en-CA', { timeZone: LONDON });

/** A moment in London: `18:00 on Wednesday 25 November`. */
export function momentInWords(moment: Date): string {
  return `${clockTime.format(moment)} on ${describeDay(moment)}`;
}

/**
 * A moment in London beside now: `18:00 today`, `18:00 tomorrow (Wednesday 25 November)`,
 * `09:30 yesterday`, else with its day.
 */
export function momentNearNow(moment: Date, now: Date): string {
  const time = clockTime.format(moment);
  const days = dayNumber(moment) - dayNumber(now);
  if (days === 0) return `${time} today`;
  if (days === 1) return `${time} tomorrow (${describeDay(moment)})`;
  if (days === -1) return `${time} yesterday`;
  return momentInWords(moment);
}

/** How many calendar days of London lie between the days of two moments; negative into the past. */
function dayNumber(moment: Date): number {
  return Date.parse(isoDay.format(moment)) / DAY_MILLISECONDS;
}
