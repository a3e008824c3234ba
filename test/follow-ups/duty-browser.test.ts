import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  SMALL_PHONE,
  expectAccessible,
  findChromium,
  overflowsSideways,
  smallTargets,
  startBrowser,
} from '../support/browser.js';
import { DutyBench } from './duty-bench.js';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('the one-tap page on a phone', () => {
  let bench: DutyBench;
  let browser: Browser;
  beforeAll(async () => {
    [bench, browser] = await Promise.all([DutyBench.open(), startBrowser(chromium ?? '')]);
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });
  afterAll(async () => {
    await browser.close();
    await bench.close();
  });

  const cardiffDuty = (posted = {}) =>
    bench.giveDuty({ unit: bench.organisation.units.cardiff, posted });

  it('closes a duty by three taps without JavaScript: link, telephone, button', async () => {
    const { id, path } = await cardiffDuty();
    const context = await browser.newContext({ ...SMALL_PHONE, javaScriptEnabled: false });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(bench.url + path);
    const call = page.getByRole('link', { name: 'Ring 07700 900123' });
    expect(await call.getAttribute('href')).toBe('tel:+447700900123');
    await tap(page, 'Contacted', 'Thank you, this is done');
    expect(page.url()).toBe(bench.url + path);
    await page.reload();
    expect(await bench.duty(id)).toMatchObject({ state: 'done', version: 2 });
    // A style that the page's own policy refuses would be complained about here.
    expect(complaints).toEqual([]);
  });

  it('fits, is good for thumbs, and has no barriers, on every page it may show', async () => {
    const long = 'Wolfeschlegelsteinhausenbergerdorff'.repeat(3);
    const plain = await cardiffDuty();
    const wide = await cardiffDuty({
      familyName: long,
      message: long,
      source: { page: `https://${long}.example/join` },
    });
    const page = await (await browser.newContext(SMALL_PHONE)).newPage();
    const look = async () => {
      expect(await overflowsSideways(page)).toBe(false);
      expect(await smallTargets(page)).toEqual([]);
      await expectAccessible(page);
    };
    await page.goto(bench.url + wide.path);
    await look();
    await page.goto(bench.url + plain.path);
    await look();
    await tap(page, 'No answer', 'One try is recorded');
    await look();
    await tap(page, 'Not ours', 'This is with somebody else now');
    await look();
    await page.goto(bench.url + bench.pathOf(plain.id, 2));
    await tap(page, 'Contacted', 'Thank you, this is done');
    await look();
    await page.goto(`${bench.url}/duties/x`);
    await look();
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto(bench.url + wide.path);
    await look();
  });
});

/** Presses a button and waits for the page that follows, known by one of its headings. */
async function tap(page: Page, button: string, heading: string): Promise<void> {
  await page.getByRole('button', { name: button }).tap();
  await page.getByRole('heading', { name: heading }).waitFor();
}
