import { describe, expect, it } from 'vitest';
import { loadConfiguration, type Settings } from '../platform/config/configuration.js';
import { parseFormBody } from '../platform/http/form-body.js';
import type { Fault } from '../platform/http/problem.js';
import { faultsOf } from '../platform/http/schema-faults.js';
import { validateInput } from '../platform/http/schema-validation.pipe.js';
import { DirectoryView } from '../units/directory-view.js';
import { type Page, PageRenderer } from '../platform/templates/page-renderer.js';
import type { UnitDirectory } from '../units/unit-directory.js';
import type { Unit } from '../units/unit.js';
import type { ConfirmableSubmission } from './confirmation.repository.js';
import type { ConfirmationState } from './confirmation.service.js';
import type { JoinFormInput } from './join-form-view.js';
import { JoinForm } from './join-form.js';
import { JoinPages } from './join-pages.js';
import { joinSchema } from './join.schemas.js';

const ALL_TEXTS = [
  'givenName',
  'familyName',
  'email',
  'phone',
  'postcode',
  'country',
  'address.line1',
  'address.line2',
  'address.town',
  'dateOfBirth',
  'message',
  'interests',
  'formId',
  'source.page',
  'source.referrer',
  'source.campaign',
  'source.utmSource',
  'source.utmMedium',
  'source.utmCampaign',
];

const national = {
  id: '0193594b-6d1e-7c3a-9a54-0f6f1c2e8b11',
  kind: 'national',
  parentId: null,
  slug: 'national-office',
  name: 'Tenants & <Friends>',
  phone: '020 7946 0000',
  email: 'office@example.org',
  town: null,
  meets: null,
  position: null,
  demo: false,
  hasOfficer: true,
  updatedAt: '2026-11-01T00:00:00.000Z',
} satisfies Unit;

function pagesOf(units: Unit[] = [national], settings: Settings = {}): JoinPages {
  const configuration = loadConfiguration(
    {},
    {
      NODE_ENV: 'test',
      PUBLIC_URL: 'https://join.example.org',
      DATABASE_URL: 'postgres://nobody@localhost/none',
      SMTP_URL: 'smtp://localhost:25',
      LINK_SECRET: 'a secret for tests only, 32 characters',
      ...settings,
    },
  );
  const view = new DirectoryView({ version: '1', units, rules: [] });
  // Only the view of the directory is looked at; the rest of it reads a database.
  const directory = { view } as UnitDirectory;
  return new JoinPages(configuration, new JoinForm(configuration), directory);
}

const pages = pagesOf();
const renderer = new PageRenderer();
const render = ({ template, data }: Page): string => renderer.render(template, data);
const formOf = (input?: JoinFormInput): string => render(pages.formPage(input));
const confirmationOf = (found: ConfirmationState): string => render(pages.confirmationPage(found));

/** The form as it comes back after a post of these fields, with what validating found. */
async function refused(fields: Record<string, string>, isOurs = true): Promise<string> {
  const body = parseFormBody(Buffer.from(new URLSearchParams(fields).toString()));
  const result = validateInput(joinSchema, body);
  if (result.success) throw new Error('The post is valid.');
  return formOf({ body, isOurs, problem: invalid(faultsOf(result.issues, body)) });
}

const invalid = (errors: Fault[]) => ({ status: 422, code: 'invalid_input', errors });

/** The opening tag of the control with this name. */
function control(html: string, name: string): string {
  const pattern = new RegExp(`<(?:input|select|textarea)[^>]* name="${name}"[^>]*>`);
  const [tag] = pattern.exec(html) ?? [];
  if (tag === undefined) throw new Error(`No control ${name}.`);
  return tag;
}

/** The elements that a page has and the texts of its attributes, so that an injection shows. */
function tagsOf(html: string): string[] {
  return [...html.matchAll(/<([a-z][a-z0-9]*)/gi)].map(([, name = '']) => name.toLowerCase());
}

