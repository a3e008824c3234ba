import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { faultsOf, plainMessage } from './schema-faults.js';
import { text } from './text.schema.js';

const schema = z.strictObject({
  familyName: text({ max: 20 }).optional(),
  interests: z
    .array(text({ max: 5 }))
    .max(5)
    .optional(),
  consent: z.strictObject({ notice: text({ max: 20 }), email: z.boolean().optional() }).optional(),
});

function faultsIn(input: unknown): (readonly [path: string, code: string, message: string])[] {
  const { error } = schema.safeParse(input, { error: plainMessage });
  return faultsOf(error?.issues ?? [], input).map(
    ({ path, code, message }) => [path, code, message] as const,
  );
}

describe('the faults of an input', () => {
  it('are one where a value is of the wrong type, whatever else it breaks', () => {
    for (const value of [[], [1], 7, {}, null]) {
      expect(faultsIn({ familyName: value })).toEqual([
        ['familyName', 'invalid_type', 'This must be a text.'],
      ]);
    }
  });

  it('are one where a value is missing', () => {
    expect(faultsIn({ consent: {} })).toEqual([['consent.notice', 'required', 'This is needed.']]);
    const odd = { code: 'custom' as const, path: ['a'], message: 'odd', input: undefined };
    const twice: z.core.$ZodIssue[] = [
      odd,
      { ...odd, code: 'invalid_type', expected: 'string', message: 'needed' },
      odd,
    ];
    expect(faultsOf(twice, {})).toEqual([{ path: 'a', code: 'required', message: 'needed' }]);
  });

  it('are several where a value of the right type breaks several rules', () => {
    const faults = faultsIn({ familyName: `\u0000${'x'.repeat(21)}` });
    expect(faults.map(([path, code]) => [path, code])).toEqual([
      ['familyName', 'too_big'],
      ['familyName', 'invalid_characters'],
    ]);
  });

  it('still name other paths, and an unknown field that is spelt like one', () => {
    const faults = faultsIn({
      interests: [[], 'x'.repeat(6)],
      consent: { notice: '1', email: 1 },
      'consent.email': 1,
    });
    expect(faults.map(([path, code]) => `${path}: ${code}`).toSorted()).toEqual([
      'consent.email: invalid_type',
      'consent.email: unknown_field',
      'interests.0: invalid_type',
      'interests.1: too_big',
    ]);
  });
});
