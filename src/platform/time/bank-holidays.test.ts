import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadBankHolidays, type Division } from './bank-holidays.js';

const bankHolidays = loadBankHolidays();
const divisions: Division[] = ['england-and-wales', 'scotland', 'northern-ireland'];
const years = [2025, 2026, 2027, 2028];

function dates(division: Division, year: number): string[] {
  const all = bankHolidays[division].events.map((event) => event.date);
  return all.filter((date) => date.startsWith(`${year}-`));
}

/** Easter Sunday by the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, ch. 8). */
function easterSunday(year: number): Date {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 19 * l) / 433);
  const month = Math.floor((h + l - 7 * m + 90) / 25);
  const day = (h + l - 7 * m + 33 * month + 19) % 32;
  return new Date(Date.UTC(year, month - 1, day));
}

function shifted(date: Date, days: number): string {
  return new Date(date.getTime() + days * 86_400_000).toISOString().slice(0, 10);
}

/** The n-th Monday of a month, or the last for n = -1. */
function monday(year: number, month: number, n: number): string {
  const days = Array.from(
    { length: 31 },
    (_, index) => new Date(Date.UTC(year, month - 1, index + 1)),
  );
  const mondays = days.filter((day) => day.getUTCMonth() === month - 1 && day.getUTCDay() === 1);
  return (
    mondays
      .at(n < 0 ? n : n - 1)
      ?.toISOString()
      .slice(0, 10) ?? ''
  );
}

describe.each(divisions)('the bank holidays of %s', (division) => {
  it('never fall on a weekend', () => {
    const weekends = bankHolidays[division].events.filter((event) =>
      [0, 6].includes(new Date(event.date).getUTCDay()),
    );
    expect(weekends).toEqual([]);
  });

  it('stand in order, and none twice', () => {
    const all = bankHolidays[division].events.map((event) => event.date);
    expect(all).toEqual([...new Set(all)].toSorted());
  });

  it('follow Easter: Good Friday everywhere, Easter Monday not in Scotland', () => {
    for (const year of years) {
      expect(dates(division, year)).toContain(shifted(easterSunday(year), -2));
      expect(dates(division, year).includes(shifted(easterSunday(year), 1))).toBe(
        division !== 'scotland',
      );
    }
  });

  it('have the Mondays of May and August', () => {
    for (const year of years) {
      const august = division === 'scotland' ? monday(year, 8, 1) : monday(year, 8, -1);
      expect(dates(division, year)).toEqual(
        expect.arrayContaining([monday(year, 5, 1), monday(year, 5, -1), august]),
      );
      expect(dates(division, year).filter((date) => date.slice(5, 7) === '08')).toEqual([august]);
    }
  });

  it('say where a day was moved, and only there', () => {
    const fixed: Record<string, string> = {
      'New Year’s Day': '01-01',
      '2nd January': '01-02',
      'St Patrick’s Day': '03-17',
      'Battle of the Boyne (Orangemen’s Day)': '07-12',
      'St Andrew’s Day': '11-30',
      'Christmas Day': '12-25',
      'Boxing Day': '12-26',
    };
    for (const { title, date, notes } of bankHolidays[division].events) {
      const moved = fixed[title] !== undefined && fixed[title] !== date.slice(5);
      expect(notes, `${title} ${date}`).toBe(moved ? 'Substitute day' : undefined);
    }
  });
});

it.each([
  ['england-and-wales', [8, 8, 8, 8]],
  ['scotland', [9, 10, 9, 9]],
  ['northern-ireland', [10, 10, 10, 10]],
] as const)('%s has %j days in 2025 to 2028', (division, counts) => {
  expect(years.map((year) => dates(division, year).length)).toEqual(counts);
});

it.each([
  ['england-and-wales', 2026, '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28'],
  ['england-and-wales', 2027, '01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28'],
  ['england-and-wales', 2028, '01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26'],
  ['scotland', 2025, '01-01 01-02 04-18 05-05 05-26 08-04 12-01 12-25 12-26'],
  // 15 June: by royal proclamation of 3 February 2026, for the World Cup, in Scotland only.
  ['scotland', 2026, '01-01 01-02 04-03 05-04 05-25 06-15 08-03 11-30 12-25 12-28'],
  ['scotland', 2028, '01-03 01-04 04-14 05-01 05-29 08-07 11-30 12-25 12-26'],
  ['northern-ireland', 2025, '01-01 03-17 04-18 04-21 05-05 05-26 07-14 08-25 12-25 12-26'],
  ['northern-ireland', 2026, '01-01 03-17 04-03 04-06 05-04 05-25 07-13 08-31 12-25 12-28'],
] as const)('%s in %d has the published days', (division, year, days) => {
  expect(
    dates(division, year)
      .map((date) => date.slice(5))
      .join(' '),
  ).toBe(days);
});

it('takes the file as gov.uk serves it, and nothing of another form', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bank-holidays-'));
  const file = join(folder, 'bank-holidays.json');
  const calendar = (division: Division, events: object[]) => ({ [division]: { division, events } });
  const event = { title: 'Christmas Day', date: '2030-12-25', notes: '', bunting: true };
  try {
    const published = Object.assign({}, ...divisions.map((name) => calendar(name, [event])));
    writeFileSync(file, JSON.stringify(published));
    expect(loadBankHolidays(file).scotland.events).toMatchObject([{ date: '2030-12-25' }]);

    const wrong = { ...published, ...calendar('scotland', [{ ...event, date: '25/12/2030' }]) };
    writeFileSync(file, JSON.stringify(wrong));
    expect(() => loadBankHolidays(file)).toThrow(/date/);

    writeFileSync(file, JSON.stringify(calendar('scotland', [event])));
    expect(() => loadBankHolidays(file)).toThrow(/england-and-wales/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
