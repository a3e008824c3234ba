import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { DEMO_PASSWORD } from '../platform/config/configuration.js';
import { PasswordRules } from './password-rules.js';

const rules = new PasswordRules();
const ABOUT = ['Kim Jones', 'kim.jones@example.org', 'National Office', 'Tenants of Leeds'];
const codeOf = async (password: string) => (await rules.faultOf(password, ABOUT))?.code;

describe('a password that is chosen', () => {
  it.each([
    'four socks in my hat',
    'correct horse battery staple',
    'v9#kQ2mLx0pZ',
    'ydych chi’n iawn heno',
    'пурпурные носки танцуют',
    '紫の靴下が夜中に踊っている日',
    'x'.repeat(30) + 'four socks in my hat',
  ])('may be “%s”', async (password) => {
    // A run of one letter is worth nothing, but what follows within the first forty is.
    expect(await codeOf(password)).toBeUndefined();
  });

  it.each([
    ['short-one', 'too_short'],
    ['😀'.repeat(11), 'too_short'],
    ['four socks in my hat '.repeat(7), 'too_long'],
    [DEMO_PASSWORD, 'common_password'],
    ['password1234', 'common_password'],
    ['P4$$w0rd1234', 'common_password'],
    ['qwertyuiop12', 'common_password'],
    ['Summer2026!!!', 'common_password'],
    ['iloveyou12345', 'common_password'],
    ['aaaaaaaaaaaaaaaa', 'common_password'],
    ['123456789012', 'common_password'],
    ['letmeinletmein', 'common_password'],
    ['KimJones1987', 'personal_password'],
    ['Kim Jones, Leeds!', 'personal_password'],
    ['kim.jones@example.org', 'personal_password'],
    ['tenants-of-leeds-26', 'personal_password'],
    ['Branchline2026!', 'personal_password'],
    ['branchline-branchline', 'personal_password'],
  ])('may not be “%s”: %s', async (password, code) => {
    expect(await codeOf(password)).toBe(code);
  });

  it('is told what to do instead, in words', async () => {
    const fault = await rules.faultOf('password1234', []);
    expect(fault?.message).toBe(
      'This is too easily guessed. Take four or more words that have nothing to do with each other, or let a password manager make one.',
    );
  });

  it('counts characters as people do, whichever keyboard composed them', async () => {
    // Eleven letters, of which each accent is a character of its own until they are composed.
    expect(await codeOf('e\u0301'.repeat(11))).toBe('too_short');
    expect(await codeOf('𝓯𝓸𝓾𝓻 socks in my hat')).toBeUndefined();
  });

  it.each([
    'p4$$w0rd'.repeat(16),
    '4@8({[</369&#!1/|0$5+7%2'.repeat(6).slice(0, 128),
    '1'.repeat(127) + 'a',
    '1991-1-1-'.repeat(14),
    'aA1!'.repeat(32),
  ])('costs little time, however it is made (%#)', async (password) => {
    const names = Array.from({ length: 60 }, (_, n) => `${'a'.repeat(200)} ${n}abc`);
    await rules.faultOf('four socks in my hat', []);
    const before = performance.now();
    await rules.faultOf(password, names);
    // Some forty where it was measured; a machine that is busy takes its time.
    expect(performance.now() - before).toBeLessThan(1000);
  });
});
