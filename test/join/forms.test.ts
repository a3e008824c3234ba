import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AppModule } from '../../src/app.module.js';
import { answeredQuestions, answersSchema } from '../../src/join/forms/form-answers.js';
import { type AdminStage, bearer, startAdminStage } from '../admin/support.js';
import { joinPost } from '../factories/join-post.js';
import { serve } from '../http/support.js';
import { tableCounts } from '../support/stored.js';

const SITE = 'https://renters.example.org';
const OTHER_SITE = 'https://elsewhere.example.com';

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
    options: ['Leaflets', 'Stalls', 'Phone'],
    maxChoices: 2,
  },
  { type: 'text', key: 'landlord', label: 'Who is your landlord?', maxLength: 20 },
  { type: 'long_text', key: 'story', label: 'What happened?' },
  { type: 'boolean', key: 'rules', label: 'I have read the rules', required: true },
  {
    type: 'date',
    key: 'since',
    label: 'Since when?',
    earliest: '1950-01-01',
    latest: '2026-12-31',
  },
  { type: 'number', key: 'rent', label: 'Rent a month', minimum: 0, maximum: 20_000, whole: true },
];

interface FormAnswer {
  id: string;
  slug: string;
  version: number;
}

let stage: AdminStage;
const tokens = {} as Record<'national' | 'wales' | 'yorkshire' | 'cardiff' | 'treasurer', string>;
type Who = keyof typeof tokens;
beforeAll(async () => {
  stage = await startAdminStage({
    PUBLIC_URL: 'https://join.example.org',
    JOIN_FORM_ORIGINS: 'https://www.example.org',
    NODE_ENV: 'test',
  });
  for (const who of ['national', 'wales', 'yorkshire', 'cardiff', 'treasurer'] as const) {
    tokens[who] = await stage.signIn(`${who}@example.org`);
  }
});
afterAll(() => stage.close());

let made = 0;
const newForm = (changes: object = {}) => ({
  slug: `renters-${++made}`,
  name: 'Join the renters',
  unitId: stage.organisation.units.wales.id,
  origins: [SITE],
  questions: QUESTIONS,
  ...changes,
});
const post = (who: Who, body: object, key?: string) => {
  const call = stage.call().post('/v1/admin/forms').set(bearer(tokens[who]));
  return (key === undefined ? call : call.set('Idempotency-Key', key)).send(body);
};
const makeForm = async (changes: object = {}): Promise<FormAnswer> => {
  const answer = await post('wales', newForm(changes));
  expect(answer.body).toMatchObject({ id: expect.any(String) });
  return answer.body as FormAnswer;
};
const patch = (who: Who, { id }: { id: string }, version: number, body: object) =>
  stage
    .call()
    .patch(`/v1/admin/forms/${id}`)
    .set({ ...bearer(tokens[who]), 'If-Match': `"${version}"` })
    .send(body);
const join = (body: object, headers: Record<string, string> = {}) =>
  stage.call().post('/v1/join').set(headers).send(body);
const joinForm = (
  fields: Record<string, string | string[]>,
  headers: Record<string, string> = {},
) =>
  stage
    .call()
    .post('/v1/join')
    .set({ Accept: 'text/html', ...headers })
    .type('form')
    .send(fields);
const answers = { tenure: 'I rent', rules: true };
const posted = async (id: string) => {
  const [row] = await stage.database.sql<{ posted: Record<string, unknown>; form_id: string }>(
    'SELECT posted, form_id FROM join_submission WHERE id = $1',
    [id],
  );
  return row;
};
const fields = (slug: string, more: Record<string, string | string[]> = {}) => {
  const { givenName, familyName, email, postcode } = joinPost() as Record<string, string>;
  return {
    formId: slug,
    givenName: givenName ?? '',
    familyName: familyName ?? '',
    email: email ?? '',
    postcode: postcode ?? '',
    'consent.privacyNotice': '2026-11',
    ...more,
  };
};

