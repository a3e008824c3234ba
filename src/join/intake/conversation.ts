import { Temporal } from 'temporal-polyfill';
import { endOfLondonDay, LONDON } from '../../platform/time/london-day.js';

/** When a conversation can have been at the earliest and at the latest. */
export interface ConversationSpan {
  readonly from: Date;
  readonly until: Date;
}

/** Whether a day (`YYYY-MM-DD`) is no slip: not after today, and at most a year ago. */
export function isLikelyDayOfConversation(day: string, today: string): boolean {
  const yearAgo = Temporal.PlainDate.from(today).subtract({ years: 1 }).toString();
  return day <= today && day >= yearAgo;
}

/**
 * The span of a conversation of this day in London: the whole day, or the moment where its time is
 * known. It ends with `now` at the latest, since nobody has said anything in the future.
 */
export function spanOfConversation(
  day: string,
  time: string | undefined,
  now: Date,
): ConversationSpan {
  const date = Temporal.PlainDate.from(day);
  const noLater = (moment: number) => new Date(Math.min(moment, now.getTime()));
  if (time === undefined) {
    const from = date.toZonedDateTime(LONDON).epochMilliseconds;
    return { from: noLater(from), until: noLater(endOfLondonDay(day).getTime() - 1) };
  }
  const plainTime = Temporal.PlainTime.from(time);
  const at = noLater(date.toZonedDateTime({ timeZone: LONDON, plainTime }).epochMilliseconds);
  return { from: at, until: at };
}
