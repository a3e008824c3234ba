import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQuery } from '../platform/http/query-string.js';
import { lookupQuerySchema, plainLookupQuery } from './lookup.controller.js';

const path = '/v1/branches/nearest';
const half = fc.stringMatching(/^[A-Za-z0-9]{1,8}$/);

describe('the plain query of a lookup', () => {
  it('is read as the schema reads it', () => {
    fc.assert(
      fc.property(half, fc.option(half), fc.constantFrom('+', '%20'), (first, second, space) => {
        const url = `${path}?postcode=${first}${second === null ? '' : space + second}`;
        const plain = plainLookupQuery(url);
        expect(plain).toBeDefined();
        expect(plain).toEqual(lookupQuerySchema.parse(parseQuery(url)));
      }),
    );
  });

  it('is nothing but one postcode without surprises', () => {
    for (const query of [
      '',
      '?',
      '?postcode=',
      '?postcode=+',
      '?postcode=M14&limit=5',
      '?limit=5&postcode=M14',
      '?postcode=M14&postcode=M15',
      '?postcode=M14++5RX',
      '?postcode=+M14',
      '?postcode=M14%005RX',
      '?postcode=M14%0A5RX',
      '?postcode=M14#5RX',
      '#?postcode=M14',
      '?postcode=%E2%80%AEM14',
      '?postcode=ABCDEFGHI',
      '?x=?postcode=M14',
    ]) {
      expect(plainLookupQuery(path + query), query).toBeUndefined();
    }
  });

  it('leaves whatever it does not read to the schema, with the same outcome', () => {
    fc.assert(
      fc.property(fc.webQueryParameters(), (query) => {
        const url = `${path}?${query}`;
        const plain = plainLookupQuery(url);
        if (plain !== undefined) expect(plain).toEqual(lookupQuerySchema.parse(parseQuery(url)));
      }),
    );
  });
});
