import type { Browser, Page } from 'playwright-core';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bearer } from '../admin/support.js';
import { startApplication, TEST_PASSWORD, type TestApplication } from '../support/application.js';
import {
  expectAccessible,
  findChromium,
  keepPicture,
  overflowsSideways,
  SMALL_PHONE,
  smallTargets,
  startBrowser,
} from '../support/browser.js';

const NEW_PASSWORD = 'four socks in my hat';
const chromium = findChromium();

let app: TestApplication;
beforeAll(async () => {
  app = await startApplication();
});
afterAll(() => app.close());

const call = () => request(app.url);
const signIn = (email: string, password: string) =>
  call().post('/v1/admin/sessions').send({ email, password });
const token = async (email: string) =>
  (await signIn(email, TEST_PASSWORD).expect(201)).body.token as string;
const unitId = async (slug: string) =>
  (await app.database.sql<{ id: string }>('SELECT id FROM unit WHERE slug = $1', [slug]))[0]?.id;

async function invite(email: string, input: Record<string, unknown> = {}): Promise<string> {
  const { body } = await call()
    .post('/v1/admin/organisers')
    .set(bearer(await token('wales@example.org')))
    .send({
      email,
      name: 'Kim Jones',
      role: 'branch_secretary',
      unitId: await unitId('swansea'),
      ...input,
    })
    .expect(201);
  return (body as { id: string }).id;
}

/** The path of the link in the first mail to somebody whose subject matches. */
async function linkTo(email: string, subject: RegExp): Promise<string> {
  const mail = await app.smtp.waitFor((one) => one.to.includes(email) && subject.test(one.subject));
  const [, path] = /http:\/\/localhost:3000(\/account\/[\w-]+)/.exec(mail.text) ?? [];
  if (path === undefined) throw new Error(`No link in: ${mail.text}`);
  expect(mail.html).toContain(path);
  return path;
}

describe('the way of an invitation', () => {
  it('leads from the mail by its page to the first sign-in', async () => {
    await invite('Kim@Example.org');
    const mail = await app.smtp.waitFor((one) => one.to.includes('kim@example.org'));
    expect(mail.subject).toBe('You are invited to be branch secretary of Swansea');
    expect(mail.text).toMatch(/Organiser for Wales has invited you to be branch secretary/);
    const path = await linkTo('kim@example.org', /invited/);

    const page = await call().get(path).set('accept', 'text/html').expect(200);
    expect(page.text).toContain('You are invited to be branch secretary of Swansea');
    expect(page.text).toContain('kim@example.org');
    const weak = await call()
      .post(path)
      .set('accept', 'text/html')
      .type('form')
      .send({ username: 'x', password: 'password1234', again: 'password1234' })
      .expect(422);
    expect(weak.text).toContain('This is too easily guessed.');
    expect(weak.text).not.toContain('password1234');
    const form = { password: NEW_PASSWORD, again: NEW_PASSWORD };
    const done = await call().post(path).type('form').send(form).expect(303);
    expect(done.headers['location']).toBe('/account-ready');
    await call()
      .get('/account-ready')
      .expect(200, /Thank you, this is done/);
    const { body } = await signIn('kim@example.org', NEW_PASSWORD).expect(201);
    const me = await call().get('/v1/admin/me').set(bearer(body.token)).expect(200);
    expect(me.body.grants).toMatchObject([{ role: 'branch_secretary', unit: { slug: 'swansea' } }]);
    await call()
      .get(path)
      .set('accept', 'text/html')
      .expect(410, /has been accepted/);
  });

  it('writes nobody’s advertisement: names that hold a link are left out of the mail', async () => {
    await invite('spam@example.org', { name: 'Win at www.example.com' });
    const mail = await app.smtp.waitFor((one) => one.to.includes('spam@example.org'));
    expect(mail.raw).not.toContain('www.example.com');
    expect(mail.text).toMatch(/^Hello,/);
  });

  it('is not sent when it was taken back before the worker came to it', async () => {
    const id = await invite('back@example.org');
    await call()
      .delete(`/v1/admin/organisers/invitations/${id}`)
      .set(bearer(await token('wales@example.org')));
    await expect
      .poll(
        async () =>
          (
            await app.database.sql<{ state: string }>(
              'SELECT state FROM message WHERE invitation_id = $1',
              [id],
            )
          )[0]?.state,
      )
      .toMatch(/cancelled|sent/);
  });
});

