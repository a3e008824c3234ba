import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminStage, bearer, startAdminStage } from '../admin/support.js';
import { inDays, makeKey, type TestKey } from '../factories/api-keys.js';
import { joinPost } from '../factories/join-post.js';
import { tableCounts } from '../support/stored.js';

const ADDRESS = 'Branchline-Visitor-Address';
const BROWSER = 'Branchline-Visitor-User-Agent';
/** What one address may post in a minute here. */
const PER_ADDRESS = 3;
const PER_KEY = 5;

let stage: AdminStage;
let national: TestKey;
let token: string;
beforeAll(async () => {
  stage = await startAdminStage({
    // Limits bind this test’s own address, too.
    RATE_LIMIT_EXEMPT: '',
    RATE_LIMIT_JOIN_PER_ADDRESS: String(PER_ADDRESS),
    RATE_LIMIT_JOIN_PER_KEY: String(PER_KEY),
    RATE_LIMIT_JOIN_PER_FORM: '40',
  });
  token = await stage.signIn('national@example.org');
  national = await newKey();
});
afterAll(() => stage.close());

const newKey = (changes: object = {}) =>
  makeKey(stage, token, {
    scopes: ['join.post'],
    unitId: stage.organisation.units.national.id,
    ...changes,
  });
const join = (secret: string, headers: Record<string, string> = {}, body: object = joinPost()) =>
  stage
    .call()
    .post('/v1/join')
    .set({ ...bearer(secret), ...headers })
    .send(body);
const stored = async (id: string) => {
  const [row] = await stage.database.sql(
    `SELECT host(s.address) AS address, s.user_agent, s.api_key_id, host(c.address) AS consented,
            c.user_agent AS consented_by
       FROM join_submission s LEFT JOIN consent_event c ON c.submission_id = s.id WHERE s.id = $1`,
    [id],
  );
  return row;
};

