import { expect, it } from 'vitest';
import { describeDay } from './describe-day.js';

it('says weekday, day and month', () => {
  expect(describeDay(new Date('2026-11-25T12:00:00Z'))).toBe('Wednesday 25 November');
});

it('takes the day in London, not in UTC', () => {
  expect(describeDay(new Date('2026-06-30T22:59:59Z'))).toBe('Tuesday 30 June');
  expect(describeDay(new Date('2026-06-30T23:00:00Z'))).toBe('Wednesday 1 July');
  expect(describeDay(new Date('2026-12-31T23:59:59Z'))).toBe('Thursday 31 December');
});