describe('making a form', () => {
  it('answers with all of it, once for an Idempotency-Key, and is audited', async () => {
    const input = newForm({ sourceDefaults: { campaign: 'rents' }, sequence: 'welcome' });
    const first = await post('wales', input, 'make-form');
    expect([first.status, first.headers['etag']]).toEqual([201, '"1"']);
    expect(first.body).toMatchObject({
      slug: input.slug,
      origins: [SITE],
      thankYouUrl: null,
      sequence: 'welcome',
      sourceDefaults: { campaign: 'rents' },
      challenge: false,
      closedAt: null,
      unit: { slug: 'wales' },
    });
    expect(first.body.questions[0]).toEqual({ ...QUESTIONS[0] });
    const again = await post('wales', input, 'make-form');
    expect([again.body.id, again.headers['idempotent-replayed']]).toEqual([first.body.id, 'true']);
    const deeds = await stage.database.sql('SELECT action FROM audit_event WHERE subject_id = $1', [
      first.body.id,
    ]);
    expect(deeds).toEqual([{ action: 'form.created' }]);
  });

  it('is for whoever answers for the unit, and never for a branch secretary', async () => {
    const { units } = stage.organisation;
    expect((await post('national', newForm({ unitId: units.leeds.id }))).status).toBe(201);
    expect((await post('wales', newForm({ unitId: units.cardiff.id }))).status).toBe(201);
    for (const unitId of [units.national.id, units.yorkshire.id, units.leeds.id]) {
      const answer = await post('wales', newForm({ unitId }));
      expect(answer.body).toMatchObject({ status: 422, errors: [{ path: 'unitId' }] });
    }
    const secretary = await post('cardiff', newForm({ unitId: units.cardiff.id }));
    expect(secretary.body).toMatchObject({ status: 403, permission: 'forms.write' });
    const treasurer = await stage.call().get('/v1/admin/forms').set(bearer(tokens.treasurer));
    expect(treasurer.body).toMatchObject({ status: 403, permission: 'forms.read' });
  });

  it.each([
    ['a slug that a page has', { slug: 'thanks' }, 'slug'],
    ['a slug with a slash', { slug: 'a/b' }, 'slug'],
    ['an origin without TLS', { origins: ['http://www.example.org'] }, 'origins.0'],
    ['an origin with a path', { origins: ['https://www.example.org/join'] }, 'origins.0'],
    ['any origin', { origins: ['*'] }, 'origins.0'],
    ['every port of a site', { origins: ['https://www.example.org:*'] }, 'origins.0'],
    ['every site', { origins: ['https://*'] }, 'origins.0'],
    ['every host of a site', { origins: [SITE, 'https://*.example.org'] }, 'origins.1'],
    ['nowhere as an origin', { origins: ['null'] }, 'origins.0'],
    ['a thank-you page elsewhere', { thankYouUrl: `${OTHER_SITE}/thanks` }, 'thankYouUrl'],
    [
      'one with the site as its user',
      { thankYouUrl: 'https://renters.example.org@evil.example/' },
      'thankYouUrl',
    ],
    ['one with nobody as its user', { thankYouUrl: `https://@${SITE.slice(8)}/` }, 'thankYouUrl'],
    ['one with a backslash', { thankYouUrl: `${SITE}\\@evil.example/` }, 'thankYouUrl'],
    ['one with a blank', { thankYouUrl: `${SITE}/thank you` }, 'thankYouUrl'],
    ['one with a line break', { thankYouUrl: `${SITE}/a\r\nb` }, 'thankYouUrl'],
    ['a script as thank-you page', { thankYouUrl: 'javascript:alert(1)' }, 'thankYouUrl'],
    ['two questions of one key', { questions: [QUESTIONS[2], QUESTIONS[2]] }, 'questions.1.key'],
    [
      'a key that reaches a prototype',
      { questions: [{ ...QUESTIONS[2], key: 'constructor' }] },
      'questions.0.key',
    ],
    [
      'a choice of one',
      { questions: [{ ...QUESTIONS[0], options: ['x'] }] },
      'questions.0.options',
    ],
    [
      'bounds the wrong way round',
      { questions: [{ ...QUESTIONS[6], minimum: 9, maximum: 1 }] },
      'questions.0.minimum',
    ],
    [
      'an unknown type',
      { questions: [{ type: 'file', key: 'a', label: 'A' }] },
      'questions.0.type',
    ],
    [
      '31 questions',
      { questions: Array.from({ length: 31 }, (_none, n) => ({ ...QUESTIONS[2], key: `q${n}` })) },
      'questions',
    ],
  ])('refuses %s', async (_what, changes, path) => {
    const answer = await post('wales', newForm(changes));
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((fault: { path: string }) => fault.path)).toContain(path);
  });

  it('refuses the name of what every object has as a key', async () => {
    const names = [...Object.getOwnPropertyNames(Object.prototype), 'prototype'];
    const questions = names.map((key) => ({ ...QUESTIONS[2], key }));
    const answer = await post('wales', newForm({ questions }));
    expect(answer.status).toBe(422);
    expect(new Set(answer.body.errors.map(({ path }: { path: string }) => path))).toEqual(
      new Set(names.map((_name, index) => `questions.${index}.key`)),
    );
  });

  it('keeps the address of a thank-you page as browsers will read it', async () => {
    const thankYouUrl = 'HTTPS://RENTERS.example.org:443/a/../@renters?to=a@b';
    const { body } = await post('wales', newForm({ thankYouUrl, questions: [] }));
    expect(body.thankYouUrl).toBe(`${SITE}/@renters?to=a@b`);
    const ended = await joinForm(fields(body.slug));
    expect([ended.status, ended.headers['location']]).toEqual([303, body.thankYouUrl]);
    // One that came otherwise is none.
    await stage.database.sql('UPDATE form SET thank_you_url = $2 WHERE id = $1', [
      body.id,
      `${SITE}\\@evil.example/`,
    ]);
    await patch('wales', body, 1, { name: 'Renters' });
    expect((await joinForm(fields(body.slug))).headers['location']).toBe('/join/thanks');
  });

  it('refuses a slug that is taken, by another form or by the one of the settings', async () => {
    const { slug } = await makeForm();
    for (const taken of [slug, 'join']) {
      const answer = await post('wales', newForm({ slug: taken }));
      expect([answer.status, answer.body.code]).toEqual([409, 'slug_taken']);
    }
  });
});

