import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadBankHolidays, type BankHolidays, type Division } from './bank-holidays.js';
import { divisionOfNation, WorkingCalendar } from './working-days.js';

const calendar = new WorkingCalendar(loadBankHolidays());
const at = (text: string) => new Date(text);

describe('a working day', () => {
  it.each<[string, Division, boolean]>([
    ['2026-11-25T12:00:00Z', 'england-and-wales', true],
    ['2026-11-28T12:00:00Z', 'england-and-wales', false],
    ['2026-11-29T12:00:00Z', 'england-and-wales', false],
    ['2026-11-30T12:00:00Z', 'england-and-wales', true],
    ['2026-11-30T12:00:00Z', 'scotland', false],
    ['2026-04-06T12:00:00Z', 'england-and-wales', false],
    ['2026-04-06T12:00:00Z', 'scotland', true],
    ['2026-06-15T12:00:00Z', 'scotland', false],
    ['2026-06-15T12:00:00Z', 'northern-ireland', true],
    ['2026-07-13T12:00:00Z', 'northern-ireland', false],
    ['2026-12-28T12:00:00Z', 'england-and-wales', false],
  ])('%s in %s: %s', (moment, division, expected) => {
    expect(calendar.isWorkingDay(at(moment), division)).toBe(expected);
  });

  it('is one of London: a moment late on Sunday in UTC is Monday there in summer', () => {
    expect(calendar.isWorkingDay(at('2026-06-28T22:59:59Z'), 'england-and-wales')).toBe(false);
    expect(calendar.isWorkingDay(at('2026-06-28T23:00:00Z'), 'england-and-wales')).toBe(true);
  });
});

