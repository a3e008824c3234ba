import { describe, expect, it } from 'vitest';
import { asError, describeJobError } from './job-error.js';

describe('what is kept of an error', () => {
  it.each([
    ['550 no such user <someone@example.org>', '550 no such user <[email]>'],
    ['cannot reach +44 7700 900123 now', 'cannot reach [number] now'],
    ['bad link https://join.example.org/duties/abc.def?x=1 given', 'bad link [link] given'],
    ['first line\nsecond line', 'first line'],
    ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED 127.0.0.1:5432'],
    ['SMTP answered 451 4.7.1', 'SMTP answered 451 4.7.1'],
  ])('masks addresses, numbers and links in %j', (message, kept) => {
    expect(describeJobError(new Error(message))).toBe(kept);
  });

  it('is cut to 500 characters', () => {
    expect(describeJobError(new Error('a'.repeat(5_000)))).toHaveLength(500);
  });

  it('leaves out the value that PostgreSQL quotes', () => {
    const error = Object.assign(new Error('invalid input syntax for type uuid: "Ann Example"'), {
      code: '22P02',
    });
    expect(describeJobError(error)).not.toContain('Ann');
  });

  it('names the error where it says nothing', () => {
    expect(describeJobError(new RangeError(''))).toBe('RangeError');
    expect(asError({ secret: 'x' }).message).not.toContain('secret');
  });
});