describe('changing a form', () => {
  it('needs If-Match, keeps what is left out, and is refused where it is not one’s own', async () => {
    const form = await makeForm();
    const bare = await stage
      .call()
      .patch(`/v1/admin/forms/${form.id}`)
      .set(bearer(tokens.wales))
      .send({ name: 'x' });
    expect(bare.status).toBe(428);
    expect((await patch('wales', form, 7, { name: 'x' })).status).toBe(412);
    const changed = await patch('wales', form, 1, { name: 'Join us in Wales' });
    expect(changed.body).toMatchObject({ version: 2, name: 'Join us in Wales', origins: [SITE] });
    expect((await patch('wales', form, 2, { name: 'Join us in Wales' })).body.version).toBe(2);
    expect((await patch('yorkshire', form, 2, { name: 'Ours' })).status).toBe(404);
    // A thank-you page is checked against the origins as they will be.
    const lost = await patch('wales', form, 2, { thankYouUrl: `${SITE}/thanks`, origins: [] });
    expect(lost.body.errors).toMatchObject([{ path: 'thankYouUrl', code: 'origin_not_allowed' }]);
  });

  it('is seen, and left to their region, by branches that own a form', async () => {
    const form = await makeForm({ unitId: stage.organisation.units.cardiff.id });
    const read = await stage.call().get(`/v1/admin/forms/${form.id}`).set(bearer(tokens.cardiff));
    expect(read.status).toBe(200);
    expect((await patch('cardiff', form, 1, { name: 'x' })).body.permission).toBe('forms.write');
  });

  it('holds for the next post, and a form that is closed says so until it is opened again', async () => {
    const form = await makeForm({ questions: [] });
    const of = () => join({ ...joinPost(), formId: form.slug });
    expect((await of()).status).toBe(201);
    expect((await patch('wales', form, 1, { closed: true })).body.closedAt).toMatch(/Z$/);
    const late = await of();
    expect(late.body).toMatchObject({
      status: 422,
      errors: [{ path: 'formId', code: 'form_closed' }],
    });
    const page = await stage.call().get(`/join/${form.slug}`);
    expect([page.status, page.text]).toEqual([404, expect.stringContaining('href="/join"')]);
    expect((await patch('wales', form, 2, { closed: false })).body.closedAt).toBeNull();
    expect((await of()).status).toBe(201);
    const listed = async (state: string) => {
      const { body } = await stage
        .call()
        .get(`/v1/admin/forms?state=${state}&limit=200`)
        .set(bearer(tokens.wales));
      return (body.data as FormAnswer[]).map(({ slug }) => slug);
    };
    expect(await listed('open')).toContain(form.slug);
    expect(await listed('closed')).not.toContain(form.slug);
    const deeds = await stage.database.sql(
      'SELECT action FROM audit_event WHERE subject_id = $1 ORDER BY at, id',
      [form.id],
    );
    expect(deeds.map(({ action }) => action)).toEqual([
      'form.created',
      'form.closed',
      'form.reopened',
    ]);
  });

  it('reaches other processes, which look up a form that they do not know before they refuse it', async () => {
    const other = await serve(AppModule.with(), {
      DATABASE_URL: stage.database.url,
      DATABASE_POOL_SIZE: '4',
      RATE_LIMIT_EXEMPT: '127.0.0.0/8',
    });
    try {
      const form = await makeForm({ questions: [] });
      const there = () =>
        fetch(`${other.url}/v1/join`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin: SITE },
          body: JSON.stringify({ ...joinPost(), formId: form.slug }),
        });
      // No waiting here: it was made a moment ago, by another process.
      expect((await there()).status).toBe(201);
      await patch('wales', form, 1, { origins: [] });
      await vi.waitFor(async () => expect((await there()).status).toBe(403));
    } finally {
      await other.app.close();
    }
  });
});

