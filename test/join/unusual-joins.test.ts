import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinPost } from '../factories/join-post.js';
import { startApplication, type TestApplication } from '../support/application.js';
import { recordOf, storedJoin, tableCounts } from '../support/stored.js';

let app: TestApplication;
beforeAll(async () => {
  app = await startApplication({ worker: false });
});
afterAll(() => app.close());

const post = (input: Record<string, unknown>) => request(app.url).post('/v1/join').send(input);
async function join(input: Record<string, unknown>) {
  const answer = await post(input);
  expect(answer.status, answer.text).toBe(201);
  return answer;
}
/** Whether anything of a text is in any row of any table. */
async function isKept(text: string): Promise<boolean> {
  const tables = Object.keys(await tableCounts(app.database));
  const [found] = await app.database.sql<{ kept: boolean }>(
    `SELECT ${tables.map((t) => `EXISTS (SELECT FROM ${t} t WHERE t::text ILIKE $1)`).join(' OR ')} AS kept`,
    [`%${text}%`],
  );
  return found?.kept ?? false;
}
/** A birthday so many years and days ago, by the database's clock. */
async function born(years: number, daysMore: number): Promise<string> {
  const [row] = await app.database.sql<{ day: string }>(
    `SELECT ((clock_now() AT TIME ZONE 'UTC')::date - make_interval(years => $1)
             - make_interval(days => $2))::date::text AS day`,
    [years, daysMore],
  );
  return row?.day ?? '';
}

describe('somebody under fourteen', () => {
  it('is refused kindly, and nothing of the post is kept anywhere', async () => {
    const before = await tableCounts(app.database);
    const child = joinPost({
      givenName: 'Tilda-Unkept',
      email: 'tilda.unkept@example.org',
      dateOfBirth: await born(13, 300),
    });
    const answer = await post(child).set('Idempotency-Key', 'the key of a child');
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({
      code: 'under_minimum_age',
      detail: expect.stringMatching(/thank you.*age of 14.*not kept/i),
      errors: [{ path: 'dateOfBirth', code: 'under_minimum_age' }],
    });
    expect(answer.text).not.toContain('Tilda');
    expect(await tableCounts(app.database)).toEqual(before);
    expect(await isKept('unkept')).toBe(false);
  });

  it('is refused as a page by a form, without what was typed', async () => {
    const before = await tableCounts(app.database);
    const answer = await request(app.url)
      .post('/v1/join')
      .set('Accept', 'text/html')
      .type('form')
      .send({
        givenName: 'Tilda',
        email: 'tilda@example.org',
        postcode: 'M14 5RX',
        'consent.privacyNotice': '2026-11',
        dateOfBirth: await born(10, 0),
      });
    expect(answer.status).toBe(422);
    expect(answer.headers['content-type']).toMatch(/html/);
    expect(answer.text).not.toMatch(/tilda/i);
    expect(await tableCounts(app.database)).toEqual(before);
  });

  it('may join on the fourteenth birthday, and not the day before', async () => {
    await join(joinPost({ dateOfBirth: await born(14, 0) }));
    expect((await post(joinPost({ dateOfBirth: await born(14, -1) }))).status).toBe(422);
  });
});

describe('somebody under eighteen', () => {
  it('is kept by the national office, and followed up by its safeguarding officer', async () => {
    const { body } = await join(joinPost({ dateOfBirth: await born(18, -1) }));
    const { unit, personId } = await storedJoin(app.database, body.id);
    expect(unit).toBe('national-office');
    const [duty] = await app.database.sql(
      `SELECT f.office, u.slug, p.slug AS keeper
         FROM follow_up f JOIN unit u ON u.id = f.unit_id
         JOIN person x ON x.id = f.person_id JOIN unit p ON p.id = x.unit_id
        WHERE f.submission_id = $1`,
      [body.id],
    );
    expect(duty).toEqual({
      office: 'safeguarding_officer',
      slug: 'national-office',
      keeper: 'national-office',
    });
    // Where they belong is no secret: the answer is that of the postcode.
    expect(body.allocation.method).toBe('coverage_rule');
    expect((await recordOf(app.database, personId ?? ''))['allocation']).toHaveLength(1);
  });

  it('is an adult from the eighteenth birthday on', async () => {
    const { body } = await join(joinPost({ dateOfBirth: await born(18, 0) }));
    expect((await storedJoin(app.database, body.id)).unit).toBe('manchester-south');
  });
});

