import { describe, expect, it } from 'vitest';
import { hashRecoveryCode, makeRecoveryCodes } from './recovery-codes.js';
import { describeTotpSecret, makeTotpSecret, stepOfCode } from './totp.js';

describe('the codes of an app', () => {
  // RFC 6238, appendix B, of SHA-1: its codes of eight digits end with those of six.
  const secret = Buffer.from('12345678901234567890');
  it.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ])('are those of RFC 6238 at %i seconds', (seconds, code) => {
    const step = Math.floor(seconds / 30);
    for (const [steps, expected] of [
      [0, step],
      [-1, step],
      [1, step],
      [2, undefined],
      [-2, undefined],
    ] as const) {
      const at = new Date((seconds + steps * 30) * 1000);
      expect(stepOfCode(secret, code, at), `${steps}`).toBe(expected);
    }
  });

  it('come of 160 random bits, which any app takes in base 32', () => {
    const secrets = Array.from({ length: 100 }, makeTotpSecret);
    expect(new Set(secrets.map((one) => Buffer.from(one).toString('hex'))).size).toBe(100);
    for (const one of secrets) expect(one).toHaveLength(20);
    const described = describeTotpSecret(secret, { issuer: 'The Campaign', label: 'a@b.org' });
    expect(described).toEqual({
      secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
      uri: 'otpauth://totp/The%20Campaign:a%40b.org?issuer=The%20Campaign&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=SHA1&digits=6&period=30',
    });
  });
});

describe('recovery codes', () => {
  it('are ten of 120 random bits, each time others', () => {
    const codes = Array.from({ length: 100 }, makeRecoveryCodes).flat();
    expect(new Set(codes).size).toBe(1000);
    // Every character about as often as the others: 750 of each, give or take.
    const counts = new Map<string, number>();
    for (const code of codes) {
      const characters = code.replaceAll('-', '');
      expect(characters).toHaveLength(24);
      for (const one of characters) counts.set(one, (counts.get(one) ?? 0) + 1);
    }
    expect(counts.size).toBe(32);
    for (const [one, count] of counts) {
      expect(count, one).toBeGreaterThan(600);
      expect(count, one).toBeLessThan(900);
    }
  });

  it('are read as people write them', () => {
    const [code = ''] = makeRecoveryCodes();
    const hash = hashRecoveryCode(code);
    const misread = code.replaceAll('0', 'o').replaceAll('1', 'l');
    for (const written of [code.toLowerCase(), code.replaceAll('-', ' '), misread, ` ${code} `]) {
      expect(hashRecoveryCode(written).equals(hash), written).toBe(true);
    }
  });
});