describe('a post through a form', () => {
  it('is kept with the questions as they were asked, whatever becomes of the form', async () => {
    const form = await makeForm();
    const all = {
      tenure: 'I own',
      help: ['Phone', 'Leaflets', 'Phone'],
      landlord: ' Acme ',
      story: 'One\r\nTwo',
      rules: true,
      since: '2020-02-29',
      rent: 950,
    };
    const answer = await join({ ...joinPost(), formId: form.slug, answers: all });
    expect(answer.status).toBe(201);
    await patch('wales', form, 1, { questions: [] });
    expect(await posted(answer.body.id)).toMatchObject({
      form_id: form.slug,
      posted: {
        formVersion: 1,
        answers: [
          { key: 'tenure', type: 'choice', label: 'How do you live?', value: 'I own' },
          {
            key: 'help',
            type: 'choices',
            label: 'How could you help?',
            value: ['Leaflets', 'Phone'],
          },
          { key: 'landlord', value: 'Acme' },
          { key: 'story', value: 'One\nTwo' },
          { key: 'rules', value: true },
          { key: 'since', value: '2020-02-29' },
          { key: 'rent', value: 950 },
        ],
      },
    });
    const read = await stage
      .call()
      .get(`/v1/admin/join-submissions/${answer.body.id}`)
      .set(bearer(tokens.national));
    expect(read.body).toMatchObject({ formId: form.slug, formVersion: 1, challenge: null });
    expect(read.body.answers[0]).toEqual({
      key: 'tenure',
      type: 'choice',
      label: 'How do you live?',
      value: 'I own',
    });
  });

  it('tells all faults at once, those of the questions among them', async () => {
    const form = await makeForm();
    const before = await tableCounts(stage.database);
    const answer = await join({
      ...joinPost({ email: 'sam@' }),
      formId: form.slug,
      answers: {
        tenure: 'In a tent',
        help: ['Leaflets', 'Stalls', 'Phone'],
        landlord: 'x'.repeat(21),
        since: '1949-12-31',
        rent: 1.5,
        colour: 'red',
      },
    });
    expect(answer.status).toBe(422);
    expect(
      answer.body.errors
        .map(({ path, code }: { path: string; code: string }) => `${path} ${code}`)
        .sort(),
    ).toEqual([
      'answers.colour unknown_field',
      'answers.help too_big',
      'answers.landlord too_big',
      'answers.rent invalid_type',
      'answers.rules required',
      'answers.since out_of_range',
      'answers.tenure invalid_choice',
      'email invalid_email',
    ]);
    expect(await tableCounts(stage.database)).toEqual(before);
  });

  it('without answers leaves what is required to be told one by one', async () => {
    const form = await makeForm();
    const answer = await join({ ...joinPost(), formId: form.slug });
    expect(answer.body.errors).toMatchObject([
      { path: 'answers.tenure', code: 'required', message: 'Please answer this question.' },
      { path: 'answers.rules', code: 'required' },
    ]);
    const wrong = await join({ ...joinPost(), formId: form.slug, answers: ['I rent'] });
    expect(wrong.body.errors).toMatchObject([{ path: 'answers', code: 'invalid_type' }]);
  });

  it.each([
    ['NUL', { ...answers, landlord: 'a\u0000b' }],
    ['a lone surrogate', { ...answers, story: '\ud800' }],
    ['another type', { tenure: { a: 1 }, rules: 'yes' }],
    ['a text for a number', { ...answers, rent: '950' }],
    ['deep nesting', { ...answers, story: [[[[['x']]]]] }],
  ])('that answers with %s is a 422, and stores nothing', async (_what, hostile) => {
    const form = await makeForm();
    const before = await tableCounts(stage.database);
    const answer = await join({ ...joinPost(), formId: form.slug, answers: hostile });
    expect([answer.status, answer.body.code]).toEqual([422, 'invalid_input']);
    expect(await tableCounts(stage.database)).toEqual(before);
  });

  it('that reaches for a prototype is not even read', async () => {
    const form = await makeForm();
    const body = JSON.stringify({ ...joinPost(), formId: form.slug, answers: {} });
    const answer = await stage
      .call()
      .post('/v1/join')
      .type('json')
      .send(body.replace('"answers":{}', '"answers":{"__proto__":{"tenure":"I rent"}}'));
    expect([answer.status, answer.body.code]).toEqual([400, 'forbidden_name']);
  });

  it('reads a form’s fields as the questions want them, and ignores those it does not ask', async () => {
    const form = await makeForm();
    const answer = await joinForm(
      fields(form.slug, {
        'answers.tenure': 'I rent',
        'answers.help': 'Stalls',
        'answers.rules': 'on',
        'answers.rent': ' 950 ',
        'answers.since': '',
        'answers.colour': 'red',
      }),
      { Accept: 'application/json' },
    );
    expect(answer.status).toBe(201);
    expect((await posted(answer.body.id))?.posted['answers']).toMatchObject([
      { key: 'tenure', value: 'I rent' },
      { key: 'help', value: ['Stalls'] },
      { key: 'rules', value: true },
      { key: 'rent', value: 950 },
    ]);
    // A foreign form may have a field of this name, and the form of the settings asks nothing.
    for (const mine of ['x', ['x', 'y']]) {
      const own = await joinForm({ ...fields('join'), answers: mine });
      expect(own.status).toBe(303);
    }
    const json = await join({ ...joinPost(), answers: { tenure: 'I rent' } });
    expect(json.body.errors).toMatchObject([{ path: 'answers.tenure', code: 'unknown_field' }]);
  });

  it('takes the form’s word on where it is from, unless it says so itself', async () => {
    const form = await makeForm({
      questions: [],
      sourceDefaults: { campaign: 'rents', utmSource: 'leaflet' },
    });
    const silent = await join({ ...joinPost(), formId: form.slug });
    const said = await join({ ...joinPost(), formId: form.slug, source: { utmSource: 'mail' } });
    expect((await posted(silent.body.id))?.posted['source']).toEqual({
      campaign: 'rents',
      utmSource: 'leaflet',
    });
    expect((await posted(said.body.id))?.posted['source']).toEqual({
      campaign: 'rents',
      utmSource: 'mail',
    });
  });

  it('is the same submission within ten minutes through the same form with the same answers alone', async () => {
    const [form, other] = [await makeForm(), await makeForm()];
    const person = joinPost();
    const of = (slug: string, given: object) => join({ ...person, formId: slug, answers: given });
    const first = await of(form.slug, answers);
    expect((await of(form.slug, answers)).body.id).toBe(first.body.id);
    expect((await of(form.slug, { ...answers, rent: 1 })).body.id).not.toBe(first.body.id);
    expect((await of(other.slug, answers)).body.id).not.toBe(first.body.id);
    // With a key, other answers are another input.
    const keyed = (given: object) =>
      join({ ...person, formId: form.slug, answers: given }, { 'Idempotency-Key': 'of answers' });
    expect((await keyed(answers)).status).toBe(201);
    expect((await keyed({ ...answers, rent: 2 })).body.code).toBe('idempotency_key_reused');
    expect((await keyed(answers)).headers['idempotent-replayed']).toBe('true');
    // The keys of one form have nothing to do with those of another.
    const elsewhere = await join(
      { ...person, formId: other.slug, answers },
      { 'Idempotency-Key': 'of answers' },
    );
    expect([elsewhere.status, elsewhere.headers['idempotent-replayed']]).toEqual([201, undefined]);
  });
});

