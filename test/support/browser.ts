import { accessSync, constants } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** Quiet and alone: nothing of the browser itself may talk to anybody. */
const ARGUMENTS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Smallest side of what a finger presses, in CSS pixels (WCAG 2.2, 2.5.5). */
const SMALLEST_TARGET = 44;

/** A phone as they are sold least wide today. */
export const SMALL_PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  hasTouch: true,
  isMobile: true,
};

/**
 * The Chromium of this machine: `CHROMIUM_PATH`, or the first of the usual names on the PATH.
 * Undefined, with one notice, where there is none.
 *
 * @throws Error where CI has none: there the browser tests are not to be left out.
 */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates =
    named === undefined
      ? folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))
      : [named];
  const found = candidates.find(isExecutable);
  if (found !== undefined) return found;
  const reason =
    named === undefined
      ? 'there is no chromium on the PATH'
      : `CHROMIUM_PATH (${named}) is nothing that runs`;
  if (process.env['CI'] !== undefined)
    throw new Error(`CI has no browser to test with: ${reason}.`);
  console.warn(`Left out: tests in a browser, because ${reason}.`);
  return undefined;
}

/** A browser with a fresh profile, which goes when it is closed. */
export async function startBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

/** Whether the page is wider than the screen, so that it would have to be pushed sideways. */
export async function overflowsSideways(page: Page): Promise<boolean> {
  return page.evaluate(
    'document.documentElement.scrollWidth > document.documentElement.clientWidth',
  );
}

/**
 * Finds barriers by axe's rules for WCAG 2.2 A and AA, contrast and names of fields included. Only
 * where JavaScript is on: axe waits by timers.
 */
export async function expectAccessible(page: Page): Promise<void> {
  // What is still fading in has not the colours that it will have.
  await page.evaluate(
    'Promise.allSettled(document.getAnimations().map((animation) => animation.finished))',
  );
  // As text through the debugger: the pages' own policy allows no script.
  await page.evaluate(axe.source);
  const found = await page.evaluate<axe.AxeResults>(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`,
  );
  expect(
    found.violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ html }) => html) })),
  ).toEqual([]);
}

/** What is pressed and is smaller than a finger tip; links inside of sentences are exempt. */
export async function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(`
    [...document.querySelectorAll('button, summary, select, textarea, input, a.big, label.tick')]
      .filter((one) => one.type !== 'hidden' && one.closest('[aria-hidden=true]') === null)
      .filter((one) => one.closest('label.tick') === null || one.matches('label.tick'))
      .filter((one) => one.offsetParent !== null)
      .filter((one) => one.getBoundingClientRect().height < ${SMALLEST_TARGET})
      .map((one) => one.outerHTML.slice(0, 120))`);
}

/** Keeps a picture of the whole page for a human, if `SCREENSHOTS` names a folder. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
