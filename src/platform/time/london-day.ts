import { Temporal } from 'temporal-polyfill';

/** The zone whose days count: ages, deadlines and the days of a list's filter. */
export const LONDON = 'Europe/London';

/** The day of a moment in London, `YYYY-MM-DD`. */
export function londonDay(moment: Date): string {
  return Temporal.Instant.fromEpochMilliseconds(moment.getTime())
    .toZonedDateTimeISO(LONDON)
    .toPlainDate()
    .toString();
}