it('what every object has is no answer, whatever a form calls its questions', () => {
  const question = (key: string) => ({ type: 'text', key, label: key, required: false }) as const;
  const questions = [question('toString'), question('landlord')];
  const schema = answersSchema(questions);
  expect(answeredQuestions(questions, schema.parse(undefined))).toEqual([]);
  expect(answeredQuestions(questions, schema.parse({ landlord: 'Acme' }))).toMatchObject([
    { key: 'landlord', value: 'Acme' },
  ]);
  expect(answeredQuestions(questions, schema.parse({ toString: 'x' }))).toMatchObject([
    { key: 'toString', value: 'x' },
  ]);
});

describe('the origins of a form', () => {
  it('are its own: each form is posted from its own sites, and ends at its own page', async () => {
    const form = await makeForm({ questions: [], thankYouUrl: `${SITE}/thanks` });
    const from = (origin: string, slug?: string) =>
      join({ ...joinPost(), ...(slug === undefined ? {} : { formId: slug }) }, { Origin: origin });
    expect((await from(SITE, form.slug)).headers['access-control-allow-origin']).toBe(SITE);
    expect((await from('https://join.example.org', form.slug)).status).toBe(201);
    for (const [origin, slug] of [
      [OTHER_SITE, form.slug],
      ['https://www.example.org', form.slug],
      [SITE, undefined],
      [`${SITE}.evil.example`, form.slug],
      ['null', form.slug],
    ] as const) {
      const answer = await from(origin, slug);
      expect([origin, slug, answer.status, answer.body.code]).toEqual([
        origin,
        slug,
        403,
        'origin_not_allowed',
      ]);
    }
    const ended = await joinForm(fields(form.slug), { Origin: SITE });
    expect([ended.status, ended.headers['location']]).toEqual([303, `${SITE}/thanks`]);
  });

  it('decide preflights: by the form that the address names, else by any that is open', async () => {
    const form = await makeForm({ questions: [] });
    const ask = async (path: string, origin: string) => {
      const { status } = await stage
        .call()
        .options(path)
        .set({ Origin: origin, 'Access-Control-Request-Method': 'POST' });
      return status;
    };
    expect(await ask(`/v1/join?formId=${form.slug}`, SITE)).toBe(204);
    expect(await ask('/v1/join', SITE)).toBe(204);
    expect(await ask('/v1/join?formId=join', SITE)).toBe(403);
    expect(await ask('/v1/join', OTHER_SITE)).toBe(403);
    expect(await ask(`/v1/join?formId=${form.slug}`, OTHER_SITE)).toBe(403);
    // Where the address names the form, the body need not.
    const answer = await stage
      .call()
      .post(`/v1/join?formId=${form.slug}`)
      .set('Origin', SITE)
      .send(joinPost());
    expect(answer.status).toBe(201);
    expect((await posted(answer.body.id))?.form_id).toBe(form.slug);
  });
});