describe('the time a duty is due', () => {
  it.each<[string, string, number, Division, string]>([
    [
      'Friday evening + 2 is Tuesday',
      '2026-11-20T20:00:00Z',
      2,
      'england-and-wales',
      '2026-11-24T18:00:00Z',
    ],
    [
      'Monday just after midnight + 2',
      '2026-11-23T00:01:00Z',
      2,
      'england-and-wales',
      '2026-11-25T18:00:00Z',
    ],
    [
      'Monday just before midnight + 2',
      '2026-11-23T23:59:00Z',
      2,
      'england-and-wales',
      '2026-11-25T18:00:00Z',
    ],
    [
      'Saturday + 1 is Monday',
      '2026-11-21T09:00:00Z',
      1,
      'england-and-wales',
      '2026-11-23T18:00:00Z',
    ],
    [
      'Friday + 1 is Monday in England',
      '2026-11-27T09:00:00Z',
      1,
      'england-and-wales',
      '2026-11-30T18:00:00Z',
    ],
    ['and Tuesday in Scotland', '2026-11-27T09:00:00Z', 1, 'scotland', '2026-12-01T18:00:00Z'],
    [
      'Christmas Eve 2026 + 2',
      '2026-12-24T09:00:00Z',
      2,
      'england-and-wales',
      '2026-12-30T18:00:00Z',
    ],
    [
      'Hogmanay 2026 + 1 in Scotland',
      '2026-12-31T09:00:00Z',
      1,
      'scotland',
      '2027-01-05T18:00:00Z',
    ],
    [
      'Hogmanay 2026 + 1 in England',
      '2026-12-31T09:00:00Z',
      1,
      'england-and-wales',
      '2027-01-04T18:00:00Z',
    ],
    [
      'Maundy Thursday 2026 + 1',
      '2026-04-02T09:00:00Z',
      1,
      'england-and-wales',
      '2026-04-07T17:00:00Z',
    ],
    [
      'Maundy Thursday 2026 + 1 in Scotland',
      '2026-04-02T09:00:00Z',
      1,
      'scotland',
      '2026-04-06T17:00:00Z',
    ],
  ])('%s', (_title, received, days, division, due) => {
    expect(calendar.dueAt(at(received), days, division)).toEqual(at(due));
  });

  it('keeps 18:00 on the clock of London over both changes of the clock', () => {
    // Clocks went forward on 29 March 2026 and back on 25 October 2026.
    expect(calendar.dueAt(at('2026-03-27T17:00:00Z'), 1, 'england-and-wales')).toEqual(
      at('2026-03-30T17:00:00Z'),
    );
    expect(calendar.dueAt(at('2026-10-23T17:00:00Z'), 1, 'england-and-wales')).toEqual(
      at('2026-10-26T18:00:00Z'),
    );
  });

  it('counts from the day of receipt in London', () => {
    // 23:30 UTC on a Thursday in June is Friday in London, so the next working day is Monday.
    expect(calendar.dueAt(at('2026-06-18T23:30:00Z'), 1, 'england-and-wales')).toEqual(
      at('2026-06-22T17:00:00Z'),
    );
  });

  it('is the same on the second asking, and cannot be changed by whoever got the first', () => {
    const ask = () => calendar.dueAt(at('2026-11-20T20:15:00Z'), 2, 'england-and-wales');
    ask().setTime(0);
    expect(ask()).toEqual(at('2026-11-24T18:00:00Z'));
  });

  it('is the same for each moment of a day in London, and later the next day', () => {
    const hours = Array.from(
      { length: 24 },
      (_, hour) => at('2026-06-17T23:00:00Z').getTime() + hour * 3_600_000,
    );
    const dues = hours.map((ms) => calendar.dueAt(new Date(ms), 1, 'scotland').toISOString());
    expect(new Set(dues)).toEqual(new Set(['2026-06-19T17:00:00.000Z']));
    expect(calendar.dueAt(at('2026-06-18T23:00:00Z'), 1, 'scotland')).toEqual(
      at('2026-06-22T17:00:00Z'),
    );
  });

  it('may be at another hour', () => {
    expect(calendar.dueAt(at('2026-11-23T12:00:00Z'), 1, 'england-and-wales', 9)).toEqual(
      at('2026-11-24T09:00:00Z'),
    );
  });

  it('is the first working day from the receipt on for 0 working days', () => {
    expect(calendar.dueAt(at('2026-11-23T12:00:00Z'), 0, 'england-and-wales')).toEqual(
      at('2026-11-23T18:00:00Z'),
    );
    expect(calendar.dueAt(at('2026-11-21T12:00:00Z'), 0, 'england-and-wales')).toEqual(
      at('2026-11-23T18:00:00Z'),
    );
  });

  it.each([
    [-1, 18],
    [1.5, 18],
    [Number.NaN, 18],
    [1001, 18],
    [1, 24],
    [1, -1],
  ])('refuses %d working days at hour %d', (days, hour) => {
    expect(() => calendar.dueAt(at('2026-11-23T12:00:00Z'), days, 'scotland', hour)).toThrow(
      RangeError,
    );
  });

  it('is always a working day at 18:00, after the receipt, and one later for one more', () => {
    const moment = fc.date({
      min: at('2025-01-01T00:00:00Z'),
      max: at('2029-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    const division = fc.constantFrom<Division>('england-and-wales', 'scotland', 'northern-ireland');
    const clock = new Intl.DateTimeFormat('en-GB', {
      timeStyle: 'short',
      timeZone: 'Europe/London',
    });
    fc.assert(
      fc.property(moment, fc.integer({ min: 1, max: 30 }), division, (received, days, where) => {
        const due = calendar.dueAt(received, days, where);
        expect(calendar.isWorkingDay(due, where)).toBe(true);
        expect(clock.format(due)).toBe('18:00');
        expect(due.getTime()).toBeGreaterThan(received.getTime());
        expect(calendar.dueAt(due, 1, where)).toEqual(calendar.dueAt(received, days + 1, where));
      }),
    );
  });
});

describe('the end of the data', () => {
  it('is told, so that operations can warn', () => {
    expect(calendar.coversUntil).toBe('2028-12-31');
  });

  it('leaves the weekends as days off', () => {
    expect(calendar.isWorkingDay(at('2029-12-25T12:00:00Z'), 'england-and-wales')).toBe(true);
    expect(calendar.isWorkingDay(at('2029-12-22T12:00:00Z'), 'england-and-wales')).toBe(false);
  });

  it('is that of the division whose data ends first', () => {
    const bankHolidays = loadBankHolidays();
    const shorter: BankHolidays = {
      ...bankHolidays,
      scotland: {
        division: 'scotland',
        events: bankHolidays.scotland.events.filter((event) => event.date < '2027'),
      },
    };
    expect(new WorkingCalendar(shorter).coversUntil).toBe('2026-12-31');
  });
});

it.each([
  ['england', 'england-and-wales'],
  ['wales', 'england-and-wales'],
  ['scotland', 'scotland'],
  ['northern-ireland', 'northern-ireland'],
  [null, 'england-and-wales'],
] as const)('the nation %s follows the calendar of %s', (nation, division) => {
  expect(divisionOfNation(nation)).toBe(division);
});
