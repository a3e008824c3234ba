import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DutyBench } from '../follow-ups/duty-bench.js';
import { joinPost } from '../factories/join-post.js';
import { type TestApplication, startApplication } from '../support/application.js';
import type { ReceivedMail } from '../support/smtp-server.js';

/** All that a mail of ours has, each once. */
const OUR_HEADERS = [
  'auto-submitted',
  'content-type',
  'date',
  'from',
  'message-id',
  'mime-version',
  'subject',
  'to',
  'x-auto-response-suppress',
];
const VICTIM = 'victim@example.com';

/** Checks that a mail has our headers alone and one recipient. */
function expectPlain(mail: ReceivedMail, recipient: string): void {
  const [head = ''] = mail.raw.split('\r\n\r\n');
  const names = head
    .split('\r\n')
    .filter((line) => !/^[ \t]/.test(line))
    .map((line) => line.slice(0, line.indexOf(':')).toLowerCase());
  expect(names.sort(), head).toEqual(OUR_HEADERS);
  expect(mail.to).toEqual([recipient]);
  expect(mail.headers['to']).toBe(recipient);
  expect(mail.subject).toMatch(/^[^\r\n\u0000-\u001f\u007f\u2028\u2029]{1,150}$/);
  expect(head).not.toContain(VICTIM);
  expect(mail.raw).not.toMatch(/\r(?!\n)|(?<!\r)\n/);
}

describe('what a stranger types into the form', () => {
  let app: TestApplication;
  beforeAll(async () => {
    app = await startApplication();
  });
  afterAll(() => app.close());
  beforeEach(() => app.smtp.clear());

  it.each([
    ['an encoded word', '=?utf-8?Q?Sam=0D=0ABcc=3A_victim=40example.com?='],
    ['commas and angle brackets', `Sam <${VICTIM}>, Ann <${VICTIM}>`],
    ['a group of addresses', `all: ${VICTIM};`],
    ['quotes and backslashes', String.raw`"Sam\" <a@b.example>" \r\nBcc: x`],
    ['what a header looks like', `Bcc: ${VICTIM}`],
    ['a dot on a line of its own', '.'],
    ['percent signs for a line break', 'Sam%0d%0aBcc:%20victim@example.com'],
    ['letters of all kinds', 'Žofie Ελένη 小明 😀'],
    ['a very long word', 'ö'.repeat(90)],
  ])('begins no header and names no recipient: %s', async (_what, words) => {
    const post = joinPost({
      givenName: words,
      familyName: words,
      address: { line1: words, town: words },
      message: `${words}\r\n\r\n.\r\nBcc: ${VICTIM}`,
      source: { campaign: words },
    });
    const answer = await request(app.url).post('/v1/join').send(post);
    expect(answer.status, answer.text).toBe(201);
    const email = String(post['email']);
    const acknowledgement = await app.smtp.waitFor(({ to }) => to.includes(email));
    const notice = await app.smtp.waitFor(({ to }) => !to.includes(email));
    expectPlain(acknowledgement, email);
    expectPlain(notice, 'manchester-south@example.org');
    expect(app.smtp.messages).toHaveLength(2);
  });

  it.each(['givenName', 'familyName', 'email', 'postcode', 'phone'])(
    'is refused where a line break stands in it: %s',
    async (field) => {
      for (const lineBreak of ['\r\n', '\n', '\r', '\u0085', '\u2028', '\u0000']) {
        const words = `sam@example.org${lineBreak}Bcc: ${VICTIM}`;
        const answer = await request(app.url)
          .post('/v1/join')
          .send(joinPost({ [field]: words }));
        expect(answer.status).toBe(422);
        const form = await request(app.url)
          .post('/v1/join')
          .type('form')
          .send({ givenName: 'Sam', email: 'a@example.org', postcode: 'M14', [field]: words });
        expect(form.status).toBe(422);
      }
    },
  );
});

describe('what is in the database, however it came there', () => {
  let bench: DutyBench;
  beforeAll(async () => {
    bench = await DutyBench.open();
  });
  afterAll(() => bench.close());
  beforeEach(() => bench.smtp.clear());

  const BREAK = `Sam\r\nBcc: ${VICTIM}\r\n\r\nWin a prize`;

  it('begins no header of a notice: names, town, and the names of units', async () => {
    await bench.database.sql(`UPDATE unit SET name = $1 WHERE slug = 'cardiff'`, [
      `Cardiff\r\nBcc: ${VICTIM}`,
    ]);
    await bench.giveDuty({
      unit: bench.organisation.units.cardiff,
      posted: { givenName: BREAK, familyName: BREAK, address: { town: BREAK } },
    });
    await bench.runDueJobs();
    expect(bench.smtp.messages).toHaveLength(1);
    const [mail] = bench.smtp.messages;
    if (mail === undefined) throw new Error('no mail came');
    expectPlain(mail, 'cardiff@example.org');
  });

  it('is no recipient unless it is one plain address', async () => {
    await bench.database.sql(`UPDATE unit SET email = $1 WHERE slug = 'swansea'`, [
      `swansea@example.org>\r\nRCPT TO:<${VICTIM}`,
    ]);
    await bench.giveDuty({ unit: bench.organisation.units.swansea });
    await bench.runDueJobs();
    const recipients = bench.smtp.messages.flatMap(({ to }) => to);
    expect(recipients).not.toContain(VICTIM);
    // It cannot be delivered there, and so it goes to the unit above.
    expect(recipients).toEqual(['wales@example.org']);
  });
});