describe('the empty form', () => {
  const html = formOf();

  it('carries the name of the organisation, escaped', () => {
    expect(html).toContain('<title>Join Tenants &amp; &lt;Friends&gt;</title>');
    expect(html).toContain('I agree that Tenants &amp; &lt;Friends&gt; keeps');
    expect(render(pagesOf([]).formPage())).toContain('<title>Join us</title>');
  });

  it('tells browsers what to fill in where', () => {
    expect(control(html, 'givenName')).toContain('autocomplete="given-name"');
    expect(control(html, 'familyName')).toContain('autocomplete="family-name"');
    expect(control(html, 'email')).toMatch(/type="email".*autocomplete="email" inputmode="email"/);
    expect(control(html, 'phone')).toMatch(/type="tel".*autocomplete="tel" inputmode="tel"/);
    expect(control(html, 'postcode')).toContain('autocomplete="postal-code"');
    expect(control(html, 'dateOfBirth')).toContain('autocomplete="bday"');
  });

  it('has no box ticked, and asks for an express agreement to the version that is shown', () => {
    expect(html).not.toMatch(/\schecked/);
    expect(control(html, 'consent.privacyNotice')).toMatch(/type="checkbox" value="2026-11"/);
  });

  it('hides a trap for bots from people, keyboards and screen readers', () => {
    expect(control(html, 'fax_number')).toMatch(/value="" autocomplete="off" tabindex="-1"/);
    expect(html).toContain('<div class="off" aria-hidden="true"><label for="fax_number">');
  });

  it('has no script, nothing from elsewhere, and no fault', () => {
    expect(html).not.toMatch(/<script|\son\w+=|\ssrc=|role="alert"|aria-invalid="/);
  });

  it('stays small', () => {
    expect(Buffer.byteLength(html)).toBeLessThan(32 * 1024);
  });

  it('begins with the United Kingdom and offers every other country once', () => {
    expect(html).toContain('<option value="GB" selected>United Kingdom</option>');
    const codes = [...html.matchAll(/<option value="([A-Z]{2})"/g)].map(([, code]) => code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.length).toBe(250);
  });
});

describe('the link to the form', () => {
  it('brings its campaign along, and the page of its own', () => {
    const html = formOf({ query: { utm_source: 'leaflet', utm_campaign: 'rents' } });
    expect(html).toContain('<input type="hidden" name="source.utmSource" value="leaflet">');
    expect(html).toContain('<input type="hidden" name="source.utmCampaign" value="rents">');
    expect(html).toContain(
      '<input type="hidden" name="source.page" value="https://join.example.org/join">',
    );
    expect(html).not.toContain('source.utmMedium');
  });

  it('cannot bring what the form would refuse', async () => {
    const query = {
      utm_source: `a\u0000b\r\nc\u202e${'x'.repeat(300)}`,
      utm_medium: ['first', 'last'],
      utm_campaign: { deep: 'no' },
      page: `${'p'.repeat(1999)}\u{1f600}`,
      __proto__: null,
    };
    const html = formOf({ query });
    const carried = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)];
    const fields = Object.fromEntries(carried.map(([, name, value]) => [name, value]));
    expect(fields).toEqual({
      'source.page': 'p'.repeat(1999),
      'source.utmSource': expect.stringMatching(/^a b {2}c x{193}$/),
      'source.utmMedium': 'last',
    });
    const post = { ...fields, givenName: 'Sam', email: 'sam@example.org', postcode: 'M14 5RX' };
    const body = parseFormBody(
      Buffer.from(new URLSearchParams({ ...post, 'consent.privacyNotice': '2026-11' }).toString()),
    );
    expect(validateInput(joinSchema, body).success).toBe(true);
  });
});

