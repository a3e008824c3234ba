import { Client } from 'pg';
import request, { type Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { joinPost } from '../factories/join-post.js';
import { startApplication, type TestApplication } from '../support/application.js';
import { tableCounts } from '../support/stored.js';

let app: TestApplication;
beforeAll(async () => {
  app = await startApplication({ worker: false });
});
afterAll(() => app.close());

let keys = 0;
const newKey = () => `key-${++keys}-${'x'.repeat(20)}`;
const post = (input: object, key?: string) => {
  const call = request(app.url).post('/v1/join');
  return (key === undefined ? call : call.set('Idempotency-Key', key)).send(input);
};
const codeOf = (answer: Response) => (answer.body as { code?: string }).code;
const idOf = (answer: Response) => (answer.body as { id: string }).id;
const isReplay = (answer: Response) => answer.headers['idempotent-replayed'];
const submissions = async () =>
  (await tableCounts(app.database))['public.join_submission'] as number;

describe('a post with a key', () => {
  it('is answered again with the same bytes, and says so', async () => {
    const [input, key] = [joinPost({ postcode: 'M41 1AA', phone: '07700 900200' }), newKey()];
    const first = await post(input, key);
    const before = await tableCounts(app.database);
    const again = await post(input, key);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.text).toBe(first.text);
    expect([isReplay(first), isReplay(again)]).toEqual([undefined, 'true']);
    expect(await tableCounts(app.database)).toEqual(before);
  });

  it('is answered again whatever the order and spelling of the JSON', async () => {
    const [input, key] = [joinPost(), newKey()];
    const first = await post(input, key);
    const turned = JSON.stringify(Object.fromEntries(Object.entries(input).reverse()), null, 4);
    const again = await request(app.url)
      .post('/v1/join')
      .set({ 'Idempotency-Key': key, 'Content-Type': 'application/json; charset=UTF-8' })
      .send(turned);
    expect(again.text).toBe(first.text);
  });

  it('refuses the key for another input', async () => {
    const key = newKey();
    await post(joinPost(), key).expect(201);
    const before = await tableCounts(app.database);
    const other = await post(joinPost(), key);
    expect([other.status, codeOf(other)]).toEqual([422, 'idempotency_key_reused']);
    expect(other.body.errors).toMatchObject([{ path: 'Idempotency-Key' }]);
    expect(await tableCounts(app.database)).toEqual(before);
  });

  it('is another submission under another key, even with the same content', async () => {
    const input = joinPost();
    const [one, other] = [await post(input, newKey()), await post(input, newKey())];
    expect([one.status, other.status]).toEqual([201, 201]);
    expect(idOf(other)).not.toBe(idOf(one));
  });

  it('makes one submission of many at once: the others wait their turn or hear the answer', async () => {
    const [input, key] = [joinPost(), newKey()];
    const before = await submissions();
    const answers = await Promise.all(Array.from({ length: 16 }, () => post(input, key)));
    expect(await submissions()).toBe(before + 1);
    const taken = answers.filter(({ status }) => status === 201);
    const running = answers.filter(({ status }) => status === 409);
    expect(taken.length + running.length).toBe(16);
    expect(new Set(taken.map(({ text }) => text)).size).toBe(1);
    expect(taken.filter((answer) => isReplay(answer) === undefined)).toHaveLength(1);
    for (const answer of running) {
      expect(codeOf(answer)).toBe('request_in_progress');
      expect(answer.headers['retry-after']).toBe('1');
    }
    expect(isReplay(await post(input, key))).toBe('true');
  });

  it('hears that the first is running while it is, and does not wait', async () => {
    const [input, key] = [joinPost(), newKey()];
    // Somebody else holds this person's contact point, so the first post waits in its transaction.
    const other = new Client({ connectionString: app.database.ownerUrl });
    await other.connect();
    await other.query(`SELECT pg_advisory_lock(hashtextextended('contact:' || $1, 0))`, [
      input['email'],
    ]);
    const first = post(input, key).then((answer) => answer);
    await vi.waitFor(async () => {
      const waiting = await app.database.sql(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      expect(waiting).toHaveLength(1);
    });
    const second = await post(input, key);
    expect([second.status, codeOf(second)]).toEqual([409, 'request_in_progress']);
    await other.end();
    expect((await first).status).toBe(201);
    expect(isReplay(await post(input, key))).toBe('true');
  });

  it.each([
    ['empty', ''],
    ['of 256 characters', 'k'.repeat(256)],
    ['with a tab', 'a\tb'],
    ['with letters beyond ASCII', 'schl\u00fcssel'],
  ])('refuses a key that is %s, and stores nothing', async (_what, key) => {
    const before = await tableCounts(app.database);
    const answer = await post(joinPost(), key);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({
      code: 'invalid_input',
      errors: [{ path: 'Idempotency-Key', code: 'invalid_idempotency_key' }],
    });
    expect(await tableCounts(app.database)).toEqual(before);
  });

  it('takes a key of 1 and of 255 characters', async () => {
    await post(joinPost(), 'k').expect(201);
    await post(joinPost(), '~'.repeat(255)).expect(201);
  });

  it('keeps no answer of a refusal: the same key works afterwards', async () => {
    const key = newKey();
    const refused = await post({ ...joinPost(), postcode: 'nonsense' }, key);
    expect(refused.status).toBe(422);
    const young = await post({ ...joinPost(), dateOfBirth: '2026-01-01' }, key);
    expect(codeOf(young)).toBe('under_minimum_age');
    const foreign = await post(joinPost(), key).set('Origin', 'https://elsewhere.example.org');
    expect(foreign.status).toBe(403);
    const answer = await post(joinPost(), key);
    expect([answer.status, isReplay(answer)]).toEqual([201, undefined]);
  });

  it('is the same input as a form and as JSON', async () => {
    const key = newKey();
    const { email, givenName, familyName, postcode } = joinPost() as Record<string, string>;
    const json = await post(
      { email, givenName, familyName, postcode, consent: { privacyNotice: '2026-11', sms: true } },
      key,
    );
    const fields = {
      email,
      givenName,
      familyName,
      postcode,
      'consent.privacyNotice': '2026-11',
      'consent.sms': 'on',
    };
    const form = await request(app.url)
      .post('/v1/join')
      .set({ 'Idempotency-Key': key, Accept: 'application/json' })
      .type('form')
      .send(fields);
    expect(form.status).toBe(201);
    expect(form.text).toBe(json.text);
    expect(isReplay(form)).toBe('true');
    const page = await request(app.url)
      .post('/v1/join')
      .set('Idempotency-Key', key)
      .type('form')
      .send(fields);
    expect(page.status).toBe(303);
  });

  it('is remembered for a day, and forgotten afterwards', async () => {
    const [input, key] = [joinPost(), newKey()];
    const first = await post(input, key);
    await app.turnClock('23 hours 59 minutes');
    expect(isReplay(await post(input, key))).toBe('true');
    await app.turnClock('24 hours 1 minute');
    const late = await post(input, key);
    await app.turnClock('0 hours');
    expect([late.status, isReplay(late)]).toEqual([201, undefined]);
    expect(idOf(late)).not.toBe(idOf(first));
  });

  it('is kept as a hash: the table shows no key', async () => {
    const key = newKey();
    await post(joinPost(), key).expect(201);
    const rows = await app.database.sql('SELECT k::text AS row FROM idempotency_key k');
    expect(JSON.stringify(rows)).not.toContain(key);
  });
});

describe('a post without a key', () => {
  it('is the same submission when the same comes again within ten minutes', async () => {
    const input = joinPost();
    const first = await post(input);
    const before = await tableCounts(app.database);
    const again = await post(input);
    await app.turnClock('9 minutes 50 seconds');
    const later = await post(input);
    await app.turnClock('0 hours');
    expect([again.text, later.text]).toEqual([first.text, first.text]);
    expect(await tableCounts(app.database)).toEqual(before);
  });

  it('is the same submission however its contact and postcode are written', async () => {
    const input = joinPost({ phone: '07700 900321', postcode: 'M14 5RX' });
    const first = await post(input);
    const again = await post({
      ...input,
      email: String(input['email']).toUpperCase(),
      phone: '+447700900321',
      postcode: 'm145rx',
    });
    expect(again.text).toBe(first.text);
  });

  it('is a new submission after ten minutes, of the same person', async () => {
    const input = joinPost();
    const first = await post(input);
    await app.turnClock('10 minutes 10 seconds');
    const later = await post(input);
    await app.turnClock('0 hours');
    expect(later.status).toBe(201);
    expect(idOf(later)).not.toBe(idOf(first));
    const people = await app.database.sql(
      'SELECT DISTINCT person_id FROM join_submission_handling WHERE submission_id IN ($1, $2)',
      [idOf(first), idOf(later)],
    );
    expect(people).toHaveLength(1);
  });

  it('clicked twice at once is answered twice, with one submission', async () => {
    const input = joinPost();
    const before = await submissions();
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(input)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await submissions()).toBe(before + 1);
  });

  it('is another submission when anything in it is different', async () => {
    const input = joinPost();
    const first = await post(input);
    const other = await post({ ...input, message: 'One more thing' });
    expect(idOf(other)).not.toBe(idOf(first));
  });
});