describe('a server that posts for its visitors', () => {
  it('leaves the address and browser of the visitor as evidence, and its key', async () => {
    const answer = await join(national.secret, {
      [ADDRESS]: ' 198.51.100.7 ',
      [BROWSER]: 'Mozilla/5.0 (X11)',
      'User-Agent': 'our-website/1.0',
      Origin: 'https://anywhere.example.com',
    });
    expect(answer.status).toBe(201);
    expect(await stored(answer.body.id)).toEqual({
      address: '198.51.100.7',
      user_agent: 'Mozilla/5.0 (X11)',
      api_key_id: national.id,
      consented: '198.51.100.7',
      consented_by: 'Mozilla/5.0 (X11)',
    });
    const read = await stage
      .call()
      .get(`/v1/admin/join-submissions/${answer.body.id}`)
      .set(bearer(token));
    expect(read.body).toMatchObject({ apiKeyId: national.id, channel: 'json' });
  });

  it('is not throttled, however many visitors it has, and neither is its form', async () => {
    const answers = await Promise.all(
      Array.from({ length: 120 }, (_none, n) =>
        join(national.secret, { [ADDRESS]: `203.0.113.${n}` }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  });

  it('has each visitor counted for themselves, by the address and not by the spelling', async () => {
    const from = (address: string) => join(national.secret, { [ADDRESS]: address });
    for (const address of ['2001:db8::1', '2001:DB8::2', '2001:db8:0:0::3']) {
      expect([address, (await from(address)).status]).toEqual([address, 201]);
    }
    const fourth = await from('2001:db8::4');
    expect([fourth.status, fourth.headers['retry-after']]).toEqual([429, expect.any(String)]);
    expect((await from('2001:db8:0:1::1')).status).toBe(201);
  });

  it('without the address of the visitor is counted by its key, and leaves no evidence of itself', async () => {
    const key = await newKey();
    const answers = [];
    for (let n = 0; n <= PER_KEY; n += 1) answers.push(await join(key.secret));
    expect(answers.map(({ status }) => status)).toEqual([
      ...Array.from({ length: PER_KEY }, () => 201),
      429,
    ]);
    expect(await stored(answers[0]?.body.id)).toMatchObject({ address: null, user_agent: null });
    expect((await join(key.secret, { [ADDRESS]: '192.0.2.201' })).status).toBe(201);
  });

  it.each(['localhost', '192.0.2.999', '192.0.2.1, 192.0.2.2', '10.0.0.0/8', '', '::1 OR 1=1'])(
    'that tells an address such as “%s” hears so with all other faults',
    async (address) => {
      const key = await newKey();
      const answer = await join(
        key.secret,
        { [ADDRESS]: address },
        { ...joinPost(), email: 'sam@' },
      );
      expect(answer.status).toBe(422);
      expect(answer.body.errors).toMatchObject([
        { path: ADDRESS, code: 'invalid_address' },
        { path: 'email', code: 'invalid_email' },
      ]);
    },
  );

  it('keeps its Idempotency-Keys to itself', async () => {
    const other = await newKey();
    const person = joinPost();
    const of = (secret: string, body: object) =>
      join(secret, { [ADDRESS]: '192.0.2.77', 'Idempotency-Key': 'one-for-two' }, body);
    const first = await of(national.secret, person);
    expect((await of(national.secret, person)).headers['idempotent-replayed']).toBe('true');
    const second = await of(other.secret, joinPost());
    expect([second.status, second.headers['idempotent-replayed']]).toEqual([201, undefined]);
    expect(second.body.id).not.toBe(first.body.id);
  });

  it('posts forms of its own unit and of those below it, and no other', async () => {
    const { units } = stage.organisation;
    const wales = await newKey({ unitId: units.wales.id });
    for (const [slug, unitId, may] of [
      ['of-wales', units.wales.id, true],
      ['of-cardiff', units.cardiff.id, true],
      ['of-leeds', units.leeds.id, false],
      ['of-all', units.national.id, false],
    ] as const) {
      const made = await stage
        .call()
        .post('/v1/admin/forms')
        .set(bearer(token))
        .send({ slug, name: slug, unitId });
      expect(made.status).toBe(201);
      const answer = await join(
        wales.secret,
        { [ADDRESS]: `192.0.2.${slug.length}` },
        { ...joinPost(), formId: slug },
      );
      expect([slug, answer.status]).toEqual([slug, may ? 201 : 403]);
      if (!may) expect(answer.body.code).toBe('form_not_allowed');
    }
    // That of the settings is the national office’s.
    expect((await join(wales.secret)).body.code).toBe('form_not_allowed');
  });
});

describe('a key that does not do', () => {
  it('is never ignored: unknown, expired and revoked ones are a 401, others a 403', async () => {
    const before = await tableCounts(stage.database);
    const { units } = stage.organisation;
    const reading = await newKey({ scopes: ['people.read'] });
    const revoked = await newKey({ unitId: units.wales.id });
    await stage.call().delete(`/v1/admin/api-keys/${revoked.id}`).set(bearer(token)).expect(204);
    const expired = await newKey({ expiresAt: inDays(1) });
    await stage.database.sql(`UPDATE api_key SET expires_at = now() WHERE id = $1`, [expired.id]);
    const headers = { [ADDRESS]: '192.0.2.50' };
    for (const secret of [revoked.secret, expired.secret]) {
      const answer = await join(secret, headers);
      expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
    }
    const narrow = await join(reading.secret, headers);
    expect(narrow.body).toMatchObject({
      status: 403,
      code: 'scope_missing',
      permission: 'join.post',
    });
    const after = await tableCounts(stage.database);
    expect(after['public.join_submission']).toBe(before['public.join_submission']);
  });

  it('counts as a post of whoever sent it, so that guessing is slow', async () => {
    // The three of before have used up what this address may post.
    const guess = await join(`blk_${'B'.repeat(43)}`, { [ADDRESS]: '192.0.2.51' });
    expect([guess.status, guess.headers['retry-after']]).toEqual([429, expect.any(String)]);
    const session = await join(token);
    expect([401, 429]).toContain(session.status);
    // A server with a good key at the same address goes on.
    expect((await join(national.secret, { [ADDRESS]: '192.0.2.52' })).status).toBe(201);
  });
});

it('a visitor’s address frees nobody from limits, whatever networks are exempt', async () => {
  const free = await startAdminStage({
    RATE_LIMIT_EXEMPT: '127.0.0.0/8 ::1 2001:db8::/32',
    RATE_LIMIT_JOIN_PER_ADDRESS: String(PER_ADDRESS),
    RATE_LIMIT_JOIN_PER_KEY: String(PER_KEY),
  });
  try {
    const { units } = free.organisation;
    const session = await free.signIn('national@example.org');
    const key = { scopes: ['join.post'], unitId: units.national.id };
    const { secret } = await makeKey(free, session, key);
    const post = async (headers: Record<string, string>) => {
      const call = free.call().post('/v1/join').set(headers);
      return (await call.send(joinPost())).status;
    };
    for (const address of ['127.0.0.1', '::1', '2001:db8::7']) {
      const statuses: number[] = [];
      for (let n = 0; n <= PER_ADDRESS; n += 1) {
        statuses.push(await post({ ...bearer(secret), [ADDRESS]: address }));
      }
      expect([address, ...statuses]).toEqual([address, 201, 201, 201, 429]);
    }
    expect(await post({ ...bearer(secret), [ADDRESS]: '::ffff:127.0.0.1' })).toBe(429);
    // Who is at such an address themselves is free as before.
    for (let n = 0; n <= PER_ADDRESS; n += 1) expect(await post({})).toBe(201);
  } finally {
    await free.close();
  }
});

it('a visitor’s address without a key is ignored: the limit and the evidence are the caller’s own', async () => {
  const free = await startAdminStage();
  try {
    const answer = await free
      .call()
      .post('/v1/join')
      .set({
        [ADDRESS]: 'not an address',
        [BROWSER]: 'Forged',
        'User-Agent': 'Real',
        Authorization: 'Basic eDp5',
      })
      .send(joinPost())
      .expect(201);
    const [row] = await free.database.sql(
      'SELECT host(address) AS address, user_agent, api_key_id FROM join_submission WHERE id = $1',
      [answer.body.id],
    );
    expect(row).toEqual({ address: '127.0.0.1', user_agent: 'Real', api_key_id: null });
    const session = await free.signIn('national@example.org');
    for (const wrong of [session, 'nonsense']) {
      const refused = await free.call().post('/v1/join').set(bearer(wrong)).send(joinPost());
      expect([refused.status, refused.body.code]).toEqual([401, 'unauthenticated']);
    }
  } finally {
    await free.close();
  }
});
