import { createHash, randomBytes } from 'node:crypto';

const HOW_MANY = 10;
/** 120 random bits: five bytes are eight characters. From 112 on a plain hash will do (ASVS 5.0, 6.5.2). */
const BYTES = 15;
/** Crockford's base 32: no I, L, O and U, which are taken for others. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** New recovery codes, `7K3Q-9F0T-XWB2-64HN-0ZDR-M8VP`. */
export function makeRecoveryCodes(): string[] {
  return Array.from({ length: HOW_MANY }, () => {
    let bits = BigInt(`0x${randomBytes(BYTES).toString('hex')}`);
    let code = '';
    for (let index = 0; index < (BYTES * 8) / 5; index += 1) {
      code += ALPHABET[Number(bits & 31n)];
      bits >>= 5n;
    }
    return code.replaceAll(/(.{4})(?!$)/g, '$1-');
  });
}

/** What is kept of a code; SHA-256 is enough where nobody can guess 120 random bits. Blanks, hyphens and case do not count. */
export function hashRecoveryCode(code: string): Buffer {
  const plain = code
    .toUpperCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  return createHash('sha256').update(plain).digest();
}
