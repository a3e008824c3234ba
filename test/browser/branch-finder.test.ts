import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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

const chromium = findChromium();

/** A grey dot: what a tile is made of does not matter here. */
const TILE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mM4c+bMfwAIWAN5ly1qXgAAAABJRU5ErkJggg==',
  'base64',
);

interface AskedTile {
  readonly path: string;
  readonly referer: string | undefined;
}

/** Somebody else's server of map pictures, which remembers what it was asked. */
async function serveTiles(
  asked: AskedTile[],
  isAway = () => false,
): Promise<{ server: Server; origin: string }> {
  const server = createServer(({ url = '', headers }, response) => {
    asked.push({ path: url, referer: headers.referer });
    // Every other request is left open, as by a server that can do no more.
    if (isAway()) {
      if (asked.length % 2 === 0) response.writeHead(503).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'image/png' }).end(TILE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** What the page complained of, and whom it asked for anything. */
function watch(page: Page) {
  const complaints: string[] = [];
  const hosts = new Set<string>();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (asked) => hosts.add(new URL(asked.url()).origin));
  return { complaints, hosts };
}

const focused = (page: Page, what: string) => page.evaluate(`document.activeElement.${what}`);

describe.skipIf(chromium === undefined)('finding a branch in a browser', () => {
  let app: TestApplication;
  let browser: Browser;
  beforeAll(async () => {
    [app, browser] = await Promise.all([
      startApplication({ worker: false }),
      startBrowser(chromium ?? ''),
    ]);
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  describe.each([
    ['a small phone without JavaScript', { ...SMALL_PHONE, javaScriptEnabled: false }, 'phone'],
    ['a small phone at night', { ...SMALL_PHONE, colorScheme: 'dark' as const }, 'night'],
    ['a desk', { viewport: { width: 1280, height: 900 } }, 'desk'],
  ])('on %s', (_where, options, picture) => {
    const expectGood = async (page: Page, name: string): Promise<void> => {
      await keepPicture(page, `branches-${name}-${picture}`);
      // Where no script runs axe cannot look; the other two look at the same pages.
      if (!('javaScriptEnabled' in options)) await expectAccessible(page);
      expect(await overflowsSideways(page)).toBe(false);
      expect(await smallTargets(page)).toEqual([]);
    };

    it('leads from a postcode to the branch, its page, and joining', async () => {
      const page = await (await browser.newContext(options)).newPage();
      const { complaints, hosts } = watch(page);
      await page.goto(`${app.url}/branches`);
      await expectGood(page, 'box');
      await page.getByLabel('Your postcode').fill('m145rx');
      await page.getByRole('button', { name: 'Find your branch' }).click();
      await page.waitForURL(`${app.url}/branches?postcode=m145rx`);
      // Screen readers begin with the answer, and so do eyes.
      await expect.poll(() => focused(page, 'id')).toBe('answer');
      expect(await page.locator('#answer h2').textContent()).toBe(
        'Manchester South looks after M14 5RX.',
      );
      expect(await page.getByLabel('Try another postcode').inputValue()).toBe('M14 5RX');
      expect(await page.getByRole('link', { name: 'Join us' }).getAttribute('href')).toBe(
        '/join?postcode=M14+5RX',
      );
      await expectGood(page, 'answer');
      await page.getByRole('link', { name: 'Join us' }).click();
      await page.waitForURL(`${app.url}/join?postcode=M14+5RX`);
      expect(await page.getByLabel('Postcode').inputValue()).toBe('M14 5RX');
      await page.goBack();
      await page.locator('#answer').getByRole('link', { name: 'Manchester South' }).first().click();
      await page.waitForURL(`${app.url}/branches/manchester-south`);
      await expectGood(page, 'branch');
      await page.getByRole('link', { name: 'Join us' }).click();
      await page.waitForURL(`${app.url}/join`);
      expect(complaints).toEqual([]);
      expect([...hosts]).toEqual([app.url]);
    });

    it('shows what is no postcode beside what was typed, and takes it put right', async () => {
      const page = await (await browser.newContext(options)).newPage();
      await page.goto(`${app.url}/branches`);
      await page.getByLabel('Your postcode').fill('S0l <b>');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/branches?postcode=*');
      await expect.poll(() => focused(page, 'getAttribute("role")')).toBe('alert');
      const box = page.getByLabel('Your postcode');
      expect(await box.inputValue()).toBe('S0l <b>');
      expect(await box.getAttribute('aria-invalid')).toBe('true');
      await expectGood(page, 'fault');
      await page.getByRole('alert').getByRole('link').click();
      await box.fill('LS1');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Leeds looks after LS1.' }).waitFor();
    });
  });

  it('is used by keyboard alone, without JavaScript', async () => {
    const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await page.goto(`${app.url}/branches`);
    await page.keyboard.press('Tab');
    expect(await focused(page, 'id')).toBe('postcode');
    await page.keyboard.type('cf10');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Cardiff looks after CF10.' }).waitFor();
    const visited: unknown[] = [];
    for (let steps = 0; steps < 6; steps++) {
      await page.keyboard.press('Tab');
      visited.push(await focused(page, 'getAttribute("href")'));
    }
    expect(visited.slice(0, 3)).toEqual([
      '/branches/cardiff',
      'mailto:cardiff@example.org',
      '/join?postcode=CF10',
    ]);
  });

  describe('the map without pictures', () => {
    const openMap = async (path: string): Promise<Page> => {
      const page = await (await browser.newContext(SMALL_PHONE)).newPage();
      await page.goto(`${app.url}${path}`);
      await page.locator('#map .pin').first().waitFor();
      return page;
    };

    it('draws the coast and the listed branches, asks nobody else, and knows no postcode', async () => {
      const page = await openMap('/branches?postcode=M14+5RX');
      expect(await page.locator('#map path.coast').count()).toBe(1);
      expect(await page.locator('#map img').count()).toBe(0);
      const pins = await page.evaluate<string[]>(
        `[...document.querySelectorAll('#map .pin')].map((pin) => pin.getAttribute('aria-label'))`,
      );
      const listed = await page.locator('a[data-lat]').allTextContents();
      expect(listed).toHaveLength(5);
      const members = pins.map((name) => Number(/^(\d+) branches/.exec(name)?.[1] ?? 1));
      expect(members.reduce((sum, one) => sum + one, 0)).toBe(listed.length);
      expect(await page.locator('#map-section').innerHTML()).not.toContain('M14');
    });

    it('opens its markers by keyboard, gives the focus back, and can be skipped', async () => {
      const page = await openMap('/branches?postcode=CA1');
      const pin = page.getByRole('button', { name: 'Carlisle' });
      await pin.focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => focused(page, 'textContent')).toBe('Carlisle');
      expect(await focused(page, 'href')).toBe(`${app.url}/branches/carlisle`);
      await expectAccessible(page);
      await keepPicture(page, 'branches-popup');
      await page.keyboard.press('Escape');
      await expect.poll(() => focused(page, 'getAttribute("aria-label")')).toBe('Carlisle');
      await expect.poll(() => page.locator('.leaflet-popup').count()).toBe(0);
      const skip = page.getByRole('link', { name: 'Skip the map' });
      await skip.focus();
      expect((await skip.boundingBox())?.x).toBeGreaterThanOrEqual(0);
      await page.keyboard.press('Enter');
      await expect.poll(() => focused(page, 'id')).toBe('after-map');
    });

    it('takes markers that lie together for one, until one looks nearer', async () => {
      const page = await openMap('/branches');
      const many = page.locator('#map .pin', { hasText: /\d/ });
      const closest = `(() => {
        const boxes = [...document.querySelectorAll('#map .pin')].map((pin) => pin.getBoundingClientRect());
        return Math.min(...boxes.flatMap((one, n) => boxes.slice(n + 1).map((other) =>
          Math.hypot(one.x - other.x, one.y - other.y))));
      })()`;
      expect(await page.evaluate(closest)).toBeGreaterThanOrEqual(43);
      const name = String(await many.first().getAttribute('aria-label'));
      expect(name).toMatch(new RegExp(`^${await many.first().textContent()} branches, `));
      await many.first().focus();
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name, exact: true }).waitFor({ state: 'detached' });
      expect(await page.evaluate(closest)).toBeGreaterThanOrEqual(43);
      await expect.poll(() => focused(page, 'id')).toBe('map');
      await expectAccessible(page);
      expect(await smallTargets(page)).toEqual([]);
      await page.getByRole('button', { name: 'Zoom out' }).press('Enter');
      await page.getByRole('button', { name, exact: true }).waitFor();
    });
  });
});

describe.skipIf(chromium === undefined)('the map with pictures of somebody else', () => {
  it('asks for none before a press, and then tells neither page nor postcode', async () => {
    const asked: AskedTile[] = [];
    const tiles = await serveTiles(asked);
    const app = await startApplication({
      worker: false,
      settings: {
        BRANCH_MAP_TILES: `${tiles.origin}/{z}/{x}/{y}.png`,
        BRANCH_MAP_ATTRIBUTION: '© <b>Somebody</b> https://tiles.example.org/copyright',
      },
    });
    const browser = await startBrowser(chromium ?? '');
    try {
      const page = await (await browser.newContext(SMALL_PHONE)).newPage();
      const { complaints, hosts } = watch(page);
      const answer = await page.goto(`${app.url}/branches?postcode=M14+5RX`);
      expect(answer?.headers()['content-security-policy']).toContain(
        `; img-src ${tiles.origin}; form-action`,
      );
      const button = page.getByRole('button', { name: 'Show the map' });
      await button.waitFor();
      await expectAccessible(page);
      expect(asked).toEqual([]);
      expect([...hosts]).toEqual([app.url]);
      await button.press('Enter');
      await page.locator('#map img.leaflet-tile-loaded').first().waitFor();
      await expect.poll(() => focused(page, 'id')).toBe('map');
      expect(asked.length).toBeGreaterThan(0);
      for (const { path, referer } of asked) {
        expect(path).toMatch(/^\/\d+\/\d+\/\d+\.png$/);
        expect(referer).toBe(`${app.url}/`);
      }
      const credit = page.locator('#map .leaflet-control-attribution a');
      expect(await credit.textContent()).toBe('© <b>Somebody</b>');
      expect(await credit.getAttribute('href')).toBe('https://tiles.example.org/copyright');
      expect(await page.locator('#map path.coast').count()).toBe(0);
      expect(await overflowsSideways(page)).toBe(false);
      await keepPicture(page, 'branches-tiles');
      await expectAccessible(page);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      await app.close();
      tiles.server.closeAllConnections();
      tiles.server.close();
    }
  });

  it('loads nothing of another kind where they fail while somebody zooms', async () => {
    const asked: AskedTile[] = [];
    let isAway = true;
    const tiles = await serveTiles(asked, () => isAway);
    const app = await startApplication({
      worker: false,
      settings: {
        BRANCH_MAP_TILES: `${tiles.origin}/{z}/{x}/{y}.png`,
        BRANCH_MAP_ATTRIBUTION: '© Somebody',
      },
    });
    const browser = await startBrowser(chromium ?? '');
    try {
      const page = await (
        await browser.newContext({ ...SMALL_PHONE, reducedMotion: 'reduce' })
      ).newPage();
      const { complaints } = watch(page);
      await page.goto(`${app.url}/branches?postcode=M14+5RX`);
      let wanted = 0;
      page.on('request', (one) => (wanted += one.url().startsWith(tiles.origin) ? 1 : 0));
      const zoom = async (button: string) => {
        const before = wanted;
        await page.getByRole('button', { name: button }).press('Enter');
        await expect.poll(() => wanted).toBeGreaterThan(before);
      };
      await zoom('Show the map');
      for (const button of ['Zoom out', 'Zoom out', 'Zoom in']) await zoom(button);
      // When the server is back, so are the pictures.
      isAway = false;
      await zoom('Zoom out');
      await page.locator('#map img.leaflet-tile-loaded').first().waitFor();
      expect(complaints.filter((one) => !one.includes('503'))).toEqual([]);
    } finally {
      await browser.close();
      await app.close();
      tiles.server.closeAllConnections();
      tiles.server.close();
    }
  });
});