describe('a post with faults', () => {
  it('shows all faults at once, above and beside the fields, in the order of the page', async () => {
    const html = await refused({
      email: 'sam',
      phone: '12',
      postcode: 'nonsense',
      dateOfBirth: 'x',
    });
    const links = [...html.matchAll(/<li><a href="#([^"]+)">/g)].map(([, id]) => id);
    expect(links).toEqual([
      'givenName',
      'email',
      'phone',
      'postcode',
      'dateOfBirth',
      'consent-privacyNotice',
    ]);
    for (const id of links) {
      expect(html).toContain(`id="${id}-fault"`);
      expect(html).toMatch(
        new RegExp(
          `<input id="${id}"[^>]* aria-describedby="[^"]*${id}-fault" aria-invalid="true">`,
        ),
      );
    }
    expect(html).toContain('Please put 6 things right');
    expect(html).toContain('<title>Please check: Join');
    expect(html).toMatch(/<section class="fault-summary" role="alert" tabindex="-1" autofocus/);
  });

  it('keeps every text, tick and choice', async () => {
    const html = await refused({
      givenName: 'Sam',
      familyName: 'O’Brien-Ömer',
      email: 'not an address',
      phone: '07700 900123',
      postcode: 'm145rx',
      country: 'IE',
      'address.line1': '1 High St',
      'address.town': 'Cork',
      dateOfBirth: '17/05/1990',
      message: '\n\nTwo lines\nof mine',
      interests: 'rents',
      'source.utmSource': 'leaflet',
      'consent.email': 'on',
      'consent.privacyNotice': '2026-11',
    });
    expect(control(html, 'familyName')).toContain('value="O’Brien-Ömer"');
    expect(control(html, 'email')).toContain('value="not an address"');
    expect(control(html, 'address.town')).toContain('value="Cork"');
    // A date field would show nothing for this.
    expect(control(html, 'dateOfBirth')).toMatch(/type="text" value="17\/05\/1990"/);
    expect(html).toContain('<option value="IE" selected>');
    expect(html).not.toContain('<option value="GB" selected>');
    expect(html).toMatch(/<textarea[^>]*>\n\n\nTwo lines\nof mine<\/textarea>/);
    expect(html).toContain('<input type="hidden" name="interests" value="rents">');
    expect(html).toContain('<input type="hidden" name="source.utmSource" value="leaflet">');
    expect(control(html, 'consent.email')).toContain('checked');
    expect(control(html, 'consent.sms')).not.toContain('checked');
    expect(control(html, 'consent.privacyNotice')).toContain('checked');
    expect(html).toContain('<details open>');
  });

  it('asks again for an agreement that may have been a hidden field elsewhere', async () => {
    const fields = { email: 'sam', 'consent.privacyNotice': '2026-11' };
    const foreign = await refused(fields, false);
    expect(control(foreign, 'consent.privacyNotice')).not.toContain('checked');
    // In the same round as the other faults.
    expect(foreign).toContain('<a href="#consent-privacyNotice">');
    const other = { email: 'sam', 'consent.privacyNotice': '2019-01' };
    expect(control(await refused(other), 'consent.privacyNotice')).not.toContain('checked');
  });

  it('empties the trap, so that a person whom their browser put into it gets out', async () => {
    const html = await refused({ fax_number: '123' });
    expect(control(html, 'fax_number')).toContain('value=""');
  });

  it('leaves out what nobody could put right on this page, and says so', () => {
    const consent = { privacyNotice: '2026-11' };
    const body = { consent, formId: 'elsewhere', interests: ['good', 'x'.repeat(101)] };
    const html = formOf({
      body,
      isOurs: true,
      problem: invalid([
        { path: 'formId', code: 'unknown_form', message: 'There is no form of this name.' },
        { path: 'interests.1', code: 'too_big', message: 'This may have at most 100 characters.' },
      ]),
    });
    expect(html).toContain('Please press the button once more');
    expect(html).not.toContain('elsewhere');
    expect(html).not.toContain('name="interests"');
  });

  it('takes a country that was written out, and has one that is none chosen anew', async () => {
    const written = await refused({ country: 'France' });
    expect(written).toContain('<option value="FR" selected>');
    const none = await refused({ country: 'Atlantis' });
    expect(none).toContain('<option value="" selected>Please choose</option>');
    expect(none).toContain('Country: Please choose your country from the list.');
  });

  it('takes an address in one field for the first line of it', async () => {
    const html = await refused({ address: '1 High St' });
    expect(control(html, 'address.line1')).toMatch(/value="1 High St".*aria-invalid="true"/);
    expect(html).toContain('Please check your address.');
  });

  it('refuses somebody too young kindly, without a form and without what they typed', () => {
    const html = formOf({
      body: { givenName: 'Robin', dateOfBirth: '2020-01-01' },
      problem: {
        status: 422,
        code: 'under_minimum_age',
        errors: [{ path: 'dateOfBirth', code: 'under_minimum_age', message: 'Not yet.' }],
      },
    });
    expect(html).toContain('You can join from the age of 14');
    expect(html).not.toMatch(/<form|Robin|2020/);
  });
});

describe('a post that cannot be saved for the moment', () => {
  const body = { givenName: 'Sam', email: 'sam@example.org', message: 'Hello' };

  it.each([
    [503, 'We could not save this just now'],
    [429, 'Very many people are joining just now'],
    [409, 'We could not take this yet'],
  ])('keeps everything and says why (%i)', (status, title) => {
    const html = formOf({ body, problem: { status, code: 'any' } });
    expect(html).toContain(title);
    expect(html).toMatch(/<section class="warning" role="alert" tabindex="-1" autofocus>/);
    expect(control(html, 'givenName')).toContain('value="Sam"');
    expect(html).toContain('Hello</textarea>');
    expect(html).not.toContain('aria-invalid="');
  });
});

