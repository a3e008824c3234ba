import { expect, it } from 'vitest';
import type { Postcode } from '../postcodes/postcode.js';
import { readingView } from './reading-view.js';

const register = (...known: string[]) => ({
  knows: ({ canonical }: Postcode) => known.includes(canonical),
});
const withoutData = { knows: () => undefined };
const others = (...postcodes: string[]) =>
  postcodes.map((postcode) => ({
    postcode,
    href: `/branches?${new URLSearchParams({ postcode }).toString()}`,
  }));

it.each(['m145rx', ' M14  5RX ', 'M14-5RX', 'Ｍ１４５ＲＸ', 'M14', 'm14 5'])(
  'has nothing to say of %j, which is read as it was typed',
  (typed) => {
    const read = { M: 'M14', m: 'M14 5' }[typed.length < 6 ? (typed[0] ?? '') : ''] ?? 'M14 5RX';
    expect(readingView(typed, read, register('M14 5RX'))).toBeNull();
    expect(readingView(typed, read, withoutData)).toBeNull();
  },
);

it.each([
  ['S01 1AA', 'S1 1AA', ['SO1 1AA']],
  ['Ml4 5RX', 'M14 5RX', ['ML4 5RX']],
  ['SWIA 1AA', 'SW1A 1AA', []],
])('says that %s was read as %s, and what else it may be', (typed, read, near) => {
  const view = { typed, isUnknown: false, others: others(...near) };
  expect(readingView(typed, read, register(read))).toEqual(view);
  expect(readingView(typed, read, withoutData)).toEqual(view);
});

it('says that a whole postcode is not in the list, and offers what is', () => {
  expect(readingView('SO1 1AA', 'SO1 1AA', register('S1 1AA'))).toEqual({
    typed: null,
    isUnknown: true,
    others: others('S1 1AA'),
  });
  expect(readingView('SO1 1AA', 'SO1 1AA', register('M14 5RX'))).toEqual({
    typed: null,
    isUnknown: true,
    others: [],
  });
});

it('says both of what was read as something that is not in the list', () => {
  expect(readingView('S01 9ZZ', 'SO1 9ZZ', register())).toEqual({
    typed: 'S01 9ZZ',
    isUnknown: true,
    others: [],
  });
});

it('does not ask for half a postcode in the list', () => {
  expect(readingView('M99', 'M99', register())).toBeNull();
  expect(readingView('M99 9', 'M99 9', register())).toBeNull();
});
