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

/** The one day whose end is of a year with five digits, which no time of ours can have. */
export const ENDLESS_DAY = '9999-12-31';

/** The moment at which a day (`YYYY-MM-DD`) begins in London. */
export function startOfLondonDay(day: string): Date {
  return new Date(Temporal.PlainDate.from(day).toZonedDateTime(LONDON).epochMilliseconds);
}

/** The moment at which a day (`YYYY-MM-DD`) is over in London. */
export function endOfLondonDay(day: string): Date {
  const next = Temporal.PlainDate.from(day).add({ days: 1 });
  return new Date(next.toZonedDateTime(LONDON).epochMilliseconds);
}
