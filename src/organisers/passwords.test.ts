import { describe, expect, it } from 'vitest';
import { HashingPlaces } from './hashing-places.js';
import { Passwords } from './passwords.js';

describe('a password', () => {
  it('fits its own hash and no other, in whichever form its accents were typed', async () => {
    const passwords = new Passwords();
    const stored = await passwords.hash('caf\u00e9 au lait');
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,(?:t=2,p=1|p=1,t=2)\$/);
    expect(await passwords.fits(stored, 'cafe\u0301 au lait')).toBe(true);
    expect(await passwords.fits(stored, 'cafe au lait')).toBe(false);
  });

  it('is verified for an unknown account too, against a hash of the same cost, and never fits', async () => {
    const verified: string[] = [];
    const passwords = Passwords.verifyingWith((stored) => {
      verified.push(stored);
      return Promise.resolve(true);
    });
    const stored = await new Passwords().hash('a password of tests');
    expect(await passwords.fits(stored, 'anything')).toBe(true);
    expect(await passwords.fits(undefined, 'anything')).toBe(false);
    const cost = (hash = '') => hash.split('$').slice(1, 4).join('$');
    expect(verified).toHaveLength(2);
    expect(cost(verified[1])).toBe(cost(stored));
  });
});

describe('places for hashing', () => {
  it('run no more than there are at once, all in turn, and turn away a full line', async () => {
    const places = new HashingPlaces(2, 3);
    const ends: (() => void)[] = [];
    let running = 0;
    let most = 0;
    const work = async (): Promise<string> => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => ends.push(resolve));
      running -= 1;
      return 'done';
    };
    const full = (): Error => new Error('full');
    const taken = Array.from({ length: 5 }, () => places.run(work, full));
    await expect(places.run(work, full)).rejects.toThrow('full');
    const finish = (async () => {
      for (let ended = 0; ended < 5; ended++) {
        while (ends.length === 0) await Promise.resolve();
        ends.shift()?.();
      }
    })();
    expect(await Promise.all(taken)).toEqual(Array(5).fill('done'));
    await finish;
    expect(most).toBe(2);
  });

  it('are free again after a failure', async () => {
    const places = new HashingPlaces(1, 0);
    const fail = () =>
      places.run(
        () => Promise.reject(new Error('broken')),
        () => new Error('full'),
      );
    await expect(fail()).rejects.toThrow('broken');
    await expect(fail()).rejects.toThrow('broken');
  });
});
