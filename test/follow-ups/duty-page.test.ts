import request from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DutyBench } from './duty-bench.js';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

let bench: DutyBench;
beforeAll(async () => {
  bench = await DutyBench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.smtp.clear());
afterEach(async () => {
  await bench.database.turnClock('0');
  await bench.database.sql('DELETE FROM outbox');
});

const open = (path: string) => request(bench.url).get(path).set('accept', BROWSER);
const press = (path: string, form: Record<string, string>) =>
  request(bench.url).post(path).set('accept', BROWSER).type('form').send(form);
const cardiffDuty = (options = {}) =>
  bench.giveDuty({ unit: bench.organisation.units.cardiff, ...options });
/** What a mail scanner or a curious eye must not change: the duty, not that it was opened. */
const rowsOf = async (id: string) => [
  await bench.database.sql('SELECT * FROM follow_up WHERE id = $1', [id]),
  await bench.messages(id),
  await bench.dueRows(),
];

describe('opening the page', () => {
  it('shows what is needed to get in touch, and what each button does', async () => {
    const { path } = await cardiffDuty();
    const { status, text, headers } = await open(path);

    expect(status).toBe(200);
    for (const part of [
      'Please get in touch with Robin Carter',
      'href="tel:+447700900123"',
      'Ring 07700 900123',
      'href="sms:+447700900123"',
      'href="mailto:robin@example.org"',
      'I would like to help at the stall.',
      'stalls, leaflets',
      'Joined on the page www.example.org/join (campaign “Warm homes”)',
      'May be emailed about our work: yes',
      'May be texted: no',
      'May be rung: no',
      'It was given to Cardiff.',
      'Wales and National Office can see that it is open.',
      'It goes to Wales, who hear of it at once.',
      'value="contacted"',
      'value="no_answer"',
      'value="not_ours"',
      'value="stand_in"',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toMatch(/Please do it by \d\d:\d\d on \w+ \d+ \w+\./);
    expect(text).not.toMatch(/<script|javascript:|onclick/i);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow',
    });
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self';/,
    );
  });

  it('changes nothing of the duty, for a scanner’s GET and HEAD alike, but is audited', async () => {
    const { id, path } = await cardiffDuty();
    const before = await rowsOf(id);
    await open(path).expect(200);
    await request(bench.url).get(path).set('user-agent', 'LinkScanner/1.0').expect(200);
    await request(bench.url).head(path).expect(200);

    expect(await rowsOf(id)).toEqual(before);
    expect(await bench.events(id)).toEqual(['opened', 'opened']);
    expect(await bench.audit(id)).toEqual([
      'duty_link follow_up.opened',
      'duty_link follow_up.opened',
    ]);
  });

  it('shows whatever a stranger typed as text', async () => {
    const evil = '"><script>alert(1)</script>{{ 7 | times: 7 }}<img src=x onerror=alert(1)>';
    const { path } = await cardiffDuty({
      posted: {
        givenName: evil,
        familyName: evil,
        message: evil,
        interests: [evil, 7],
        postcode: evil,
        address: evil,
        consent: 'no object',
        source: { page: 'javascript:alert(1)', campaign: evil },
      },
      email: '"odd?subject=x&cc=y"@example.org',
      phone: '+44 7700 900123"><b>',
    });
    const { text } = await open(path).expect(200);
    expect(text).not.toMatch(/<script|<img|<b>|href="javascript/i);
    expect(text).toContain('{{ 7 | times: 7 }}');
    expect(text).toContain('href="mailto:%22odd%3Fsubject%3Dx%26cc%3Dy%22@example.org"');
    expect(text).toContain('href="tel:+447700900123"');
  });

  it('says so where the person is under 18', async () => {
    const { path } = await bench.giveDuty({
      unit: bench.organisation.units.national,
      office: 'safeguarding_officer',
    });
    const { text } = await open(path).expect(200);
    expect(text).toContain('Robin is under 18');
  });

  it('says that it is late', async () => {
    const { path } = await cardiffDuty({ dueIn: '-3 hours' });
    expect((await open(path)).text).toContain('Please do it as soon as you can.');
  });
});

describe('a link that is none any more', () => {
  it.each([
    ['too short', '/duties/x'],
    ['of the right length', `/duties/${'A'.repeat(46)}`],
    ['too long', `/duties/${'A'.repeat(400)}`],
    ['a path', '/duties/..%2f..%2fetc'],
    ['no letters', '/duties/%F0%9F%98%80'],
  ])('is answered kindly where it is %s, with whom to ring', async (_, path) => {
    const { text } = await open(path).expect(404);
    expect(text).toContain('This link does not work');
    expect(text).toContain('National Office, telephone 020 7946 0000');
    const pressed = await press(path, { outcome: 'contacted', note: 'kept' }).expect(404);
    expect(pressed.text).toContain('kept');
    expect((await request(bench.url).get(path).expect(404)).body).toMatchObject({
      code: 'not_found',
    });
  });

  it('does not open with one character changed', async () => {
    const { path } = await cardiffDuty();
    await open(`${path.slice(0, -3)}${path.at(-3) === 'A' ? 'B' : 'A'}${path.slice(-2)}`).expect(
      404,
    );
  });

  it('runs out thirty days after the duty was closed', async () => {
    const { path } = await cardiffDuty();
    await press(path, { outcome: 'contacted' }).expect(303);
    await bench.database.turnClock('29 days');
    await open(path).expect(200);
    await bench.database.turnClock('31 days');
    expect((await open(path).expect(410)).text).toContain('This link has run out');
  });

  it('runs out thirty days after an open duty was due', async () => {
    const { id, path } = await cardiffDuty({ dueIn: '0' });
    await bench.database.turnClock('31 days');
    const { text } = await open(path).expect(410);
    expect(text).not.toContain('Robin');
    await press(path, { outcome: 'contacted' }).expect(410);
    expect(await bench.duty(id)).toMatchObject({ state: 'open' });
  });
});

describe('what cannot be taken', () => {
  it.each([
    ['no button', { note: 'my words' }],
    ['an unknown button', { outcome: 'gone', note: 'my words' }],
    ['a long note', { outcome: 'contacted', note: `my words${'x'.repeat(1000)}` }],
    ['a NUL', { outcome: 'contacted', note: 'my words\0' }],
  ])('%s is explained beside what was typed', async (_, form) => {
    const { id, path } = await cardiffDuty();
    const { status, text } = await press(path, form);
    expect(status).toBe(422);
    expect(text).toContain('That was not recorded');
    expect(text).toContain('my words');
    expect(await bench.duty(id)).toMatchObject({ state: 'open', version: 1 });
  });

  it('is a problem document for a program', async () => {
    const { path } = await cardiffDuty();
    const bodies = [
      null,
      [],
      {},
      'text',
      { outcome: ['contacted'] },
      { outcome: 'contacted', x: 1 },
    ];
    for (const body of bodies) {
      const answer = await request(bench.url)
        .post(path)
        .set('content-type', 'application/json')
        .send(JSON.stringify(body));
      expect(answer.status).toBe(422);
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.body).toMatchObject({ code: 'invalid_input' });
    }
    await request(bench.url).post(path).expect(422);
    await request(bench.url).post(path).type('text/plain').send('x').expect(415);
    await request(bench.url).put(path).expect(405);
  });

  it('takes text of any kind in the note as text', async () => {
    const { id, path } = await cardiffDuty();
    const note = `'); DROP TABLE follow_up; -- <b>{{7*7}}</b>\nsecond line`;
    await press(path, { outcome: 'contacted', note }).expect(303);
    expect(await bench.duty(id)).toMatchObject({ note });
  });
});

describe('with the database away', () => {
  it('keeps the note in a page that can be pressed again', async () => {
    const { id, path } = await cardiffDuty();
    await bench.database.sql(`ALTER DATABASE ${bench.database.name} CONNECTION LIMIT 0`);
    try {
      await bench.database.sql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      const answer = await press(path, { outcome: 'no_answer', note: 'my <words>', tries: '0' });
      expect(answer.status).toBe(503);
      expect(answer.headers['retry-after']).toBe('5');
      expect(answer.text).toContain('Your press was not recorded');
      expect(answer.text).toContain('my &lt;words&gt;</textarea>');
      expect(answer.text).toContain('name="tries" value="0"');
      expect(answer.text).toContain(
        '<button class="big main" type="submit" name="outcome" value="no_answer"',
      );
      expect((await open(path)).status).toBe(503);
      expect((await open('/duties/x')).status).toBe(404);
    } finally {
      await bench.database.sql(`ALTER DATABASE ${bench.database.name} CONNECTION LIMIT -1`);
    }
    await press(path, { outcome: 'contacted', note: 'my words' }).expect(303);
    expect(await bench.duty(id)).toMatchObject({ state: 'done', note: 'my words' });
  });
});
