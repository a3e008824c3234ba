import { describe, expect, it } from 'vitest';
import { decide } from '../../../test/factories/allocation.js';
import { directoryOf } from '../../../test/factories/directory-view.js';
import type { PlacedPerson } from '../moves/placed-person.js';
import { changes, countsOf, findingFor } from './run-slice.js';

const organisation = {
  regions: { north: { coverage: ['M', 'B'] } },
  branches: { south: { coverage: ['M14'] } },
};
const ages = { national: directoryOf(organisation).national, today: '2026-11-23' };
const person = (given: Partial<PlacedPerson> = {}): PlacedPerson => ({
  id: 'somebody',
  version: 1,
  country: 'GB',
  postcode: 'M14 5RX',
  dateOfBirth: null,
  keeperId: 'south',
  allocation: {
    id: 'an allocation',
    method: 'coverage_rule',
    unitId: 'south',
    branchId: 'south',
    regionId: 'north',
    rulePrefix: 'M14',
  },
  overridden: false,
  ...given,
});
const find = (given: Partial<PlacedPerson> = {}) =>
  findingFor(person(given), ({ postcode }) => decide(organisation, postcode), ages);

describe('what a run finds for somebody', () => {
  it('is nothing where they are where they belong', () => {
    const finding = find();
    expect(finding).toMatchObject({ moves: false, isNews: false, keeper: { slug: 'south' } });
    expect(changes(finding)).toBe(false);
  });

  it('is a move where another unit is to look after them', () => {
    expect(find({ postcode: 'M1 1AA' })).toMatchObject({
      moves: true,
      isNews: true,
      keeper: { slug: 'north' },
    });
  });

  it('is news where only the reason is another', () => {
    const { allocation } = person();
    const finding = find({ allocation: allocation && { ...allocation, rulePrefix: 'M' } });
    expect(finding).toMatchObject({ moves: false, isNews: true });
    expect(changes(finding)).toBe(true);
  });

  it('is nothing where an organiser has put them', () => {
    const finding = find({ overridden: true, postcode: 'EX1 1AA' });
    expect(finding).toMatchObject({ decision: null, moves: false, isNews: false });
  });

  it('keeps children with the national office, and lets go of them when they are grown', () => {
    const ofChild = { dateOfBirth: '2009-01-01' };
    expect(find({ ...ofChild, keeperId: 'national' })).toMatchObject({
      isMinor: true,
      moves: false,
    });
    expect(find({ dateOfBirth: '2008-11-23', keeperId: 'national' })).toMatchObject({
      isMinor: false,
      moves: true,
      isNews: false,
    });
  });
});

it('a slice counts each person under all that is true of them', () => {
  const { allocation } = person();
  const findings = [
    find(),
    find({ postcode: 'B1 1AA' }),
    find({ postcode: 'EX1 1AA', overridden: true }),
    find({ overridden: true, allocation: allocation && { ...allocation, branchId: null } }),
    find({ dateOfBirth: '2009-01-01', keeperId: 'national' }),
    find({ allocation: null }),
    find({ allocation: null, postcode: 'EX1 1AA', keeperId: 'national' }),
  ];
  expect(countsOf(findings)).toEqual({
    seen: 7,
    moved: 1,
    renewed: 2,
    overridden: 2,
    minors: 1,
    withoutBranch: 3,
    losingBranch: 1,
  });
});