describe('hostile posts', () => {
  const NASTY = `"><script>alert(1)</script><img src=x onerror=y>'{{ title }}{% raw %}&lt;</textarea>`;

  it.each(ALL_TEXTS)('escapes %s', (path) => {
    const body = parseFormBody(Buffer.from(new URLSearchParams({ [path]: NASTY }).toString()));
    const html = formOf({ body, problem: { status: 503, code: 'unavailable' } });
    const clean = formOf({ problem: { status: 503, code: 'unavailable' } });
    // Of a country that is none nothing is shown but the question.
    const shown = path === 'country' ? 'Please choose' : '&#34;&gt;&lt;script&gt;alert(1)';
    expect(html).toContain(shown);
    expect(html).not.toMatch(/<script|<img/);
    // A hidden field for what is carried along, and a choice for a country that is none.
    const growing = new Set(['input', 'option']);
    expect(tagsOf(html).filter((tag) => !growing.has(tag))).toEqual(
      tagsOf(clean).filter((tag) => !growing.has(tag)),
    );
  });

  it('escapes what a fault says', () => {
    const html = formOf({
      body: {},
      problem: invalid([{ path: 'email', code: 'x', message: NASTY }]),
    });
    expect(html).not.toMatch(/<script|<img/);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'givenName'],
    ['a list', [[['x']]]],
    ['objects for texts', { givenName: { a: 'b' }, email: { '': [] }, message: {}, country: {} }],
    ['lists for texts', { givenName: ['a', 'b'], country: ['IE', 'FR'], postcode: [[]] }],
    ['texts for objects', { address: 'x', consent: 'on', source: 'y', interests: 'z' }],
    ['lists for objects', { address: ['x'], consent: ['on'], source: [{}], interests: [{}, []] }],
    ['numbers', { givenName: 1, dateOfBirth: Number.NaN, consent: { email: 1 } }],
    ['names of prototypes', { __proto__: 'x', constructor: { prototype: 'x' }, toString: 'x' }],
    ['no prototype', Object.assign(Object.create(null), { givenName: 'Sam' })],
  ])('bears a body of %s', (_what, body) => {
    const paths = [
      '',
      'givenName',
      'address',
      'consent',
      'source',
      'toString',
      '__proto__',
      'a.b.c',
    ];
    const errors = paths.map((path) => ({ path, code: 'x', message: 'y' }));
    expect(formOf({ body, query: body, problem: invalid(errors) })).toContain('</html>');
    expect(formOf({ body, problem: { status: 503, code: 'x' } })).not.toContain('[object');
  });

  it('takes the last of what was given twice, as validating does for boxes', () => {
    const body = { givenName: ['a', 'b'], consent: { email: ['0', 'on'], sms: ['on', '0'] } };
    const html = formOf({ body, problem: { status: 503, code: 'x' } });
    expect(control(html, 'givenName')).toContain('value="b"');
    expect(control(html, 'consent.email')).toContain('checked');
    expect(control(html, 'consent.sms')).not.toContain('checked');
  });
});

describe('the thank-you page', () => {
  it('says what happens next and whom to ring, and nothing about anybody', () => {
    const html = render(pages.thanksPage());
    expect(html).toContain('within 2 working days');
    expect(html).toContain('href="tel:02079460000"');
    expect(html).toContain('href="mailto:office@example.org"');
    expect(render(pagesOf([national], { FOLLOW_UP_DUE_WORKING_DAYS: '1' }).thanksPage())).toContain(
      'within one working day.',
    );
  });

  it('also works before an organisation is imported', () => {
    expect(render(pagesOf([]).thanksPage())).toContain('Thank you');
  });
});

