import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageOn } from './age.js';

describe('age', () => {
  it.each([
    ['2012-11-23', '2026-11-22', 13, 'the day before the birthday'],
    ['2012-11-23', '2026-11-23', 14, 'on the birthday'],
    ['2012-11-23', '2026-11-24', 14, 'the day after'],
    ['2008-02-29', '2026-02-28', 17, 'a leap day’s child, before 1 March'],
    ['2008-02-29', '2026-03-01', 18, 'a leap day’s child, on 1 March'],
    ['2008-02-29', '2028-02-29', 20, 'a leap day’s child, on a leap day'],
    ['2026-11-23', '2026-11-23', 0, 'on the day of birth'],
    ['2027-01-01', '2026-11-23', -1, 'not born yet'],
    ['1926-12-31', '2026-11-23', 99, 'in a long life'],
  ])('of somebody born %s is, on %s, %i (%s)', (born, today, age) => {
    expect(ageOn(born, today)).toBe(age);
  });

  it('grows by one on each birthday and on no other day', () => {
    const day = fc
      .date({ min: new Date('1930-01-01'), max: new Date('2020-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10));
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 99 }), (born, years) => {
        const year = Number(born.slice(0, 4)) + years;
        // 29 February falls on 1 March in common years, by comparison of the dates' texts.
        expect(ageOn(born, `${year}${born.slice(4)}`)).toBe(years);
        const before = new Date(`${year}${born.slice(4)}T12:00:00Z`);
        before.setUTCDate(before.getUTCDate() - 1);
        const eve = before.toISOString().slice(0, 10);
        if (!born.endsWith('02-29')) expect(ageOn(born, eve)).toBe(years - 1);
      }),
    );
  });
});
