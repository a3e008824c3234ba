import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { POSTCODE_ATTRIBUTION } from '../../src/postcodes/attribution.js';
import { startApplication, type TestApplication } from '../support/application.js';
import {
  expectAccessible,
  findChromium,
  keepPicture,
  overflowsSideways,
  SMALL_PHONE,
  startBrowser,
} from '../support/browser.js';
import { blocksOf } from '../docs/markdown.js';
import { type PageServer, servePage } from './page-server.js';

const chromium = findChromium();
const GUIDE = new URL('../../docs/api-guide.md', import.meta.url);

describe.skipIf(chromium === undefined)('the branch finder on another website', () => {
  let app: TestApplication;
  let browser: Browser;
  let site: PageServer | undefined;
  beforeAll(async () => {
    [app, browser] = await Promise.all([
      startApplication({ worker: false }),
      startBrowser(chromium ?? ''),
    ]);
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await site?.close();
    site = undefined;
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  /** The snippet as the guide has it, for our server instead of the example's. */
  const snippet = async (server = app.url): Promise<string> => {
    const blocks = blocksOf(await readFile(GUIDE, 'utf8'), 'html');
    const block = blocks.find((one) => one.includes('/embed/branches.js')) ?? '';
    expect(block).not.toBe('');
    return block.replaceAll('https://join.example.org', server);
  };

  /** As narrow as a policy can be: no inline style or script, nothing but what the guide names. */
  const strictPolicy = (server = app.url): string =>
    [
      "default-src 'none'",
      `script-src ${server}`,
      `connect-src ${server}`,
      `form-action ${server}`,
      "style-src 'none'",
      "base-uri 'none'",
      "require-trusted-types-for 'script'",
    ].join('; ');

  async function open(
    html: string,
    { policy = strictPolicy(), ...options }: BrowserContextOptions & { policy?: string } = {},
  ): Promise<{ page: Page; complaints: string[] }> {
    const whole = `<!doctype html><html lang="en"><title>Us</title><meta name="viewport" content="width=device-width"><main><h1>Us</h1>${html}</main></html>`;
    site = await servePage(whole, { 'content-security-policy': policy });
    const page = await (await browser.newContext({ ...SMALL_PHONE, ...options })).newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(site.origin);
    return { page, complaints };
  }

  const ask = async (page: Page, postcode: string): Promise<void> => {
    await page.getByLabel('Your postcode').fill(postcode);
    await page.getByRole('button', { name: 'Find your branch' }).click();
  };

  it('answers under a strict policy, by the snippet of the guide', async () => {
    const { page, complaints } = await open(await snippet());
    await page.locator('.branchline-form').waitFor();
    expect(await page.locator('form').count()).toBe(1);
    await expectAccessible(page);
    await ask(page, 'm145rx');
    const status = page.getByRole('status');
    await expect.poll(() => status.textContent()).toBe('Manchester South looks after M14 5RX.');
    const answer = page.locator('.branchline-answer');
    expect(await answer.locator('.branchline-branch').textContent()).toMatch(
      /Manchester South.*about 3 miles \(4\.7 km\).*Every Monday, 7\.30 pm.*manchester-south@example\.org/,
    );
    expect(await answer.locator('.branchline-organiser').textContent()).toContain(
      'Regional organiser: North West, 07769 611 320',
    );
    expect(await answer.locator('.branchline-others li').count()).toBe(2);
    expect(await answer.locator('.branchline-attribution').textContent()).toBe(
      POSTCODE_ATTRIBUTION,
    );
    expect(await page.getByRole('link', { name: 'Join us' }).getAttribute('href')).toBe(
      `${app.url}/join?postcode=M14+5RX`,
    );
    expect(new URL(page.url()).search).toBe('');
    expect(await overflowsSideways(page)).toBe(false);
    await expectAccessible(page);
    await keepPicture(page, 'embed');
    expect(complaints).toEqual([]);
  });

  it('is used by keyboard alone; the answer is read out, and the focus stays', async () => {
    const { page } = await open(await snippet());
    await page.locator('.branchline-form').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type('CF10');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.getByRole('status').textContent())
      .toBe('Cardiff looks after CF10.');
    expect(await page.evaluate('document.activeElement.name')).toBe('postcode');
  });

  it('says what is wrong in words beside the box, and takes it put right', async () => {
    const { page, complaints } = await open(await snippet());
    await ask(page, ' ');
    const fault = page.getByRole('alert');
    await expect.poll(() => fault.textContent()).toContain('Please give a postcode');
    await ask(page, '<img src=x>');
    await expect.poll(() => fault.textContent()).toContain('A postcode looks like M14 5RX.');
    const input = page.getByLabel('Your postcode');
    expect(await input.getAttribute('aria-invalid')).toBe('true');
    expect(await page.evaluate('document.activeElement.name')).toBe('postcode');
    expect(await page.locator('img').count()).toBe(0);
    await ask(page, 'JE2 3AB');
    await expect
      .poll(() => page.getByRole('status').textContent())
      .toBe('No branch of ours covers JE2 3AB. Example Membership Organisation looks after you.');
    expect(await fault.textContent()).toBe('');
    expect(await input.getAttribute('aria-invalid')).toBeNull();
    // Chromium itself reports the 422.
    expect(complaints.filter((one) => !one.includes('422'))).toEqual([]);
  });

  it('is a plain form to our own page where there is no JavaScript', async () => {
    const { page } = await open(await snippet(), { javaScriptEnabled: false });
    await ask(page, 'LS1');
    await page.waitForURL(`${app.url}/branches?postcode=LS1`);
    expect(await page.locator('#answer h2').textContent()).toBe('Leeds looks after LS1.');
  });

  it('leaves the plain form where our server does not even give the script', async () => {
    const { page } = await open(await snippet('http://127.0.0.1:9'), {
      policy: strictPolicy('http://127.0.0.1:9'),
    });
    expect(await page.locator('form').getAttribute('action')).toBe('http://127.0.0.1:9/branches');
    expect(await page.locator('.branchline-form').count()).toBe(0);
  });

  it('says so where our server goes away, and offers our page and another try', async () => {
    const { page } = await open(await snippet());
    await page.route('**/v1/branches/nearest?*', (route) => route.abort());
    await ask(page, 'M14 5RX');
    const status = page.getByRole('status');
    await expect.poll(() => status.textContent()).toContain('We cannot look this up just now.');
    expect(await status.getByRole('link').getAttribute('href')).toBe(
      `${app.url}/branches?postcode=M14+5RX`,
    );
    await page.unroute('**/v1/branches/nearest?*');
    await ask(page, 'M14 5RX');
    await expect.poll(() => status.textContent()).toBe('Manchester South looks after M14 5RX.');
  });

  it('stands where its tag stands, with a join page and a number of one’s own', async () => {
    const tag = `<script src="${app.url}/embed/branches.js" data-join="/mitmachen?from=map" data-limit="1"></script>`;
    const { page, complaints } = await open(`<section id="here">${tag}${tag}</section>`);
    expect(await page.locator('#here > .branchline').count()).toBe(2);
    const second = page.locator('.branchline').last();
    await second.getByLabel('Your postcode').fill('M14');
    await second.getByRole('button').click();
    await expect
      .poll(() => second.getByRole('link', { name: 'Join us' }).getAttribute('href'))
      .toBe(`${site?.origin}/mitmachen?from=map&postcode=M14`);
    expect(await second.locator('.branchline-others li').count()).toBe(1);
    expect(await page.locator('.branchline-answer').first().textContent()).toBe('');
    await expectAccessible(page);
    expect(complaints).toEqual([]);
  });

  it('makes a number of branches out of whatever stands in its tag', async () => {
    for (const [given, shown] of [
      ['99', 20],
      ['-1', 1],
      ['many', 3],
    ] as const) {
      const { page } = await open(
        `<script src="${app.url}/embed/branches.js" data-limit="${given}"></script>`,
      );
      // No branch covers it, so that all of the nearest are others.
      await ask(page, 'EH1');
      await page.locator('.branchline-others').waitFor();
      expect(await page.locator('.branchline-others li').count()).toBe(shown);
      await site?.close();
    }
    site = undefined;
  });
});
