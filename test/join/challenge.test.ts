import { type Challenge, solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SpentChallengesRepository } from '../../src/join/challenge/spent-challenges.repository.js';
import { Database } from '../../src/platform/database/database.js';
import { Clock } from '../../src/platform/time/clock.js';
import { type AdminStage, bearer, startAdminStage } from '../admin/support.js';
import { makeKey } from '../factories/api-keys.js';
import { joinPost } from '../factories/join-post.js';
import { storedJoin } from '../support/stored.js';

const SITE = 'https://www.example.org';

let stage: AdminStage;
let token: string;
beforeAll(async () => {
  stage = await startAdminStage({ JOIN_FORM_CHALLENGE: 'true', JOIN_FORM_ORIGINS: SITE });
  token = await stage.signIn('national@example.org');
  for (const [slug, challenge] of [
    ['guarded', true],
    ['open', false],
  ] as const) {
    await stage
      .call()
      .post('/v1/admin/forms')
      .set(bearer(token))
      .send({
        slug,
        name: slug,
        unitId: stage.organisation.units.national.id,
        origins: [SITE],
        challenge,
      })
      .expect(201);
  }
});
afterAll(() => stage.close());

const ask = (formId?: string) =>
  stage
    .call()
    .get('/v1/join/challenge')
    .query(formId === undefined ? {} : { formId });
/** A challenge with its solution, as a widget posts it. */
async function solved(formId?: string, change: (challenge: Challenge) => void = () => {}) {
  const { body } = await ask(formId).expect(200);
  const challenge = body as Challenge;
  const solution = await solveChallenge({ challenge, deriveKey });
  change(challenge);
  return Buffer.from(JSON.stringify({ challenge, solution })).toString('base64');
}
const join = (body: object, headers: Record<string, string> = {}) =>
  stage.call().post('/v1/join').set(headers).send(body);
const outcome = async (answer: { body: { id: string; next: string } }) => {
  const [row] = await stage.database.sql<{ challenge: string | null }>(
    'SELECT challenge FROM join_submission WHERE id = $1',
    [answer.body.id],
  );
  const { suspectedBot } = await storedJoin(stage.database, answer.body.id);
  const [duties] = await stage.database.sql<{ n: number }>(
    'SELECT count(*)::integer AS n FROM follow_up WHERE submission_id = $1',
    [answer.body.id],
  );
  return { challenge: row?.challenge ?? null, suspectedBot, duties: duties?.n };
};
const FOLLOWED_UP = { challenge: 'solved', suspectedBot: false, duties: 1 };