describe('a post with the trap filled in', () => {
  it('is answered like any other, and followed up by nobody', async () => {
    const plain = await join(joinPost());
    const before = await tableCounts(app.database);
    const trapped = await join(joinPost({ fax_number: '0161 496 0000', email: 'bot@example.org' }));
    const after = await tableCounts(app.database);

    expect(Object.keys(trapped.body)).toEqual(Object.keys(plain.body));
    expect(Object.keys(trapped.headers).sort()).toEqual(Object.keys(plain.headers).sort());
    expect({ ...trapped.body, id: '', reference: '', receivedAt: '' }).toEqual({
      ...plain.body,
      id: '',
      reference: '',
      receivedAt: '',
    });
    expect(trapped.body.reference).toMatch(/^J-[0-9A-Z]{4}-[0-9A-Z]{4}$/);

    const grown = Object.keys(after).filter((table) => after[table] !== before[table]);
    expect(grown.sort()).toEqual([
      'public.idempotency_key',
      'public.join_submission',
      'public.join_submission_handling',
    ]);
    expect(await storedJoin(app.database, trapped.body.id)).toMatchObject({
      personId: null,
      suspectedBot: true,
      state: 'suspected_bot',
    });
  });

  it('is validated like any other', async () => {
    const { status, body } = await post({ fax_number: '1' });
    expect(status).toBe(422);
    expect(body.errors.map(({ path }: { path: string }) => path)).toContain('givenName');
  });

  it('is like any other as a form: 303 to the same page', async () => {
    const fields = {
      givenName: 'B',
      email: 'b@example.org',
      postcode: 'M14 5RX',
      'consent.privacyNotice': '1',
    };
    const send = (more: object) =>
      request(app.url)
        .post('/v1/join')
        .type('form')
        .send({ ...fields, ...more });
    const [plain, trapped] = [await send({}), await send({ fax_number: 'x' })];
    expect([trapped.status, trapped.headers['location']]).toEqual([303, plain.headers['location']]);
    // A person's browser leaves the field empty, which is no sign of a bot.
    const empty = await send({ fax_number: '', message: 'empty' });
    expect(empty.status).toBe(303);
    const [{ bots } = { bots: -1 }] = await app.database.sql<{ bots: number }>(
      `SELECT count(*)::integer AS bots FROM join_submission WHERE suspected_bot AND email = 'b@example.org'`,
    );
    expect(bots).toBe(1);
  });
});

describe('acknowledgements to one address', () => {
  const states = (email: string) =>
    app.database
      .sql<{ state: string }>(
        `SELECT m.state FROM message m JOIN join_submission s ON s.id = m.submission_id
          WHERE s.email = $1 AND m.kind = 'join_acknowledgement' ORDER BY m.id`,
        [email],
      )
      .then((rows) => rows.map(({ state }) => state));

  it('are capped at three a day, without a change of the answer', async () => {
    const email = 'flooded@example.org';
    const answers = [];
    for (const givenName of ['One', 'Two', 'Three', 'Four', 'Five']) {
      answers.push(await join(joinPost({ givenName, familyName: 'Flood', email })));
    }
    expect(await states(email)).toEqual(['queued', 'queued', 'queued', 'capped', 'capped']);
    const shapes = answers.map(({ body, headers }) => ({
      body: { ...body, id: '', reference: '', receivedAt: '' },
      headers: Object.keys(headers).sort(),
    }));
    expect(new Set(shapes.map((shape) => JSON.stringify(shape))).size).toBe(1);

    await app.turnClock('25 hours');
    await join(joinPost({ givenName: 'Six', familyName: 'Flood', email }));
    await app.turnClock('0 hours');
    expect((await states(email)).at(-1)).toBe('queued');
  });

  it('are capped also when they are asked for all at once', async () => {
    const email = 'surge@example.org';
    await Promise.all(
      Array.from({ length: 10 }, (_, n) => join(joinPost({ message: `Post ${n}`, email }))),
    );
    const all = await states(email);
    expect(all.filter((state) => state === 'queued')).toHaveLength(3);
    expect(all).toHaveLength(10);
  });
});

describe('consent', () => {
  it('is recorded as given, refused or not at all, with its evidence', async () => {
    const answer = await post(
      joinPost({ consent: { privacyNotice: '2026-09', email: true, sms: false } }),
    ).set('User-Agent', 'A browser');
    const events = await app.database.sql(
      `SELECT c.channel, c.decision, c.purpose, c.privacy_notice_version AS notice, c.source,
              c.wording_version AS wording, c.actor_kind AS actor, c.user_agent AS agent,
              host(c.address) AS address, c.occurred_at = s.received_at AS at_once
         FROM consent_event c JOIN join_submission s ON s.id = c.submission_id
        WHERE s.id = $1 ORDER BY c.channel`,
      [answer.body.id],
    );
    const evidence = {
      purpose: 'news_and_campaigns',
      notice: '2026-09',
      source: 'json',
      wording: 'join-2026-11',
      actor: 'person',
      agent: 'A browser',
      address: '127.0.0.1',
      at_once: true,
    };
    expect(events).toEqual([
      { channel: 'email', decision: 'granted', ...evidence },
      { channel: 'sms', decision: 'refused', ...evidence },
    ]);
  });

  it('that is not answered is not granted', async () => {
    const { body } = await join(joinPost({ consent: { privacyNotice: '2026-11' } }));
    const { personId } = await storedJoin(app.database, body.id);
    expect((await recordOf(app.database, personId ?? ''))['consent_event']).toEqual([]);
  });
});
