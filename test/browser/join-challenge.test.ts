import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
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

const QUESTIONS = [
  {
    type: 'choice',
    key: 'tenure',
    label: 'How do you live?',
    required: true,
    options: ['I rent', 'I own'],
  },
  {
    type: 'choices',
    key: 'help',
    label: 'How could you help?',
    required: false,
    options: ['Leaflets', 'Stalls'],
  },
  { type: 'boolean', key: 'rules', label: 'I have read the rules', required: true },
  { type: 'long_text', key: 'story', label: 'What happened?', required: false },
  { type: 'date', key: 'since', label: 'Since when?', required: false },
  {
    type: 'number',
    key: 'rent',
    label: 'Rent a month',
    hint: 'In pounds',
    required: false,
    maximum: 9999,
  },
];

describe.skipIf(chromium === undefined)('a form that asks for proof of work, in a browser', () => {
  let app: TestApplication;
  let browser: Browser;

  beforeAll(async () => {
    [app, browser] = await Promise.all([
      startApplication({ worker: false }),
      startBrowser(chromium ?? ''),
    ]);
    await app.database.sql(
      `INSERT INTO form (id, slug, name, unit_id, questions, challenge)
       SELECT uuid_v7(), 'guarded', 'Join the renters', id, $1, true FROM unit WHERE kind = 'national'`,
      [JSON.stringify(QUESTIONS)],
    );
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  const open = async (options: BrowserContextOptions = {}): Promise<Page> =>
    (await browser.newContext(options)).newPage();

  async function fillIn(page: Page, email: string): Promise<void> {
    await page.getByLabel('First name').fill('Sam');
    await page.getByLabel('Email address').fill(email);
    await page.getByLabel('Postcode').fill('m145rx');
    await page.getByLabel('How do you live?').selectOption('I rent');
    await page.getByLabel('Stalls').check();
    await page.getByLabel('I have read the rules').check();
    await page.getByLabel('Rent a month').fill('950');
    await page.getByLabel('I agree that').check();
  }

  const stored = (email: string) =>
    app.database.sql<{ challenge: string; suspected_bot: boolean; answers: unknown }>(
      `SELECT challenge, suspected_bot, posted -> 'answers' AS answers
         FROM join_submission WHERE email = $1`,
      [email],
    );

  it.each([
    ['a small phone', SMALL_PHONE, 'phone'],
    ['a desk', { viewport: { width: 1280, height: 900 } }, 'desk'],
  ])('is solved on %s while it is filled in, and nobody notices', async (_where, options, name) => {
    const page = await open(options);
    const seen: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') seen.push(message.text());
    });
    page.on('pageerror', (error) => seen.push(String(error)));
    await page.goto(`${app.url}/join/guarded`);
    await keepPicture(page, `questions-${name}`);
    await expectAccessible(page);
    expect(await overflowsSideways(page)).toBe(false);
    expect(await smallTargets(page)).toEqual([]);
    await fillIn(page, `${name}.solved@example.org`);
    await page.getByRole('button', { name: 'Join' }).click();
    await page.waitForURL(`${app.url}/join/thanks`);
    expect(seen).toEqual([]);
    expect(await stored(`${name}.solved@example.org`)).toEqual([
      {
        challenge: 'solved',
        suspected_bot: false,
        answers: [
          { key: 'tenure', type: 'choice', label: 'How do you live?', value: 'I rent' },
          { key: 'help', type: 'choices', label: 'How could you help?', value: ['Stalls'] },
          { key: 'rules', type: 'boolean', label: 'I have read the rules', value: true },
          { key: 'rent', type: 'number', label: 'Rent a month', value: 950 },
        ],
      },
    ]);
  });

  it('is solved again after faults, and a press twice sends it once', async () => {
    const page = await open();
    await page.goto(`${app.url}/join/guarded`);
    await page.getByLabel('What happened?').fill('A <b>long</b> story');
    await page.getByRole('button', { name: 'Join' }).click();
    await page.waitForURL(`${app.url}/v1/join`);
    await expectAccessible(page);
    await keepPicture(page, 'questions-faults');
    const alert = page.getByRole('alert');
    await alert.getByRole('link', { name: 'How do you live?' }).click();
    await page.waitForURL(/#answers-tenure$/);
    expect(await page.getByLabel('What happened?').inputValue()).toBe('A <b>long</b> story');
    await fillIn(page, 'again@example.org');
    await page.getByRole('button', { name: 'Join' }).dblclick();
    // Not by waitForURL, which gives up where the second press replaces a navigation under way.
    await expect.poll(() => page.url()).toBe(`${app.url}/join/thanks`);
    expect(await stored('again@example.org')).toMatchObject([
      { challenge: 'solved', suspected_bot: false },
    ]);
  });

  it('without JavaScript says what that means, and loses nobody', async () => {
    const page = await open({ ...SMALL_PHONE, javaScriptEnabled: false });
    await page.goto(`${app.url}/join/guarded`);
    expect(await page.textContent('form')).toContain('a person then looks at it first');
    await fillIn(page, 'no.script@example.org');
    await page.getByRole('button', { name: 'Join' }).click();
    await page.waitForURL(`${app.url}/join/thanks?check=by-hand`);
    expect(await page.textContent('main')).toContain('within a week');
    expect(await stored('no.script@example.org')).toMatchObject([
      { challenge: 'missing', suspected_bot: true },
    ]);
  });

  it('whose challenge does not arrive is sent without', async () => {
    const page = await open();
    await page.route('**/v1/join/challenge*', (route) => route.abort());
    await page.goto(`${app.url}/join/guarded`);
    await fillIn(page, 'cut.off@example.org');
    await page.getByRole('button', { name: 'Join' }).click();
    await page.waitForURL(`${app.url}/join/thanks?check=by-hand`);
    expect(await stored('cut.off@example.org')).toMatchObject([{ challenge: 'missing' }]);
  });

  it('on another website is solved by one tag, under a strict policy of that site', async () => {
    const site = await servePage(
      `<!doctype html><title>Renters</title>
       <form action="${app.url}/v1/join" method="post" accept-charset="utf-8">
       <input type="hidden" name="formId" value="guarded">
       <input name="givenName" aria-label="Name"><input name="email" aria-label="Email">
       <input name="postcode" aria-label="Postcode">
       <select name="answers.tenure" aria-label="Tenure"><option>I rent</option></select>
       <input type="checkbox" name="answers.rules" aria-label="Rules">
       <input type="checkbox" name="consent.privacyNotice" value="2026-11" aria-label="Agreed">
       <button>Join</button></form>
       <script src="${app.url}/embed/join-challenge.js" defer></script>`,
      {
        'content-security-policy': `default-src 'none'; script-src ${app.url}; connect-src ${app.url}; form-action ${app.url}; require-trusted-types-for 'script'`,
      },
    );
    try {
      const page = await open();
      const seen: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') seen.push(message.text());
      });
      await page.goto(site.origin);
      await page.getByLabel('Name').fill('Sam');
      await page.getByLabel('Email').fill('elsewhere@example.org');
      await page.getByLabel('Postcode').fill('M14');
      await page.getByLabel('Rules').check();
      await page.getByLabel('Agreed').check();
      await page.getByRole('button', { name: 'Join' }).click();
      await page.waitForURL(`${app.url}/join/thanks`);
      expect(seen).toEqual([]);
      expect(await stored('elsewhere@example.org')).toMatchObject([
        { challenge: 'solved', suspected_bot: false },
      ]);
    } finally {
      await site.close();
    }
  });
});
