import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeReleaseFolder, onspdFile, type ReleaseFolder } from '../postcodes/release-files.js';
import { importInto } from '../postcodes/support.js';
import { startApplication, type TestApplication } from '../support/application.js';
import {
  expectAccessible,
  findChromium,
  keepPicture,
  SMALL_PHONE,
  startBrowser,
} from '../support/browser.js';
import { type PageServer, servePage } from './page-server.js';

const chromium = findChromium();

const MANCHESTER = { ctry: 'E92000001', lat: '53.454600', long: '-2.226300' };
const ROWS = [
  { ...MANCHESTER, pcds: 'M14 5RX' },
  { ...MANCHESTER, pcds: 'M14 5RZ', doterm: '200512' },
  { ...MANCHESTER, pcds: 'S1 1AA' },
  { ...MANCHESTER, pcds: 'SO14 2AA' },
];

describe.skipIf(chromium === undefined)('the branch finder with reference data', () => {
  let app: TestApplication;
  let browser: Browser;
  let folder: ReleaseFolder;
  let site: PageServer;
  beforeAll(async () => {
    [app, browser, folder] = await Promise.all([
      startApplication({ worker: false }),
      startBrowser(chromium ?? ''),
      makeReleaseFolder(),
    ]);
    const tag = `<script src="${app.url}/embed/branches.js"></script>`;
    site = await servePage(
      `<!doctype html><html lang="en"><title>Us</title><main><h1>Us</h1>${tag}</main></html>`,
      {},
    );
    await importInto(app.database, await folder.write('ONSPD_NOV_2025_UK.csv', onspdFile(ROWS)));
    await vi.waitFor(
      async () => {
        const answer = await fetch(`${app.url}/v1/branches/nearest?postcode=M14+5RX`);
        expect(await answer.json()).toMatchObject({ precision: 'unit' });
      },
      { timeout: 10_000 },
    );
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });
  afterAll(async () => {
    await site.close();
    await browser.close();
    await app.close();
    await folder.remove();
  });

  /** The answer to a postcode on another site's page. */
  async function answerTo(postcode: string): Promise<Page> {
    const page = await (await browser.newContext(SMALL_PHONE)).newPage();
    await page.goto(site.origin);
    await page.getByLabel('Your postcode').fill(postcode);
    await page.getByRole('button', { name: 'Find your branch' }).click();
    await page.locator('.branchline-join').waitFor();
    return page;
  }

  it('says when a postcode was ended, as the page does', async () => {
    const page = await answerTo('M14 5RZ');
    expect(await page.locator('.branchline-terminated').textContent()).toBe(
      'Royal Mail ended the postcode M14 5RZ in December 2005. We went by where it was; if you have a new one, please try that, too.',
    );
    await expectAccessible(page);
    const living = await answerTo('M14 5RX');
    expect(await living.locator('.branchline-terminated').count()).toBe(0);
  });

  it.each([
    ['M14 5ZZ', 'the middle of M14 5'],
    ['M14 5', 'the middle of M14 5'],
    ['M14 9ZZ', 'the middle of its district'],
    ['LS1 1AA', 'the middle of a large area'],
  ])('says from where distances of %s are measured', async (postcode, from) => {
    const page = await answerTo(postcode);
    expect(await page.locator('.branchline-precision').textContent()).toBe(
      `Distances are measured from ${from}, so they are rough.`,
    );
  });

  it('asks what was meant, and looks up what is pressed', async () => {
    const page = await answerTo('S01 1AA');
    expect(await page.locator('.branchline-reading').textContent()).toBe(
      'We read this as S1 1AA. Did you mean SO1 1AA?',
    );
    await expectAccessible(page);
    await page.getByRole('button', { name: 'SO1 1AA' }).press('Enter');
    await page.getByText('looks after SO1 1AA').or(page.getByText('for SO1 1AA')).waitFor();
    expect(await page.getByLabel('Your postcode').inputValue()).toBe('SO1 1AA');
    expect(await page.getByRole('button', { name: 'S1 1AA', exact: true }).count()).toBe(1);
    // Whoever works with the keyboard goes on from the new answer, not from the top of the page.
    expect(await page.evaluate('document.activeElement.className')).toBe('branchline-status');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('S1 1AA');
    await page.keyboard.press('Enter');
    await page.getByText('looks after S1 1AA').or(page.getByText('for S1 1AA')).waitFor();
    expect(await page.evaluate('document.activeElement.className')).toBe('branchline-status');
  });

  it('says nothing of the kind of a postcode that is known', async () => {
    const page = await answerTo('M14 5RX');
    expect(await page.locator('.branchline-precision').count()).toBe(0);
  });

  it('tells on our own page how a postcode was read, and leads on to what it may be', async () => {
    const options = { ...SMALL_PHONE, colorScheme: 'dark' as const };
    const page = await (await browser.newContext(options)).newPage();
    await page.goto(`${app.url}/branches?postcode=S01+1AA`);
    const answer = page.locator('#answer');
    expect(await answer.textContent()).toContain('You typed S01 1AA, and we read it as S1 1AA.');
    await expectAccessible(page);
    await keepPicture(page, 'branches-read-as');
    // The answer has the focus, so that the first link is what may have been meant.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${app.url}/branches?postcode=SO1+1AA`);
    expect(await answer.textContent()).toContain('SO1 1AA is not in our list of postcodes.');
    expect(await answer.getByRole('link', { name: 'S1 1AA' }).count()).toBe(1);
    await expectAccessible(page);
    await keepPicture(page, 'branches-not-listed');
  });
});
