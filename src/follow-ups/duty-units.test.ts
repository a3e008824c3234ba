import { describe, expect, it } from 'vitest';
import { mobileNumber } from '../units/mobile-number.js';
import { type DutyUnit, hasStandIn, recipientIn } from './duty-units.js';

const branch: DutyUnit = {
  id: '0193594b-6d1e-7c3a-9a54-0f6f1c2e8b11',
  kind: 'branch',
  name: 'Cardiff',
  phone: '07700 900456',
  email: 'branch@example.org',
  closed: false,
  posts: [
    {
      office: 'branch_secretary',
      holderEmail: 'holder@example.org',
      standInEmail: 'stand-in@example.org',
    },
  ],
};
const withPost = (holderEmail: string | null, standInEmail: string | null): DutyUnit => ({
  ...branch,
  posts: [{ office: 'branch_secretary', holderEmail, standInEmail }],
});
const told = (unit: DutyUnit, covered = false) =>
  recipientIn(unit, 'branch_secretary', covered)?.address;

describe('who is told of a duty', () => {
  it('is the holder of the post, or the stand-in while they cover it', () => {
    expect(told(branch)).toBe('holder@example.org');
    expect(told(branch, true)).toBe('stand-in@example.org');
  });

  it('is the stand-in of a vacant post, and the unit where a cover has gone', () => {
    expect(told(withPost(null, 'stand-in@example.org'))).toBe('stand-in@example.org');
    expect(told(withPost('holder@example.org', null), true)).toBe('branch@example.org');
  });

  it('is the unit where the post is vacant or does not exist', () => {
    expect(told(withPost(null, null))).toBe('branch@example.org');
    expect(told({ ...branch, posts: [] })).toBe('branch@example.org');
    expect(recipientIn(branch, 'treasurer', false)?.address).toBe('branch@example.org');
  });

  it('is the unit’s mobile where it has nothing else, and never a landline', () => {
    const bare = { ...branch, posts: [], email: null };
    expect(recipientIn(bare, 'branch_secretary', false)).toEqual({
      channel: 'sms',
      address: '+447700900456',
    });
    expect(told({ ...bare, phone: '020 7946 0000' })).toBeUndefined();
    expect(told({ ...bare, phone: null })).toBeUndefined();
  });

  it('is nobody in a closed unit', () => {
    expect(told({ ...branch, closed: true })).toBeUndefined();
    expect(hasStandIn({ ...branch, closed: true }, 'branch_secretary')).toBe(false);
  });
});

describe('a post', () => {
  it('has a stand-in only besides a holder', () => {
    expect(hasStandIn(branch, 'branch_secretary')).toBe(true);
    expect(hasStandIn(withPost('holder@example.org', null), 'branch_secretary')).toBe(false);
    expect(hasStandIn(withPost(null, 'stand-in@example.org'), 'branch_secretary')).toBe(false);
    expect(hasStandIn(branch, 'treasurer')).toBe(false);
  });
});

describe('a number that takes texts', () => {
  it.each([
    ['07700 900456', '+447700900456'],
    ['+44 7769 611 320', '+447769611320'],
    ['07624 123456', '+447624123456'],
    ['020 7946 0000', undefined],
    ['070 1234 5678', undefined],
    ['07600 123456', undefined],
    ['ask at the bar', undefined],
    ['', undefined],
  ])('%j is %j', (phone, number) => {
    expect(mobileNumber(phone)).toBe(number);
  });
});
