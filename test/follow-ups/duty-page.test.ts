import request from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeOrganiser } from '../factories/organisation.js';
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

describe('contacted', () => {
  it('closes the duty and shows a page that may be reloaded', async () => {
    const { id, path } = await cardiffDuty();
    const { status, headers } = await press(path, {
      outcome: 'contacted',
      note: 'Comes on Monday.',
    });
    expect(status).toBe(303);
    expect(headers['location']).toBe(path);

    expect(await bench.duty(id)).toMatchObject({
      state: 'done',
      outcome: 'contacted',
      note: 'Comes on Monday.',
      handling: 'contacted',
      handlingOutcome: 'contacted',
    });
    expect(await bench.events(id)).toEqual(['contacted']);
    expect(await bench.audit(id)).toEqual(['duty_link follow_up.contacted']);
    const { text } = await open(path).expect(200);
    expect(text).toContain('Thank you, this is done');
    expect(text).toContain('telephone 020 7946 0000');
    expect(text).not.toMatch(/Robin|Carter|900123|robin@|Monday/);
  });

  it('pressed by two people at once is one outcome, and both get a kind page', async () => {
    const { id, path } = await cardiffDuty();
    const answers = await Promise.all([
      press(path, { outcome: 'contacted', note: 'first' }),
      press(path, { outcome: 'contacted', note: 'second' }),
      press(path, { outcome: 'contacted' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
    expect(await bench.events(id)).toEqual(['contacted']);
    expect(await bench.duty(id)).toMatchObject({ state: 'done', version: 2 });
  });

  it('that comes second to another outcome says so, and gives the note back', async () => {
    const { id, path } = await cardiffDuty();
    await press(path, { outcome: 'contacted' }).expect(303);
    const { status, text } = await press(path, { outcome: 'not_ours', note: 'Lives in <Bath>.' });
    expect(status).toBe(409);
    expect(text).toContain('Your press came second');
    expect(text).toContain('Lives in &lt;Bath&gt;.');
    expect(await bench.duty(id)).toMatchObject({ outcome: 'contacted', assignment: 1 });
    expect(await bench.messages(id)).toHaveLength(1);
  });
});

describe('no answer', () => {
  it('is recorded once, reminds on the next working evening, and closes with the second', async () => {
    const { id, path } = await cardiffDuty();
    await bench.runDueJobs();
    bench.smtp.clear();
    await press(path, { outcome: 'no_answer', tries: '0', note: 'Rang twice' }).expect(303);
    expect(await bench.duty(id)).toMatchObject({
      state: 'no_answer',
      tries: 1,
      handling: 'received',
    });
    const [reminder] = await bench.database.sql<{ at: string; data: object }>(
      `SELECT to_char(available_at AT TIME ZONE 'Europe/London', 'HH24:MI') AS at, data FROM outbox
        WHERE job = 'follow-ups.remind'`,
    );
    expect(reminder).toEqual({ at: '18:00', data: { followUpId: id, assignment: 1, again: true } });
    const page = await open(path).expect(200);
    expect(page.text).toContain('One try is recorded');
    expect(page.text).toContain('“Rang twice”');
    expect(page.text).toContain('name="tries" value="1"');

    await bench.database.turnClock('7 days');
    await bench.runDueJobs();
    expect(bench.smtp.messages.map(({ subject }) => subject)).toEqual([
      expect.stringMatching(/^Reminder: Robin in Cardiff/),
    ]);
    expect(bench.smtp.messages[0]?.text).toContain('You tried to reach Robin in Cardiff once.');

    await press(path, { outcome: 'no_answer', tries: '1' }).expect(303);
    expect(await bench.duty(id)).toMatchObject({
      state: 'done',
      outcome: 'no_answer',
      tries: 2,
      handling: 'received',
      handlingOutcome: 'no_answer',
    });
    expect(await bench.dueRows()).toEqual([]);
  });

  it.each([[{ tries: '0' }], [{}]])('tapped twice with %j is one try', async (page) => {
    const { id, path } = await cardiffDuty();
    const form = { outcome: 'no_answer', ...page };
    const answers = await Promise.all([press(path, form), press(path, form)]);
    expect(answers.map(({ status }) => status)).toEqual([303, 303]);
    expect(await bench.duty(id)).toMatchObject({ state: 'no_answer', tries: 1 });
    expect(await bench.events(id)).toEqual(['no_answer']);
  });

  it('asks for no second reminder once the person was reached', async () => {
    const { path } = await cardiffDuty();
    await bench.runDueJobs();
    bench.smtp.clear();
    await press(path, { outcome: 'no_answer', tries: '0' }).expect(303);
    await press(path, { outcome: 'contacted' }).expect(303);
    await bench.database.turnClock('7 days');
    await bench.runDueJobs();
    expect(bench.smtp.messages).toEqual([]);
  });
});

describe('not ours', () => {
  it('hands up to the unit above: the old link dies, the due time stays, one new notice goes', async () => {
    const { id, path } = await cardiffDuty();
    await bench.runDueJobs();
    bench.smtp.clear();
    const { dueAt, remindAt } = await bench.duty(id);
    await press(path, { outcome: 'not_ours', note: 'Lives in Newport' }).expect(303);
    expect(await bench.duty(id)).toMatchObject({
      slug: 'wales',
      office: 'regional_organiser',
      assignment: 2,
      state: 'open',
      dueAt,
      remindAt,
    });
    await bench.runDueJobs();
    expect(bench.smtp.messages.map(({ to }) => to)).toEqual([['wales@example.org']]);
    expect(bench.smtp.messages[0]?.text).toContain(bench.pathOf(id, 2));
    expect(await bench.events(id)).toEqual(['not_ours']);
    expect(await bench.audit(id)).toEqual(['duty_link follow_up.not_ours']);

    const old = await open(path).expect(410);
    expect(old.text).toContain('This is with somebody else now');
    expect(old.text).toContain('handed on to Wales');
    expect(old.text).not.toMatch(/Robin|Carter|900123|robin@|stall/);
    const pressed = await press(path, { outcome: 'contacted', note: 'my note' }).expect(410);
    expect(pressed.text).toContain('my note');
    expect(await bench.duty(id)).toMatchObject({ state: 'open', assignment: 2 });
    expect(await bench.audit(id)).toEqual([
      'duty_link follow_up.not_ours',
      'duty_link follow_up.opening_refused',
    ]);

    const next = await open(bench.pathOf(id, 2)).expect(200);
    expect(next.text).toContain('Before that it was with Cardiff.');
    expect(next.text).toContain('“Lives in Newport”');
  });

  it('pressed twice at once hands up once', async () => {
    const { id, path } = await cardiffDuty();
    const answers = await Promise.all([1, 2, 3].map(() => press(path, { outcome: 'not_ours' })));
    expect(answers.map(({ status }) => String(status)).sort()).toEqual(['303', '410', '410']);
    expect(await bench.duty(id)).toMatchObject({ slug: 'wales', assignment: 2 });
    expect(await bench.messages(id)).toHaveLength(2);
  });

  it('reminds the new holder on the next working evening where the time for it has passed', async () => {
    const { id, path } = await cardiffDuty({ dueIn: '-1 hour' });
    await press(path, { outcome: 'not_ours' }).expect(303);
    const { remindAt } = await bench.duty(id);
    expect(remindAt.getTime()).toBeGreaterThan(Date.now());
    const [job] = await bench.database.sql<{ data: object; available_at: Date }>(
      `SELECT data, available_at FROM outbox WHERE job = 'follow-ups.remind'`,
    );
    expect(job).toEqual({
      data: { followUpId: id, assignment: 2, again: false },
      available_at: remindAt,
    });
  });

  it('at the national office declines', async () => {
    const { id, path } = await bench.giveDuty({ unit: bench.organisation.units.national });
    expect((await open(path)).text).toContain('Nobody stands above you: this closes it, declined.');
    await press(path, { outcome: 'not_ours' }).expect(303);
    expect(await bench.duty(id)).toMatchObject({ state: 'declined', handling: 'declined' });
  });
});

describe('hand to my stand-in', () => {
  it('gives the duty to the stand-in of the post, and from there to the unit above', async () => {
    const standIn = await makeOrganiser(bench.database, `cover-${Date.now()}@example.org`, '-');
    await bench.database.sql(
      `UPDATE post SET stand_in_id = $1 WHERE office = 'branch_secretary' AND unit_id = $2`,
      [standIn.id, bench.organisation.units.cardiff.id],
    );
    const { id, path } = await cardiffDuty();
    await bench.runDueJobs();
    bench.smtp.clear();
    expect((await open(path)).text).toContain('Your stand-in hears of it at once.');
    await press(path, { outcome: 'stand_in', note: 'On holiday' }).expect(303);
    await bench.runDueJobs();
    expect(bench.smtp.messages.map(({ to }) => to)).toEqual([[standIn.email]]);
    expect(bench.smtp.messages[0]?.text).toContain('as stand-in');
    expect(await bench.duty(id)).toMatchObject({ slug: 'cardiff', covered: true, assignment: 2 });
    expect((await open(path).expect(410)).text).toContain('the stand-in at Cardiff');

    await press(bench.pathOf(id, 2), { outcome: 'stand_in' }).expect(303);
    expect(await bench.duty(id)).toMatchObject({ slug: 'wales', covered: false, assignment: 3 });
    expect(await bench.events(id)).toEqual(['opened', 'handed_over', 'handed_over']);
    await bench.database.sql('UPDATE post SET stand_in_id = NULL');
  });

  it('stays where there is nobody, says so, and keeps the note', async () => {
    const { id, path } = await bench.giveDuty({ unit: bench.organisation.units.national });
    const { status, text } = await press(path, { outcome: 'stand_in', note: 'Help' });
    expect(status).toBe(409);
    expect(text).toContain('it stays with you');
    expect(text).toContain('>Help</textarea>');
    expect(await bench.duty(id)).toMatchObject({ state: 'open', assignment: 1, version: 1 });
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
