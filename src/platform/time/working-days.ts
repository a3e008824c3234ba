import { Temporal } from 'temporal-polyfill';
import type { BankHolidays, Division } from './bank-holidays.js';
import { LONDON } from './london-day.js';

/** Far above any deadline of ours; keeps a mistaken number from spinning through the centuries. */
const MOST_WORKING_DAYS = 1000;
const HOUR_MS = 3_600_000;
const MOST_REMEMBERED = 1000;

/**
 * Which days are working days, and when a duty of so many of them is due.
 *
 * Days are those of London whatever the server's time zone, and a day is due at an hour of London's
 * clock, so that a clock change in between moves nothing.
 */
export class WorkingCalendar {
  /**
   * The last day (`YYYY-MM-DD`) for which the bank holidays of all divisions are known. After it
   * only weekends count as days off: operations should bring the data up to date well before.
   */
  readonly coversUntil: string;
  private readonly holidays: Readonly<Record<Division, ReadonlySet<string>>>;
  /** Calendar arithmetic takes some 40 µs, and in a surge all joins of an hour ask the same. */
  private readonly remembered = new Map<string, number>();

  /** @param bankHolidays what `loadBankHolidays` answers; it is published in whole years. */
  constructor(bankHolidays: BankHolidays) {
    this.holidays = {
      'england-and-wales': datesOf(bankHolidays, 'england-and-wales'),
      scotland: datesOf(bankHolidays, 'scotland'),
      'northern-ireland': datesOf(bankHolidays, 'northern-ireland'),
    };
    const lastYears = Object.values(this.holidays).map(lastYearOf);
    this.coversUntil = `${lastYears.sort()[0]}-12-31`;
  }

  /** Whether the day of London on which a moment falls is neither weekend nor bank holiday. */
  isWorkingDay(date: Date, division: Division): boolean {
    return this.isWorking(dayInLondon(date), division);
  }

  /**
   * The given hour, London time, on the n-th working day after the day of receipt. The day of
   * receipt never counts, however early: Friday evening plus 2 is Tuesday.
   *
   * With 0 working days it is the day of receipt itself if that is a working day, else the next
   * one; such a moment may lie before the receipt.
   *
   * @param hour of the day, 0–23.
   * @throws RangeError when `workingDays` or `hour` is not a whole number in its range.
   */
  dueAt(receivedAt: Date, workingDays: number, division: Division, hour = 18): Date {
    assertWhole('workingDays', workingDays, MOST_WORKING_DAYS);
    assertWhole('hour', hour, 23);
    // London is a whole number of hours from UTC, so its day cannot change within an hour.
    const hourOfReceipt = Math.floor(receivedAt.getTime() / HOUR_MS);
    const key = `${hourOfReceipt} ${workingDays} ${division} ${hour}`;
    let due = this.remembered.get(key);
    if (due === undefined) {
      due = this.computeDue(dayInLondon(receivedAt), workingDays, division, hour);
      if (this.remembered.size >= MOST_REMEMBERED) this.remembered.clear();
      this.remembered.set(key, due);
    }
    return new Date(due);
  }

  private computeDue(
    received: Temporal.PlainDate,
    workingDays: number,
    division: Division,
    hour: number,
  ): number {
    let day = received;
    if (workingDays === 0) {
      while (!this.isWorking(day, division)) day = day.add({ days: 1 });
    }
    for (let left = workingDays; left > 0;) {
      day = day.add({ days: 1 });
      if (this.isWorking(day, division)) left -= 1;
    }
    return day.toZonedDateTime({ timeZone: LONDON, plainTime: { hour } }).epochMilliseconds;
  }

  private isWorking(day: Temporal.PlainDate, division: Division): boolean {
    return day.dayOfWeek <= 5 && !this.holidays[division].has(day.toString());
  }
}

/**
 * Whose bank holidays hold in a nation. Wales shares England's; so does, for want of better,
 * whoever lives in none of the four or at an address that is not known.
 */
export function divisionOfNation(
  nation: 'england' | 'wales' | 'scotland' | 'northern-ireland' | null,
): Division {
  return nation === 'scotland' || nation === 'northern-ireland' ? nation : 'england-and-wales';
}

function datesOf(bankHolidays: BankHolidays, division: Division): ReadonlySet<string> {
  return new Set(bankHolidays[division].events.map((event) => event.date));
}

function lastYearOf(dates: ReadonlySet<string>): string {
  return [...dates].sort().at(-1)?.slice(0, 4) ?? '0000';
}

function dayInLondon(date: Date): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(date.getTime())
    .toZonedDateTimeISO(LONDON)
    .toPlainDate();
}

function assertWhole(name: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 0 || value > most) {
    throw new RangeError(`${name} has to be a whole number from 0 to ${most}, not ${value}`);
  }
}
