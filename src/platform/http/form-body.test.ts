import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFormBody } from './form-body.js';
import { parseJsonBody } from './json-body.js';
import { Problem } from './problem.js';

describe('form bodies', () => {
  it('read any plain field as browsers write it', () => {
    const value = fc.string({ unit: 'grapheme' }).filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,8}$/), value, (name, text) => {
        const written = new URLSearchParams([[`_${name}`, text]]).toString();
        expect(parseFormBody(Buffer.from(written))).toEqual({ [`_${name}`]: text });
      }),
    );
  });

  it('never fail in any other way than with a problem, and never reach a prototype', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        for (const parse of [parseFormBody, parseJsonBody]) {
          expect(failureOf(() => parse(bytes))).toSatisfy(
            (error) => error === undefined || error instanceof Problem,
          );
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
    );
  });
});

function failureOf(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}
