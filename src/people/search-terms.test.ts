import { describe, expect, it } from 'vitest';
import { escapeLike, readSearch } from './search-terms.js';

describe('reading a search', () => {
  it.each([
    ['J-7Q4K-2MXF', { kind: 'reference', reference: 'J-7Q4K-2MXF' }],
    [' j7q4k2mxf ', { kind: 'reference', reference: 'J-7Q4K-2MXF' }],
    ['Sam@Example.org', { kind: 'email', address: 'sam@example.org' }],
    ['@example.org', { kind: 'email_part', part: '@example.org' }],
    ['sam@', { kind: 'email_part', part: 'sam@' }],
    ['07700 900123', { kind: 'phone', numbers: ['+447700900123', '+7700900123'] }],
    ['+44 (7700) 900-123', { kind: 'phone', numbers: ['+447700900123'] }],
    ['0044 7700 900123', { kind: 'phone', numbers: ['+447700900123', '+7700900123'] }],
    ['0049 30 901820', { kind: 'phone', numbers: ['+444930901820', '+4930901820'] }],
    ['0123', { kind: 'phone_part', digits: '123' }],
    ['m14 5rx', { kind: 'postcode', beginning: 'M145RX', words: 'm14 5rx' }],
    ['SW1A', { kind: 'postcode', beginning: 'SW1A', words: 'SW1A' }],
    ['CF10 1', { kind: 'postcode', beginning: 'CF101', words: 'CF10 1' }],
    ['M', { kind: 'words', words: 'M' }],
    ['Sam Jones', { kind: 'words', words: 'Sam Jones' }],
    ['12', { kind: 'words', words: '12' }],
    ["'; DROP TABLE person; --", { kind: 'words', words: "'; DROP TABLE person; --" }],
  ])('takes “%s” as what it looks like', (search, terms) => {
    expect(readSearch(search)).toEqual(terms);
  });

  it('lets wildcards of the searcher stand for themselves', () => {
    expect(escapeLike('100%_\\')).toBe('100\\%\\_\\\\');
  });
});
