import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeCursor, encodeCursor, limitParameter, toPage } from './keyset-page.js';
import { Problem } from './problem.js';

describe('cursors', () => {
  it('come back as they were', () => {
    const value = fc.oneof(
      fc.string({ maxLength: 100 }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 10 }), (values) => {
        expect(encodeCursor(values)).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeCursor(encodeCursor(values))).toEqual(values);
      }),
    );
  });

  it.each([
    '',
    'x',
    'e30',
    'W10',
    '////',
    'W3siYSI6MX1d',
    encodeCursor(Array(11).fill(1)),
    encodeCursor(['a\0']),
  ])('are a 422 when nobody handed them out: %s', (cursor) => {
    expect(() => decodeCursor(cursor)).toThrow(Problem);
  });

  it('are a 422 when they belong to another list', () => {
    const shape = z.tuple([z.string(), z.number()]);
    expect(decodeCursor(encodeCursor(['a', 1]), shape)).toEqual(['a', 1]);
    expect(() => decodeCursor(encodeCursor(['a', 'b']), shape)).toThrow(Problem);
  });
});

describe('pages', () => {
  const position = (row: number): [number] => [row];

  it('show one row less than was asked for and where to go on', () => {
    expect(toPage([1, 2, 3], 2, position)).toEqual({ data: [1, 2], nextCursor: encodeCursor([2]) });
  });

  it('end with null', () => {
    expect(toPage([1, 2], 2, position)).toEqual({ data: [1, 2], nextCursor: null });
    expect(toPage([], 2, position)).toEqual({ data: [], nextCursor: null });
  });

  it('may have limits of their own', () => {
    const limit = limitParameter(20, 3);
    expect(limit.parse(undefined)).toBe(3);
    expect(limit.safeParse('21').success).toBe(false);
  });
});
