import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../support/application.js';
import {
  expectAccessible,
  findChromium,
  keepPicture,
  overflowsSideways,
  SMALL_PHONE,
  smallTargets,
  startBrowser,
} from '../support/browser.js';
import { servePage } from './page-server.js';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('joining in a browser', () => {
  let app: TestApplication;
  let browser: Browser;

  beforeAll(async () => {
    [app, browser] = await Promise.all([startApplication(), startBrowser(chromium ?? '')]);
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  const submissions = async (email: string) =>
    app.database.sql<{ posted: Record<string, unknown> }>(
      'SELECT posted FROM join_submission WHERE email = $1',
      [email],
    );

  async function fillIn(page: Page, email: string): Promise<void> {
    await page.getByLabel('First name').fill('Sam');
    await page.getByLabel('Last name').fill('Jones');
    await page.getByLabel('Email address').fill(email);
    await page.getByLabel('Postcode').fill('m145rx');
    await page.getByLabel('I agree that').check();
  }

  const problems = (page: Page): string[] => {
    const seen: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') seen.push(message.text());
    });
    page.on('pageerror', (error) => seen.push(String(error)));
    return seen;
  };

  describe.each([
    ['a small phone without JavaScript', { ...SMALL_PHONE, javaScriptEnabled: false }, 'phone'],
    ['a small phone at night', { ...SMALL_PHONE, colorScheme: 'dark' as const }, 'night'],
    ['a desk', { viewport: { width: 1280, height: 900 } }, 'desk'],
  ])('on %s', (_where, options, picture) => {
    // Where no script runs axe cannot look; the other two look at the same pages.
    const expectNoBarriers = async (page: Page): Promise<void> => {
      if (!('javaScriptEnabled' in options)) await expectAccessible(page);
    };

    it('thanks for a join, with nothing personal in the address', async () => {
      const page = await (await browser.newContext(options)).newPage();
      const seen = problems(page);
      await page.goto(`${app.url}/join?utm_source=leaflet&utm_campaign=rents`);
      await keepPicture(page, `join-${picture}`);
      await expectNoBarriers(page);
      expect(await overflowsSideways(page)).toBe(false);
      expect(await smallTargets(page)).toEqual([]);

      const email = `${picture}.success@example.org`;
      await fillIn(page, email);
      await page.getByLabel('Yes, by email').check();
      await page.getByText('More about you').click();
      await page.getByLabel('Date of birth').fill('1990-05-17');
      await page.getByLabel('Anything you want').fill('Hello\nthere');
      await page.getByRole('button', { name: 'Join' }).click();

      await page.waitForURL(`${app.url}/join/thanks`);
      await keepPicture(page, `thanks-${picture}`);
      expect(await page.textContent('main')).not.toMatch(/Sam|Jones|@example\.org.*success/);
      await expectNoBarriers(page);
      expect(await overflowsSideways(page)).toBe(false);
      expect(seen).toEqual([]);
      expect(await submissions(email)).toEqual([
        {
          posted: {
            givenName: 'Sam',
            familyName: 'Jones',
            email,
            country: 'GB',
            postcode: 'm145rx',
            dateOfBirth: '1990-05-17',
            message: 'Hello\nthere',
            consent: { privacyNotice: '2026-11', email: true },
            source: {
              page: 'http://localhost:3000/join',
              utmSource: 'leaflet',
              utmCampaign: 'rents',
            },
          },
        },
      ]);
    });

    it('shows all faults at once beside what was typed, and takes the form put right', async () => {
      const page = await (await browser.newContext(options)).newPage();
      await page.goto(`${app.url}/join?utm_source=leaflet`);
      await page.getByLabel('Last name').fill('<b>Jones</b> "Sam"');
      await page.getByLabel('Email address').fill('sam@');
      await page.getByLabel('Phone number').fill('12');
      await page.getByLabel('Yes, by text message').check();
      await page.getByRole('button', { name: 'Join' }).click();
      await page.waitForURL(`${app.url}/v1/join`);

      await keepPicture(page, `faults-${picture}`);
      const alert = page.getByRole('alert');
      // Screen readers begin there, and so do eyes.
      await expect
        .poll(() => page.evaluate('document.activeElement.getAttribute("role")'))
        .toBe('alert');
      expect(await alert.getByRole('link').count()).toBe(5);
      const wrong = `[...document.querySelectorAll('[aria-invalid=true]')].map(({ id }) => id)`;
      expect(await page.evaluate(wrong)).toEqual([
        'givenName',
        'email',
        'phone',
        'postcode',
        'consent-privacyNotice',
      ]);
      expect(await page.getByLabel('Last name').inputValue()).toBe('<b>Jones</b> "Sam"');
      expect(await page.getByLabel('Phone number').inputValue()).toBe('12');
      expect(await page.getByLabel('Yes, by text message').isChecked()).toBe(true);
      expect(await page.getByLabel('Yes, by email').isChecked()).toBe(false);
      await expectNoBarriers(page);
      expect(await overflowsSideways(page)).toBe(false);
      expect(await smallTargets(page)).toEqual([]);

      await alert.getByRole('link', { name: 'Email address' }).click();
      await page.waitForURL(/#email$/);
      const email = `${picture}.faults@example.org`;
      await page.getByLabel('Phone number').fill('');
      await fillIn(page, email);
      await page.getByRole('button', { name: 'Join' }).click();
      await page.waitForURL(`${app.url}/join/thanks`);
      const [stored] = await submissions(email);
      expect(stored?.posted).toMatchObject({
        consent: { sms: true },
        source: { utmSource: 'leaflet' },
      });
    });
  });

  it('works by keyboard alone, and never leads it into the trap for bots', async () => {
    const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await page.goto(`${app.url}/join`);
    const email = 'keyboard@example.org';
    const typed: Record<string, string> = {
      givenName: 'Sam',
      email,
      postcode: 'M14 5RX',
      'consent.privacyNotice': ' ',
    };
    const visited: string[] = [];
    for (let steps = 0; steps < 40; steps++) {
      await page.keyboard.press('Tab');
      const name = await page.evaluate<string>(
        'document.activeElement.name || document.activeElement.localName',
      );
      visited.push(name);
      const keys = typed[name];
      if (keys === ' ') await page.keyboard.press('Space');
      else if (keys !== undefined) await page.keyboard.type(keys);
      if (name === 'button') break;
    }
    expect(visited).toEqual([
      'givenName',
      'familyName',
      'email',
      'phone',
      'postcode',
      'country',
      'summary',
      'consent.email',
      'consent.sms',
      'consent.phone',
      'consent.privacyNotice',
      'button',
    ]);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/join/thanks');
    expect(await submissions(email)).toHaveLength(1);
  });

  it('is served while the database is away, and keeps what was typed for the next press', async () => {
    const page = await (await browser.newContext(SMALL_PHONE)).newPage();
    const { name } = app.database;
    const away = async (isAway: boolean): Promise<void> => {
      // Of this database only: roles belong to the whole server, and so to other tests too.
      await app.database.sql(`ALTER DATABASE ${name} CONNECTION LIMIT ${isAway ? 0 : -1}`);
      if (!isAway) return;
      await app.database.sql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = $1 AND usename = 'branchline_app'`,
        [name],
      );
    };
    await page.goto(`${app.url}/join`);
    await fillIn(page, 'away@example.org');
    await away(true);
    try {
      const other = await page.context().newPage();
      expect((await other.goto(`${app.url}/join`))?.status()).toBe(200);
      await page.getByRole('button', { name: 'Join' }).click();
      await page.waitForURL(`${app.url}/v1/join`);
      await keepPicture(page, 'away');
      expect(await page.getByRole('alert').textContent()).toContain(
        'We could not save this just now',
      );
      expect(await page.getByLabel('Email address').inputValue()).toBe('away@example.org');
      expect(await page.getByLabel('I agree that').isChecked()).toBe(true);
      await expectAccessible(page);
    } finally {
      await away(false);
    }
    await expect
      .poll(async () => {
        await page.getByRole('button', { name: 'Join' }).click();
        return page.url();
      })
      .toBe(`${app.url}/join/thanks`);
    expect(await submissions('away@example.org')).toHaveLength(1);
  });

  it('turns somebody too young away kindly and keeps nothing', async () => {
    const page = await (await browser.newContext(SMALL_PHONE)).newPage();
    await page.goto(`${app.url}/join`);
    await fillIn(page, 'young@example.org');
    await page.getByText('More about you').click();
    const year = new Date().getUTCFullYear() - 10;
    await page.getByLabel('Date of birth').fill(`${year}-01-01`);
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('heading', { name: 'Thank you for wanting to join' }).waitFor();
    await keepPicture(page, 'young');
    await expectAccessible(page);
    expect(await submissions('young@example.org')).toEqual([]);
  });

  it('answers HEAD, and may be cached for a little', async () => {
    for (const path of ['/join', '/join/thanks']) {
      const answer = await fetch(`${app.url}${path}`, { method: 'HEAD' });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('cache-control')).toBe('public, max-age=300');
    }
    const { headers } = await fetch(`${app.url}/join`);
    expect(headers.get('referrer-policy')).toBe('same-origin');
  });

  describe('from the plain form of another website', () => {
    const example = new URL('../../docs/examples/foreign-form.html', import.meta.url);
    const foreignPage = async (): Promise<string> =>
      (await readFile(example, 'utf8')).replaceAll('https://join.example.org', app.url);

    async function post(page: Page, email: string): Promise<void> {
      await page.getByLabel('First name').fill('Sam');
      await page.getByLabel('Email', { exact: true }).fill(email);
      await page.getByLabel('Postcode').fill('M14 5RX');
      await page.getByLabel('I agree that').check();
      await page.getByRole('button', { name: 'Join' }).click();
    }

    it('lands on the thank-you page', async () => {
      const site = await servePage(await foreignPage());
      const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
      await page.goto(site.origin);
      await post(page, 'foreign@example.org');
      await page.waitForURL(`${app.url}/join/thanks`);
      const [stored] = await submissions('foreign@example.org');
      expect(stored?.posted).toMatchObject({ source: { campaign: 'front-page' } });
      await site.close();
    });

    it('comes back as the hosted form where something is wrong, and goes on from there', async () => {
      const site = await servePage(await foreignPage());
      const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
      await page.goto(site.origin);
      await post(page, 'foreign.fault@');
      await page.waitForURL(`${app.url}/v1/join`);
      await keepPicture(page, 'foreign-fault');
      expect(await page.getByLabel('First name').inputValue()).toBe('Sam');
      // Who ticked it there, and what they read, is not known here.
      expect(await page.getByLabel('I agree that').isChecked()).toBe(false);
      await page.getByLabel('Email address').fill('foreign.fault@example.org');
      await page.getByLabel('I agree that').check();
      await page.getByRole('button', { name: 'Join' }).click();
      await page.waitForURL(`${app.url}/join/thanks`);
      const [stored] = await submissions('foreign.fault@example.org');
      expect(stored?.posted).toMatchObject({ source: { campaign: 'front-page' } });
      await site.close();
    });

    it('is refused where the website hides its origin, as the example warns', async () => {
      const html = (await foreignPage()).replace('strict-origin-when-cross-origin', 'no-referrer');
      const site = await servePage(html);
      const page = await (await browser.newContext()).newPage();
      await page.goto(site.origin);
      const [answer] = await Promise.all([
        page.waitForResponse(`${app.url}/v1/join`),
        post(page, 'hidden.origin@example.org'),
      ]);
      expect(answer.status()).toBe(403);
      expect(await submissions('hidden.origin@example.org')).toEqual([]);
      await site.close();
    });
  });
});

describe.skipIf(chromium === undefined)('a thank-you page of one’s own', () => {
  it('is reached straight away and after faults', async () => {
    const site = await servePage('<!doctype html><title>Thanks</title><h1>Thank you from us</h1>');
    const app = await startApplication({
      worker: false,
      settings: {
        JOIN_FORM_ORIGINS: site.origin,
        JOIN_FORM_THANK_YOU_URL: `${site.origin}/thank-you`,
      },
    });
    const browser = await startBrowser(chromium ?? '');
    try {
      const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
      for (const firstTry of ['own.thanks@', 'straight.thanks@example.org']) {
        await page.goto(`${app.url}/join`);
        await page.getByLabel('First name').fill('Sam');
        await page.getByLabel('Email address').fill(firstTry);
        await page.getByLabel('Postcode').fill('M14');
        await page.getByLabel('I agree that').check();
        await page.getByRole('button', { name: 'Join' }).click();
        if (firstTry.endsWith('@')) {
          await page.waitForURL(`${app.url}/v1/join`);
          await page.getByLabel('Email address').fill('own.thanks@example.org');
          await page.getByRole('button', { name: 'Join' }).click();
        }
        await page.waitForURL(`${site.origin}/thank-you`);
        expect(await page.textContent('h1')).toBe('Thank you from us');
      }
    } finally {
      await browser.close();
      await app.close();
      await site.close();
    }
  });
});
