import { describe, expect, it } from 'vitest';
import {
  changedColumns,
  concernsHome,
  postcodeFaults,
  type PersonColumns,
} from './person-change.js';

const before: PersonColumns = {
  given_name: 'Sam',
  family_name: 'Jones',
  date_of_birth: '1990-05-17',
  country: 'GB',
  postcode: 'm14 5rx',
  address_line1: '1 Long Lane',
  address_line2: null,
  town: 'Manchester',
};

const nobodyKnows = { knows: () => undefined };

describe('a change of a record', () => {
  it('sets what is given otherwise than it was, and nothing else', () => {
    expect(changedColumns(before, {})).toEqual({});
    expect(changedColumns(before, { givenName: 'Sam', address: { town: 'Manchester' } })).toEqual(
      {},
    );
    expect(
      changedColumns(before, { familyName: null, address: { line2: 'Flat 2', town: null } }),
    ).toEqual({ family_name: null, address_line2: 'Flat 2', town: null });
  });

  it('writes a postcode our way where it is given, and leaves an old spelling where it is not', () => {
    expect(changedColumns(before, { postcode: 'm145rx' })).toEqual({ postcode: 'M14 5RX' });
    expect(changedColumns(before, { givenName: 'Kim' })).toEqual({ given_name: 'Kim' });
    expect(changedColumns(before, { country: 'FR', postcode: '75 001' })).toEqual({
      country: 'FR',
      postcode: '75 001',
    });
  });

  it.each([
    [{ postcode: 'M1 1AA' }, true],
    [{ country: 'FR' }, true],
    [{ dateOfBirth: null }, true],
    [{ givenName: 'Kim', address: { line1: '2 Long Lane' } }, false],
  ])('concerns where somebody belongs: %j', (change, concerns) => {
    expect(concernsHome(changedColumns(before, change))).toBe(concerns);
  });

  it('is refused for a postcode that is none, where the country has ours', () => {
    expect(postcodeFaults(before, { postcode: 'hello' }, nobodyKnows)).toMatchObject([
      { path: 'postcode', code: 'not_a_postcode' },
    ]);
    expect(
      postcodeFaults(
        { ...before, country: 'FR', postcode: '75001' },
        { country: 'GB' },
        nobodyKnows,
      ),
    ).toEqual([expect.objectContaining({ code: 'not_a_postcode' })]);
    expect(postcodeFaults(before, { postcode: null }, nobodyKnows)).toEqual([]);
    expect(postcodeFaults(before, { country: 'FR', postcode: 'hello' }, nobodyKnows)).toEqual([]);
  });
});