describe('a challenge', () => {
  it('is another each time, for the form that asks for it, and may be fetched from its sites', async () => {
    const [one, other] = [await ask('guarded'), await ask('guarded').set('Origin', SITE)];
    expect(one.body).toEqual({
      parameters: {
        algorithm: 'PBKDF2/SHA-256',
        cost: 20_000,
        data: { formId: 'guarded' },
        expiresAt: expect.any(Number),
        keyLength: 32,
        keyPrefix: '0',
        nonce: expect.any(String),
        salt: expect.any(String),
      },
      signature: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(other.body.parameters.nonce).not.toBe(one.body.parameters.nonce);
    expect(one.headers['cache-control']).toBe('no-store');
    expect(other.headers['access-control-allow-origin']).toBe(SITE);
    for (const formId of ['open', 'nothing', '__proto__']) {
      expect([formId, (await ask(formId)).status]).toEqual([formId, 404]);
    }
  });

  it('that was solved lets a join be followed up like any other', async () => {
    const answer = await join({
      ...joinPost(),
      formId: 'guarded',
      altcha: await solved('guarded'),
    });
    expect(answer.status).toBe(201);
    expect(answer.body.next).toMatch(/will get in touch/);
    expect(await outcome(answer)).toEqual(FOLLOWED_UP);
    const own = await join({ ...joinPost(), altcha: await solved() });
    expect(await outcome(own)).toEqual(FOLLOWED_UP);
    const [kept] = await stage.database.sql('SELECT posted FROM join_submission WHERE id = $1', [
      own.body.id,
    ]);
    expect(JSON.stringify(kept)).not.toContain('altcha');
  });

  it('of another form, changed, made up or malformed is wrong, and loses nobody', async () => {
    const [mine] = [await solved('guarded')];
    const forged = {
      challenge: {
        parameters: {
          algorithm: 'PBKDF2/SHA-256',
          nonce: '00',
          salt: '00',
          cost: 1,
          keyLength: 32,
          keyPrefix: '00',
          expiresAt: 4e9,
          data: { formId: 'guarded' },
        },
        signature: 'a'.repeat(64),
      },
      solution: { counter: 1, derivedKey: '00' },
    };
    const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
    for (const [what, altcha] of [
      ['of another form', await solved()],
      ['cheaper', await solved('guarded', ({ parameters }) => void (parameters.cost = 1))],
      ['longer', await solved('guarded', ({ parameters }) => void (parameters.expiresAt = 4e9))],
      ['unsigned', await solved('guarded', (challenge) => void (challenge.signature = ''))],
      ['made up', base64(forged)],
      ['no base64', '%%%'],
      ['no JSON', mine.slice(5)],
      ['null', base64(null)],
      ['a list', base64([])],
      ['deep', base64(JSON.parse('['.repeat(900) + ']'.repeat(900)))],
    ] as const) {
      const answer = await join({ ...joinPost(), formId: 'guarded', altcha });
      expect([what, answer.status]).toEqual([what, 201]);
      expect([what, await outcome(answer)]).toEqual([
        what,
        { challenge: 'wrong', suspectedBot: true, duties: 0 },
      ]);
    }
  });

  it('is worth one join: of many at once with one solution one is followed up', async () => {
    const altcha = await solved('guarded');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => join({ ...joinPost(), formId: 'guarded', altcha })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const outcomes = [];
    for (const answer of answers) outcomes.push(await outcome(answer));
    expect(outcomes.filter(({ challenge }) => challenge === 'solved')).toEqual([FOLLOWED_UP]);
    expect(outcomes.filter(({ challenge }) => challenge === 'spent')).toHaveLength(7);
  });

  it('is not spent by a post that is refused, nor asked about again when a post is repeated', async () => {
    const altcha = await solved('guarded');
    const person = joinPost();
    const refused = await join({ ...person, email: 'sam@', formId: 'guarded', altcha });
    expect(refused.status).toBe(422);
    const key = { 'Idempotency-Key': 'with-a-challenge' };
    const first = await join({ ...person, formId: 'guarded', altcha }, key);
    expect(await outcome(first)).toEqual(FOLLOWED_UP);
    // With the same solution, with another, or with none it is the same request.
    for (const again of [altcha, await solved('guarded'), undefined]) {
      const answer = await join({ ...person, formId: 'guarded', altcha: again }, key);
      expect([answer.body.id, answer.headers['idempotent-replayed']]).toEqual([
        first.body.id,
        'true',
      ]);
    }
    const other = await join({ ...joinPost(), formId: 'guarded', altcha });
    expect(await outcome(other)).toMatchObject({ challenge: 'spent' });
  });

  it('lasts an hour, and what was spent is forgotten after that', async () => {
    const [early, late] = [await solved('guarded'), await solved('guarded')];
    expect(await outcome(await join({ ...joinPost(), formId: 'guarded', altcha: early }))).toEqual(
      FOLLOWED_UP,
    );
    await stage.database.turnClock('61 minutes');
    await stage.app.get(Clock, { strict: false }).synchronise();
    const answer = await join({ ...joinPost(), formId: 'guarded', altcha: late });
    expect(await outcome(answer)).toMatchObject({ challenge: 'expired', suspectedBot: true });
    const spent = async () =>
      (
        await stage.database.sql<{ n: number }>(
          'SELECT count(*)::integer AS n FROM spent_challenge',
        )
      )[0]?.n;
    expect(await spent()).toBeGreaterThan(0);
    const rows = new SpentChallengesRepository(stage.app.get(Database, { strict: false }));
    expect(await rows.deleteBatch(1000)).toBeGreaterThan(0);
    expect(await spent()).toBe(0);
    await stage.database.turnClock('0 minutes');
    await stage.app.get(Clock, { strict: false }).synchronise();
  });
});

describe('a post without a solution', () => {
  it('is kept, told that a person looks at it first, and lies among what is looked through', async () => {
    const person = joinPost();
    const answer = await join({ ...person, formId: 'guarded' });
    expect(answer.status).toBe(201);
    expect(answer.body.next).toBe(
      'We have it. The check that keeps robots out did not run for it, so somebody from National Office looks at it first, within a week.',
    );
    expect(await outcome(answer)).toEqual({ challenge: 'missing', suspectedBot: true, duties: 0 });
    const { body } = await stage
      .call()
      .get('/v1/admin/join-submissions?state=suspected_bot&limit=200')
      .set(bearer(token));
    expect((body.data as { email: string }[]).map(({ email }) => email)).toContain(person['email']);
  });

  it('ends at a page that does not promise what has to wait', async () => {
    const { givenName, familyName, email, postcode } = joinPost() as Record<string, string>;
    const fields = { givenName, familyName, email, postcode, 'consent.privacyNotice': '2026-11' };
    const form = (more: object) =>
      stage
        .call()
        .post('/v1/join')
        .set('Accept', 'text/html')
        .type('form')
        .send({ ...fields, ...more });
    const without = await form({ formId: 'guarded' });
    expect(without.headers['location']).toBe('/join/thanks?check=by-hand');
    const page = await stage.call().get('/join/thanks?check=by-hand');
    expect(page.text).toContain('looks at what you wrote first, within a week');
    expect(page.text).not.toContain('working days');
    const other = await form({
      formId: 'guarded',
      email: 'x@example.org',
      altcha: await solved('guarded'),
    });
    expect(other.headers['location']).toBe('/join/thanks');
  });

  it('is as good as any where the form asks for none, or a server with a key vouches', async () => {
    const open = await join({ ...joinPost(), formId: 'open', altcha: 'whatever' });
    expect(await outcome(open)).toEqual({ challenge: null, suspectedBot: false, duties: 1 });
    const { secret } = await makeKey(stage, token, {
      scopes: ['join.post'],
      unitId: stage.organisation.units.national.id,
    });
    const served = await join({ ...joinPost(), formId: 'guarded' }, bearer(secret));
    expect(await outcome(served)).toEqual({ challenge: null, suspectedBot: false, duties: 1 });
  });

  it('and with the trap filled is answered exactly like a success', async () => {
    const trapped = await join({
      ...joinPost(),
      formId: 'guarded',
      altcha: await solved('guarded'),
      fax_number: '1',
    });
    expect(trapped.body.next).toMatch(/will get in touch/);
    expect(await outcome(trapped)).toEqual({ challenge: 'solved', suspectedBot: true, duties: 0 });
  });
});

it('takes one statement for a join, with its challenge, its form and its answers', async () => {
  const database = stage.app.get(Database, { strict: false });
  const asked: string[] = [];
  const { pool } = database;
  const query = pool.query.bind(pool) as (...given: unknown[]) => unknown;
  pool.query = ((...given: unknown[]) => {
    const [config] = given as [string | { text: string }];
    asked.push(typeof config === 'string' ? config : config.text);
    return query(...given);
  }) as never;
  try {
    const altcha = await solved('guarded');
    asked.length = 0;
    await join({ ...joinPost(), formId: 'guarded', altcha }).expect(201);
    const joins = asked.filter((text) =>
      /join_submission|begin_join|spent_challenge|FROM form/.test(text),
    );
    expect(joins).toHaveLength(1);
    expect(joins[0]).toContain('begin_join');
  } finally {
    pool.query = query as never;
  }
});
