import fc from 'fast-check';
import { parse } from 'node:querystring';
import { describe, expect, it } from 'vitest';
import { Problem } from './problem.js';
import { parseQuery } from './query-string.js';

describe('a query', () => {
  it.each([
    ['/a', {}],
    ['/a?', {}],
    ['/a?b&c=&&d=1=2', { b: '', c: '', d: '1=2' }],
    ['/a?q=1&q=2&q=3', { q: ['1', '2', '3'] }],
    ['/a?q=J%C3%BCrgen+M', { q: 'Jürgen M' }],
    ['/a%20b?q=100%+%C3%BC&%zz=%2', { q: '100% ü', '%zz': '%2' }],
    ['/a?__proto__=1&a?b=c', JSON.parse('{"__proto__":"1","a?b":"c"}')],
  ])('is read from %s', (url, query) => {
    expect({ ...parseQuery(url) }).toEqual(query);
  });

  it.each(['?q=%FF', '?%FF', '?q=a&x=%C3', '?q=%ED%A0%80', '?q=%C0%80', '?q=100%&x=%E0%A4%A'])(
    'is refused where its bytes are not UTF-8: %s',
    (url) => {
      expect(() => parseQuery(url)).toThrow(
        expect.objectContaining({ status: 400, code: 'not_parseable' }),
      );
    },
  );

  it('is read as by other parsers, or refused with a problem', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-c&=+]{0,30}$/), (text) => {
        expect({ ...parseQuery(`/?${text}`) }).toEqual({ ...parse(text) });
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]{0,60}$/), (text) => {
        try {
          parseQuery(`/?${text}`);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
        }
      }),
    );
  });
});