describe('the hosted page of a form', () => {
  it('shows its questions, and says through which form it is posted', async () => {
    const form = await makeForm({ name: 'Join the <renters>', thankYouUrl: `${SITE}/thanks` });
    const page = await stage.call().get(`/join/${form.slug}?utm_source=leaflet`);
    expect(page.status).toBe(200);
    expect(page.text).toContain('<h1>Join the &lt;renters&gt;</h1>');
    expect(page.text).toContain(`<input type="hidden" name="formId" value="${form.slug}">`);
    expect(page.text).toContain(`value="https://join.example.org/join/${form.slug}"`);
    for (const { label } of QUESTIONS) expect(page.text).toContain(label);
    expect(page.headers['content-security-policy']).toContain(`form-action 'self' ${SITE}`);
    expect(page.headers['content-security-policy']).not.toMatch(/script-src|connect-src/);
  });

  it('of an unknown form is a 404', async () => {
    for (const path of [
      '/join/nothing-here',
      '/join/%00',
      '/join/__proto__',
      '/join/..%2fthanks',
    ]) {
      expect([path, (await stage.call().get(path)).status]).toEqual([path, 404]);
    }
  });

  it('keeps all that was typed where something is wrong, and the faults stand beside it', async () => {
    const form = await makeForm();
    const answer = await joinForm(
      fields(form.slug, {
        email: 'sam@',
        'answers.tenure': 'I own',
        'answers.help': ['Leaflets', 'Phone'],
        'answers.landlord': '<b>"Acme"</b> and sons of Acme',
        'answers.story': 'First\nSecond',
        'answers.rent': 'nine hundred',
        'answers.since': '1st of May',
      }),
    );
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(`name="formId" value="${form.slug}"`);
    expect(answer.text).toMatch(/<option value="I own" selected>/);
    expect(answer.text.match(/name="answers\.help"[^>]* checked/g)).toHaveLength(2);
    expect(answer.text).toContain('&lt;b&gt;&#34;Acme&#34;&lt;/b&gt;');
    expect(answer.text).toContain('First\nSecond</textarea>');
    expect(answer.text).toMatch(/name="answers\.rent" type="text" value="nine hundred"/);
    expect(answer.text).toMatch(/name="answers\.since" type="text" value="1st of May"/);
    for (const id of [
      'email',
      'answers-landlord',
      'answers-rent',
      'answers-since',
      'answers-rules',
    ]) {
      expect(answer.text).toContain(`href="#${id}"`);
      expect(answer.text).toContain(`id="${id}"`);
    }
  });

  it('that has been closed meanwhile lets its visitors go on by the form that never is', async () => {
    const form = await makeForm({ questions: [] });
    await patch('wales', form, 1, { closed: true });
    const answer = await joinForm(fields(form.slug, { givenName: 'Zoë' }));
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('value="Zoë"');
    expect(answer.text).not.toContain('name="formId"');
  });
});
