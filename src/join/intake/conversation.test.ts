import { describe, expect, it } from 'vitest';
import { isLikelyDayOfConversation, spanOfConversation } from './conversation.js';

describe('the span of a conversation', () => {
  const now = new Date('2026-11-23T15:00:00Z');
  const span = (day: string, time?: string) => {
    const { from, until } = spanOfConversation(day, time, now);
    return [from.toISOString(), until.toISOString()];
  };

  it.each([
    ['an earlier day', '2026-11-20', '2026-11-20T00:00:00.000Z', '2026-11-20T23:59:59.999Z'],
    ['a day of summer', '2026-07-01', '2026-06-30T23:00:00.000Z', '2026-07-01T22:59:59.999Z'],
    ['the day of 25 hours', '2026-10-25', '2026-10-24T23:00:00.000Z', '2026-10-25T23:59:59.999Z'],
    ['today, until now', '2026-11-23', '2026-11-23T00:00:00.000Z', '2026-11-23T15:00:00.000Z'],
  ])('is the whole day in London: %s', (_what, day, from, until) => {
    expect(span(day)).toEqual([from, until]);
  });

  it.each([
    ['in winter', '2026-11-20', '14:30', '2026-11-20T14:30:00.000Z'],
    ['in summer', '2026-07-01', '14:30', '2026-07-01T13:30:00.000Z'],
    ['no later than now', '2026-11-23', '18:00', '2026-11-23T15:00:00.000Z'],
  ])('is the moment where its time is known: %s', (_what, day, time, moment) => {
    expect(span(day, time)).toEqual([moment, moment]);
  });
});

describe('a likely day of a conversation', () => {
  it.each([
    ['2026-11-23', true],
    ['2026-11-24', false],
    ['2025-11-23', true],
    ['2025-11-22', false],
  ])('%s is one on 23 November 2026: %s', (day, expected) => {
    expect(isLikelyDayOfConversation(day, '2026-11-23')).toBe(expected);
  });
});
