import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { joinPost } from '../factories/join-post.js';
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

/** What a join was answered with, as far as it is needed here. */
interface Joined {
  id: string;
  reference: string;
}

/** As most organisers read: a phone, and here one that runs no scripts. */
const SCRIPTLESS_PHONE: BrowserContextOptions = { ...SMALL_PHONE, javaScriptEnabled: false };

describe.skipIf(chromium === undefined)('the links in our messages, on a small phone', () => {
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

  const newPage = async (options = SCRIPTLESS_PHONE): Promise<Page> =>
    (await browser.newContext(options)).newPage();

  async function join(changes: Record<string, unknown> = {}): Promise<Joined> {
    const post = joinPost(changes);
    const answer = await fetch(`${app.url}/v1/join`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(post),
    });
    expect(answer.status).toBe(201);
    return (await answer.json()) as Joined;
  }

  /** The link in a text, at the port where this test's application answers. */
  const linkIn = (text: string, path: string): string => {
    const [, found] = new RegExp(`http://localhost:3000(${path}[\\w.~-]+)`).exec(text) ?? [];
    if (found === undefined) throw new Error(`No ${path} in: ${text}`);
    return `${app.url}${found}`;
  };

  /** One duty with the notice of it; the name tells the notice from those of other tests. */
  async function duty(givenName: string, changes: Record<string, unknown> = {}) {
    const { id } = await join({ givenName, phone: '07700 900123', ...changes });
    const notice = await app.smtp.waitFor(
      ({ to, text }) => to.includes('manchester-south@example.org') && text.includes(givenName),
    );
    return { id, notice, link: linkIn(notice.text, '/duties/') };
  }

  const stateOf = async (submissionId: string) => {
    const [row] = await app.database.sql(
      `SELECT state, outcome, note, tries, assignment, version FROM follow_up
        WHERE submission_id = $1`,
      [submissionId],
    );
    return row;
  };

  /** A tap that leads to another page, and that page read. */
  async function follow(page: Page, role: 'link' | 'button', name: string): Promise<void> {
    await Promise.all([page.waitForEvent('load'), page.getByRole(role, { name }).tap()]);
  }

  /** Everything that a page for a small phone owes. */
  async function expectGoodPage(page: Page, picture: string): Promise<void> {
    await keepPicture(page, picture);
    expect(await overflowsSideways(page)).toBe(false);
    expect(await smallTargets(page)).toEqual([]);
    // The same once more where scripts run: only there axe can look.
    for (const colorScheme of ['light', 'dark'] as const) {
      const copy = await newPage({ ...SMALL_PHONE, colorScheme });
      await copy.setContent(await page.content());
      await expectAccessible(copy);
      if (colorScheme === 'dark') await keepPicture(copy, `${picture}-night`);
      await copy.context().close();
    }
  }

  describe('the one-tap page', () => {
    it('closes a duty in three taps, beginning with the one on the notice', async () => {
      const { id, notice } = await duty('Alex', {
        message: 'Could somebody ring me after six?\nI am new here.',
        address: { line1: '1 High St', town: 'Fallowfield' },
      });
      const inbox = await servePage(
        (notice.html ?? '').replaceAll('http://localhost:3000', app.url),
      );
      const page = await newPage();
      await page.goto(inbox.origin);
      await keepPicture(page, 'notice');
      expect(await overflowsSideways(page)).toBe(false);

      await follow(page, 'link', 'How to reach Alex');
      await expectGoodPage(page, 'duty');
      const ring = page.getByRole('link', { name: /^Ring/ });
      expect(await ring.getAttribute('href')).toBe('tel:+447700900123');
      await ring.tap();
      await follow(page, 'button', 'Contacted');

      expect(await page.textContent('h1')).toBe('Thank you, this is done');
      await expectGoodPage(page, 'duty-done');
      expect(await stateOf(id)).toMatchObject({ state: 'done', outcome: 'contacted' });
      await inbox.close();
    });

    it('keeps the note that was typed', async () => {
      const { id, link } = await duty('Robin');
      const page = await newPage();
      await page.goto(link);
      await page.getByLabel('A note').fill('Rings back on <Monday>');
      await follow(page, 'button', 'Contacted');
      await expect.poll(() => stateOf(id)).toMatchObject({ note: 'Rings back on <Monday>' });
    });

    it('changes nothing when a mail scanner opens the link, however often and in whatever way', async () => {
      const { id, link } = await duty('Charlie');
      const before = await stateOf(id);
      for (const method of ['GET', 'HEAD', 'GET', 'HEAD', 'OPTIONS']) {
        await fetch(link, { method, headers: { accept: 'text/html' } });
      }
      const page = await newPage({ ...SMALL_PHONE });
      await page.goto(link);
      await page.reload();
      expect(await stateOf(id)).toEqual(before);
      expect(before).toMatchObject({ state: 'open', tries: 0 });
    });

    it('says kindly that a duty has gone to somebody else, and nothing about the person', async () => {
      const { id, link } = await duty('Frankie');
      const page = await newPage();
      await page.goto(link);
      await follow(page, 'button', 'Not ours');
      await expect.poll(() => stateOf(id)).toMatchObject({ state: 'open', assignment: 2 });

      const answer = await page.goto(link);
      expect(answer?.status()).toBe(410);
      expect(await page.textContent('h1')).toBe('This is with somebody else now');
      expect(await page.textContent('main')).toContain('North West');
      expect(await page.textContent('main')).not.toMatch(/Frankie|07700|@example/);
      await expectGoodPage(page, 'duty-revoked');
    });

    it('says kindly that a duty is done already, and nothing about the person', async () => {
      const { link } = await duty('Jamie');
      const page = await newPage();
      await page.goto(link);
      await follow(page, 'button', 'Contacted');
      await page.goto(link);
      expect(await page.textContent('h1')).toBe('Thank you, this is done');
      expect(await page.textContent('main')).not.toMatch(/Jamie|07700/);
    });

    it('helps with a link that was copied by halves', async () => {
      const { link } = await duty('Morgan');
      const page = await newPage();
      expect((await page.goto(link.slice(0, -5)))?.status()).toBe(404);
      expect(await page.textContent('h1')).toBe('This link does not work');
      await expectGoodPage(page, 'duty-unknown');
    });
  });

  describe('the confirmation page', () => {
    const confirmationOf = async ({ reference }: Joined): Promise<string> => {
      const { text } = await app.smtp.waitFor((mail) => mail.subject.includes(reference));
      return linkIn(text, '/v1/confirm/');
    };
    const confirmedAt = async (id: string) => {
      const [row] = await app.database.sql<{ confirmed_at: Date | null }>(
        'SELECT confirmed_at FROM join_submission_handling WHERE submission_id = $1',
        [id],
      );
      return row?.confirmed_at;
    };

    it('shows, and confirms with one press', async () => {
      const email = 'drew@example.org';
      const joined = await join({ givenName: 'Drew', email });
      const { id } = joined;
      const link = await confirmationOf(joined);
      const page = await newPage();
      await page.goto(link);
      await fetch(link, { method: 'HEAD' });
      await page.reload();
      expect(await page.textContent('main')).toContain(email);
      await expectGoodPage(page, 'confirm');
      expect(await confirmedAt(id)).toBeNull();

      await follow(page, 'button', 'Yes, this is my email address');
      expect(await page.textContent('h1')).toBe('Thank you');
      await expectGoodPage(page, 'confirm-done');
      expect(await confirmedAt(id)).toBeInstanceOf(Date);

      await page.goto(link);
      expect(await page.textContent('h1')).toBe('Thank you');
    });

    it('shows a known person exactly what their press takes over', async () => {
      const known = { givenName: 'Kim', familyName: 'Known', email: 'kim.known@example.org' };
      await join(known);
      const again = await join({
        ...known,
        postcode: 'LS1 4AP',
        address: { line1: '2 <New> St', town: 'Leeds' },
      });
      const page = await newPage();
      await page.goto(await confirmationOf(again));
      const words = await page.textContent('main');
      expect(words).toContain('it was you who filled in that form');
      expect(await page.textContent('dl')).toMatch(/2 <New> St, Leeds[\s\S]*LS1 4AP/);
      await expectGoodPage(page, 'confirm-known');
      await follow(page, 'button', 'Yes, I filled in that form: use its details');
      const [person] = await app.database.sql(
        `SELECT p.postcode, p.address_line1 FROM person p JOIN contact_point c ON c.person_id = p.id
          WHERE c.value = $1`,
        [known.email],
      );
      expect(person).toEqual({ postcode: 'LS1 4AP', address_line1: '2 <New> St' });
    });

    it('does not tell a stranger that the person whose number they gave is known', async () => {
      const name = { givenName: 'Lee', familyName: 'Listed', phone: '07700 900456' };
      await join({ ...name, email: 'lee.listed@example.org' });
      const strange = await join({ ...name, email: 'stranger@example.org' });
      const page = await newPage();
      await page.goto(await confirmationOf(strange));
      expect(await page.textContent('main')).not.toContain('go onto your record');
      expect(await page.locator('dl').count()).toBe(0);
      expect(await page.textContent('button')).toBe('Yes, this is my email address');
    });

    it('helps with a link that is none of ours', async () => {
      const page = await newPage();
      const answer = await page.goto(`${app.url}/v1/confirm/nonsense`);
      expect(answer?.status()).toBe(404);
      expect(await page.textContent('h1')).toBe('This link does not work');
      await expectGoodPage(page, 'confirm-unknown');
    });
  });
});
