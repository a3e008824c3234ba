import { describe, expect, it } from 'vitest';
import { joinFingerprint, recipientHash } from './join-fingerprint.js';
import { joinSchema, type JoinInput } from './join.schemas.js';

const post = (changes: Record<string, unknown> = {}): JoinInput =>
  joinSchema.parse({
    givenName: 'Sam',
    email: 'sam@example.org',
    postcode: 'M14 5RX',
    consent: { privacyNotice: '2026-11', email: true },
    ...changes,
  });

describe('the fingerprint of a join', () => {
  it('without a key rests on the content, for ten minutes, and waits for the first', () => {
    const first = joinFingerprint('join', post(), undefined);
    expect(first).toEqual(joinFingerprint('join', post(), undefined));
    expect(first).toMatchObject({
      scope: 'join-repeat:join',
      key_hash: first.input_hash,
      may_wait: true,
      lifetime_seconds: 600,
    });
  });

  it('with a key rests on the key, for a day at least, and does not wait', () => {
    const first = joinFingerprint('join', post(), 'a key');
    expect(first.lifetime_seconds).toBeGreaterThanOrEqual(24 * 3600);
    expect(first.may_wait).toBe(false);
    expect(first.scope).toBe('join:join');
    const other = joinFingerprint('join', post({ givenName: 'Alex' }), 'a key');
    expect(other.key_hash).toBe(first.key_hash);
    expect(other.input_hash).not.toBe(first.input_hash);
    expect(joinFingerprint('join', post(), 'another key').key_hash).not.toBe(first.key_hash);
  });

  it('does not hold the key or the content themselves', () => {
    const text = JSON.stringify(joinFingerprint('join', post(), 'a key of somebody'));
    expect(text).not.toMatch(/a key of somebody|sam@example|M14/i);
  });

  it('does not depend on the order of fields, however deep', () => {
    const one = post({ address: { line1: '1 Long Lane', town: 'Leeds' }, source: { page: 'p' } });
    const other = post({
      source: { page: 'p' },
      consent: { email: true, privacyNotice: '2026-11' },
      address: { town: 'Leeds', line1: '1 Long Lane' },
    });
    const shuffled = Object.fromEntries(Object.entries(other).reverse()) as JoinInput;
    expect(joinFingerprint('join', shuffled, undefined)).toEqual(
      joinFingerprint('join', one, undefined),
    );
  });

  it.each([
    ['another name', { givenName: 'Alex' }],
    ['another address', { email: 'alex@example.org' }],
    ['another postcode', { postcode: 'M14 5RY' }],
    ['another decision', { consent: { privacyNotice: '2026-11', email: false } }],
    ['no decision', { consent: { privacyNotice: '2026-11' } }],
    ['another notice', { consent: { privacyNotice: '2025-01', email: true } }],
    ['a message', { message: 'Hello' }],
    ['the trap filled in', { fax_number: '1' }],
    ['interests in another order', { interests: ['b', 'a'] }],
  ])('differs for %s', (_what, changes) => {
    const plain = post({ interests: ['a', 'b'] });
    expect(
      joinFingerprint('join', post({ interests: ['a', 'b'], ...changes }), undefined),
    ).not.toEqual(joinFingerprint('join', plain, undefined));
  });

  it('keeps forms apart', () => {
    expect(joinFingerprint('join', post(), 'k').scope).not.toBe(
      joinFingerprint('stall', post(), 'k').scope,
    );
    expect(joinFingerprint('join', post(), undefined).scope).not.toBe(
      joinFingerprint('join', post(), 'k').scope,
    );
  });
});

describe('the hash of a recipient', () => {
  it('is the same for the same address and secret, and tells neither', () => {
    const hash = recipientHash('a secret', 'sam@example.org');
    expect(hash).toEqual(recipientHash('a secret', 'sam@example.org'));
    expect(hash).not.toEqual(recipientHash('another secret', 'sam@example.org'));
    expect(hash).not.toEqual(recipientHash('a secret', 'alex@example.org'));
    expect(hash).toHaveLength(32);
  });
});
