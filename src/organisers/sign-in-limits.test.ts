import { beforeEach, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { loadConfiguration } from '../platform/config/configuration.js';
import { Problem } from '../platform/http/problem.js';
import { RateLimiter } from '../platform/http/rate-limiter.js';
import { SignInLimits, waitAfter } from './sign-in-limits.js';

const POINTS = 3;
const OWNER = 'sam@example.org';
const HOME = '192.0.2.1';

const configurationOf = (points: string) =>
  loadConfiguration(
    {},
    {
      NODE_ENV: 'test',
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      SMTP_URL: 'smtp://127.0.0.1:1',
      LINK_SECRET: 'a secret of tests that is long enough',
      RATE_LIMIT_SIGN_IN_PER_ADDRESS: points,
      RATE_LIMIT_EXEMPT: '10.0.0.0/8',
    },
  );
const limiterOf = (points: string) =>
  new RateLimiter(configurationOf(points), pino({ level: 'silent' }));

let limits: SignInLimits;
beforeEach(() => {
  limits = new SignInLimits(limiterOf(String(POINTS)), configurationOf(String(POINTS)));
});

/** Tries until it is refused. @returns how many tries were let through. */
async function triesOf(email: string, addressOf: (n: number) => string): Promise<number> {
  for (let n = 0; n < 100; n++) {
    try {
      await limits.countTry(email, addressOf(n));
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 429) throw error;
      return n;
    }
  }
  return 100;
}

describe('the limits of signing in', () => {
  it('let one network try an account a few times in a quarter of an hour', async () => {
    expect(await triesOf(OWNER, () => HOME)).toBe(POINTS);
    const refused: unknown = await limits.countTry(OWNER, HOME).catch((error: unknown) => error);
    expect(Number((refused as Problem).headers['Retry-After'])).toBeGreaterThan(14 * 60);
  });

  it('take an IPv6 line for one network', async () => {
    expect(await triesOf(OWNER, (n) => `2001:db8:0:7::${n}`)).toBe(POINTS);
  });

  it('let strangers together try an account five times as often', async () => {
    expect(await triesOf(OWNER, (n) => `198.51.100.${n}`)).toBe(5 * POINTS);
  });

  it('keep nobody out whose network has signed in before, whatever strangers do', async () => {
    await limits.noteSuccess(OWNER, HOME);
    await triesOf(OWNER, (n) => `198.51.100.${n}`);
    await expect(limits.countTry(OWNER, '203.0.113.1')).rejects.toMatchObject({ status: 429 });
    await limits.countTry(OWNER, HOME);
  });

  it('know a network for the account that signed in from it, and for no other', async () => {
    await limits.noteSuccess('other@example.org', HOME);
    await triesOf(OWNER, (n) => `198.51.100.${n}`);
    await expect(limits.countTry(OWNER, HOME)).rejects.toMatchObject({ status: 429 });
  });

  it('hold a known network to its own few tries', async () => {
    await limits.noteSuccess(OWNER, HOME);
    expect(await triesOf(OWNER, () => HOME)).toBe(POINTS);
  });

  it('count nothing of an exempt network', async () => {
    expect(await triesOf(OWNER, () => '10.1.2.3')).toBe(100);
  });
});

describe('waiting after failures', () => {
  it('grows from nothing over a second to a quarter of an hour', () => {
    expect(Array.from({ length: 14 }, (_, failures) => waitAfter(failures))).toEqual([
      0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900,
    ]);
    expect(waitAfter(1_000_000)).toBe(900);
  });

  it('holds for the one network and the one account, and is over with success', async () => {
    for (let tries = 0; tries < 3; tries++) await limits.countTry(OWNER, HOME);
    await limits.countTry(OWNER, '192.0.2.2');
    await limits.countTry('other@example.org', HOME);
    await limits.noteSuccess(OWNER, HOME);
    const own = new SignInLimits(limiterOf('100'), configurationOf('100'));
    for (let tries = 0; tries < 3; tries++) await own.countTry(OWNER, HOME);
    await expect(own.countTry(OWNER, HOME)).rejects.toMatchObject({
      status: 429,
      headers: { 'Retry-After': '1' },
    });
    await own.noteSuccess(OWNER, HOME);
    await own.countTry(OWNER, HOME);
  });

  it('counts tries that come at once, and not those that are held back', async () => {
    const own = new SignInLimits(limiterOf('100'), configurationOf('100'));
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, () => own.countTry(OWNER, HOME)),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    await expect(own.countTry(OWNER, HOME)).rejects.toMatchObject({
      headers: { 'Retry-After': '1' },
    });
  });

  it('goes by no failure where the password was right and the code is yet to come', async () => {
    const own = new SignInLimits(limiterOf('100'), configurationOf('100'));
    for (let tries = 0; tries < 10; tries++) {
      await expect(own.countTry(OWNER, HOME)).resolves.toBeUndefined();
      await own.noteHalf({ email: OWNER, address: HOME });
    }
  });
});
