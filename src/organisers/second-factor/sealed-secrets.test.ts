import { describe, expect, it } from 'vitest';
import { loadConfiguration, type Settings } from '../../platform/config/configuration.js';
import { SealedSecrets } from './sealed-secrets.js';

const [FIRST, SECOND] = [
  'the first secret, long enough: 123',
  'the second secret, long enough: 12',
];
const [SAM, ALEX] = [
  '0193594b-0000-7000-8000-000000000001',
  '0193594b-0000-7000-8000-000000000002',
];
const SECRET = Buffer.from('twenty bytes of key.');

const secretsOf = (settings: Settings) =>
  new SealedSecrets(
    loadConfiguration(
      {},
      {
        DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
        SMTP_URL: 'smtp://127.0.0.1:1',
        LINK_SECRET: 'a secret of tests that is long enough',
        ...settings,
      },
    ),
  );

describe('a sealed secret', () => {
  const first = secretsOf({ SECOND_FACTOR_SECRET: FIRST });

  it('opens for its account, is another each time, and shows nothing', () => {
    const sealed = [first.seal(SAM, SECRET), first.seal(SAM, SECRET)];
    expect(sealed[0]?.equals(sealed[1] ?? SECRET)).toBe(false);
    for (const one of sealed) {
      expect(first.open(SAM, one)).toEqual({ secret: SECRET, stale: false });
      expect(one.includes(SECRET.subarray(0, 4))).toBe(false);
    }
  });

  it('opens for no other account, and not once a bit of it was changed', () => {
    const sealed = first.seal(SAM, SECRET);
    expect(() => first.open(ALEX, sealed)).toThrow(/sealed/);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => first.open(SAM, changed), `bit ${bit}`).toThrow(/sealed/);
    }
    expect(() => first.open(SAM, sealed.subarray(0, 10))).toThrow(/sealed/);
    expect(() => first.open(SAM, Buffer.alloc(0))).toThrow(/sealed/);
  });

  it('opens under the previous key while that is named, and says that it is stale', () => {
    const sealed = first.seal(SAM, SECRET);
    const both = secretsOf({
      SECOND_FACTOR_SECRET: SECOND,
      SECOND_FACTOR_SECRET_PREVIOUS: FIRST,
    });
    expect(both.open(SAM, sealed)).toEqual({ secret: SECRET, stale: true });
    const anew = both.seal(SAM, SECRET);
    const second = secretsOf({ SECOND_FACTOR_SECRET: SECOND });
    expect(second.open(SAM, anew)).toEqual({ secret: SECRET, stale: false });
    expect(() => second.open(SAM, sealed)).toThrow('another SECOND_FACTOR_SECRET');
  });
});