describe('the way back of the forgetful', () => {
  it('leads from the page by the mail to a new password, and is told of', async () => {
    const email = 'yorkshire@example.org';
    const asked = await call().post('/account/forgotten').type('form').send({ email }).expect(200);
    const unknown = await call()
      .post('/account/forgotten')
      .type('form')
      .send({ email: 'nobody@example.org' })
      .expect(200);
    expect(unknown.text).toBe(asked.text);
    const path = await linkTo(email, /new password/);
    const apart = { password: NEW_PASSWORD, again: 'another' };
    const refused = await call()
      .post(path)
      .set('accept', 'text/html')
      .type('form')
      .send(apart)
      .expect(422);
    expect(refused.text).toContain('The two are not the same.');
    const form = { password: NEW_PASSWORD, again: NEW_PASSWORD };
    await call().post(path).type('form').send(form).expect(303);
    await signIn(email, NEW_PASSWORD).expect(201);
    const notice = await app.smtp.waitFor(
      (mail) => mail.to.includes(email) && /was changed/.test(mail.subject),
    );
    expect(notice.text).toContain('ask for a new password at once, where you sign in');
    // No link: whoever imitates it has nothing to imitate.
    expect(notice.text).not.toContain('http');
    expect(notice.raw).not.toContain(NEW_PASSWORD);
    await call()
      .get(path)
      .set('accept', 'text/html')
      .expect(410, /This link has been used/);
    // Of the address without an account the worker has made nothing.
    await expect
      .poll(() =>
        app.database.sql(
          `SELECT state FROM message WHERE kind = 'organiser_password_reset' ORDER BY state`,
        ),
      )
      .toEqual([{ state: 'cancelled' }, { state: 'sent' }]);
    expect(app.smtp.messages.some((mail) => mail.to.includes('nobody@example.org'))).toBe(false);
    const trail = await app.database.sql(
      `SELECT action FROM audit_event WHERE action LIKE 'organiser.password%' ORDER BY id`,
    );
    expect(trail).toEqual([
      { action: 'organiser.password_reset_asked' },
      { action: 'organiser.password_reset' },
    ]);
  });
});

describe.skipIf(chromium === undefined)('the pages of an account, on a small phone', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser(chromium ?? '');
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });
  afterAll(() => browser.close());

  const press = async (page: Page, button: string, heading: string) => {
    await page.getByRole('button', { name: button }).tap();
    await page.getByRole('heading', { name: heading }).waitFor();
  };

  it('make an account without JavaScript, and nothing is complained of', async () => {
    await invite('phone@example.org', { unitId: await unitId('cardiff'), role: 'reader' });
    const path = await linkTo('phone@example.org', /invited/);
    const page = await (
      await browser.newContext({ ...SMALL_PHONE, javaScriptEnabled: false })
    ).newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(app.url + path);
    await page.getByLabel('New password').fill(NEW_PASSWORD);
    await page.getByLabel('The same once more').fill(NEW_PASSWORD);
    await press(page, 'Make my account', 'Thank you, this is done');
    expect(page.url()).toBe(`${app.url}/account-ready`);
    expect(complaints).toEqual([]);
    await signIn('phone@example.org', NEW_PASSWORD).expect(201);
  });

  it('fit, are good for thumbs, and have no barriers, on every page that may be shown', async () => {
    const long = 'wolfeschlegelsteinhausenbergerdorff';
    const email = `${long}@${long}.${long}.example.org`;
    await invite(email, { name: long, role: 'reader' });
    await invite('yorkshire@example.org', { role: 'reader' });
    const paths = [
      await linkTo(email, /invited/),
      await linkTo('yorkshire@example.org', /invited/),
    ];
    const page = await (await browser.newContext(SMALL_PHONE)).newPage();
    const look = async (name: string) => {
      expect(await overflowsSideways(page), name).toBe(false);
      expect(await smallTargets(page), name).toEqual([]);
      await expectAccessible(page);
      await keepPicture(page, `account-${name}`);
    };
    await page.goto(app.url + paths[0]);
    await look('invitation');
    await press(page, 'Make my account', 'Please put 2 things right');
    expect(await page.evaluate('document.activeElement.className')).toBe('fault-summary');
    await look('faults');
    await page.goto(app.url + paths[1]);
    await look('known');
    await page.getByLabel('Password').fill('not this one');
    await press(page, 'Take the role on', 'Please put one thing right');
    await look('wrong');
    await page.getByRole('link', { name: 'forgotten' }).tap();
    await page.getByLabel('Your email address').waitFor();
    await look('forgotten');
    await press(page, 'Send me a link', 'A new password');
    await look('forgotten-fault');
    await page.getByLabel('Your email address').fill('yorkshire@example.org');
    await press(page, 'Send me a link', 'Please look into your mail');
    await look('asked');
    await page.goto(app.url + (await linkTo('yorkshire@example.org', /new password/)));
    await look('reset');
    await page.emulateMedia({ colorScheme: 'dark' });
    await look('reset-dark');
    await page.goto(`${app.url}/account/x`);
    await look('unknown');
    await page.goto(`${app.url}/account-ready`);
    await look('done');
  });
});