describe('the page of a confirmation link', () => {
  const submission: ConfirmableSubmission = {
    id: '0193594b-6d1e-7c3a-9a54-0f6f1c2e8b12',
    receivedAt: new Date('2026-11-20T10:00:00Z'),
    posted: {
      givenName: 'Sam',
      country: 'GB',
      postcode: 'm145rx',
      address: { line1: '1 <High> St', town: 'Manchester' },
      dateOfBirth: '1990-05-17',
      consent: { privacyNotice: '2026-11', email: true, sms: false },
    },
    email: 'sam@example.org',
    phone: '+447700900123',
    matchedBy: null,
    personId: '0193594b-6d1e-7c3a-9a54-0f6f1c2e8b13',
    confirmedAt: null,
    suspectedBot: false,
    takesOver: false,
    spokenOn: null,
  };

  it('shows the address and one button, and tells the owner of a mistyped address nothing else', () => {
    const html = confirmationOf({ state: 'open', submission });
    expect(html).toContain('sam@example.org');
    expect(html).toContain('on our join form on 20 November 2026.');
    expect(html).toMatch(/<button[^>]*>Yes, this is my email address<\/button>/);
    expect(html.match(/<button/g)).toHaveLength(1);
    expect(html).toMatch(/<form class="card" method="post">/);
    expect(html).not.toMatch(/High|M14|1990|900123|Sam\b/);
  });

  it('speaks of the conversation where an organiser took it in one', () => {
    const taken = { ...submission, spokenOn: '2026-11-18' };
    expect(confirmationOf({ state: 'open', submission: taken })).toContain(
      'when they spoke with us on 18 November 2026.',
    );
    const known = { ...taken, matchedBy: 'organiser', takesOver: true };
    const html = confirmationOf({ state: 'open', submission: known });
    expect(html).toContain('Somebody spoke with us on 18 November 2026 and gave this');
    expect(html).toContain('I spoke with you: use these details');
    expect(html).not.toContain('form on');
  });

  describe('whose press takes details over to a record', () => {
    const known = { ...submission, matchedBy: 'verified_email', takesOver: true };
    const html = confirmationOf({ state: 'open', submission: known });

    it('says before the button what the press says and does', () => {
      const [before = '', after = ''] = html.split('<button');
      expect(before).toContain('Somebody filled in our join form on 20 November 2026');
      expect(before).toContain('you say that it is yours, and that it was you who filled in');
      expect(before).toContain('These details then go onto your record');
      expect(before).toContain('please do not press, and nothing will change');
      expect(after).toContain('Yes, I filled in that form: use its details</button>');
      expect(html.match(/<button/g)).toHaveLength(1);
    });

    it('shows exactly what their press takes over', () => {
      expect(html).toContain('<dt>Address</dt><dd>1 &lt;High&gt; St, Manchester</dd>');
      expect(html).toContain('<dt>Postcode</dt><dd>M14 5RX</dd>');
      expect(html).toContain('<dt>Date of birth</dt><dd>1990-05-17</dd>');
      expect(html).toContain('<dt>Phone number</dt><dd>+447700900123</dd>');
      expect(html).toContain('<dt>News by email</dt><dd>yes</dd>');
      expect(html).toContain('<dt>News by text message</dt><dd>no</dd>');
      expect(html).not.toContain('News by phone');
    });

    it('names the day as it was in London', () => {
      const late = { ...known, receivedAt: new Date('2026-06-30T23:30:00Z') };
      expect(confirmationOf({ state: 'open', submission: late })).toContain('on 1 July 2026');
    });
  });

  it('speaks of a number where the link came by text', () => {
    const html = confirmationOf({ state: 'open', submission: { ...submission, email: null } });
    expect(html).toContain('Is this your phone number?');
    expect(html).toContain('+447700900123');
  });

  it('says thank you without repeating the address', () => {
    const html = confirmationOf({ state: 'confirmed', submission });
    expect(html).toContain('Your email address is confirmed');
    expect(html).not.toContain('sam@example.org');
  });

  it('names somebody to ask where the link is none of ours', () => {
    const html = confirmationOf({ state: 'unknown' });
    expect(html).toContain('Ring 020 7946 0000');
    expect(pages.confirmationPage({ state: 'unknown' }).status).toBe(404);
  });
});

describe('the hosted form behind “find your branch”', () => {
  it('has the postcode filled in, as text, and the rest as ever', () => {
    const html = formOf({ query: { postcode: '"><b>M14\0 5RX' } });
    expect(html).toContain('value="&#34;&gt;&lt;b&gt;M14  5RX"');
    expect(html).toContain('name="source.page" value="https://join.example.org/join"');
    expect(html).not.toContain('aria-invalid="');
  });

  it('takes the postcode of a post, not that of the address', () => {
    const html = formOf({ query: { postcode: 'M14' }, body: { givenName: 'Sam' } });
    expect(html).not.toContain('value="M14"');
  });
});
