import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Passwords } from '../../src/organisers/passwords.js';
import { bearer } from '../admin/support.js';
import { makeOrganiser, TEST_PASSWORD } from '../factories/organisation.js';
import { type AccountsStage, NEW_PASSWORD, startAccountsStage } from './accounts-stage.js';

const EMAIL = 'leeds@example.org';

let stage: AccountsStage;
let originalHash: string;
beforeAll(async () => {
  stage = await startAccountsStage();
  originalHash = await new Passwords().hash(TEST_PASSWORD);
});
afterAll(() => stage.close());
beforeEach(async () => {
  await stage.database.sql(
    'UPDATE organiser SET password_hash = $2, disabled_at = NULL WHERE email = $1',
    [EMAIL, originalHash],
  );
});

const ask = (email: unknown) => stage.call().post('/v1/admin/password-resets').send({ email });
const complete = (token: string, password = NEW_PASSWORD) =>
  stage.call().post('/v1/admin/password-resets/complete').send({ token, password });
const signIn = (password: string, email = EMAIL) =>
  stage.call().post('/v1/admin/sessions').send({ email, password });
const me = (token: string) => stage.call().get('/v1/admin/me').set(bearer(token));
const messages = (kind: string) =>
  stage.database.sql<{ organiser: string | null; notice: string | null; key: string }>(
    `SELECT organiser_id AS organiser, notice, business_key AS key FROM message
      WHERE kind = $1 ORDER BY id`,
    [kind],
  );
const leedsId = () => stage.organisation.organisers.leeds.id;

describe('asking for a new password', () => {
  beforeEach(() =>
    stage.database.sql(`DELETE FROM message WHERE kind = 'organiser_password_reset'`),
  );

  it('is answered the same, by the same rows, for known, unknown and closed accounts', async () => {
    await makeOrganiser(stage.database, 'gone@example.org');
    await stage.database.sql(
      `UPDATE organiser SET disabled_at = clock_now() WHERE email = 'gone@example.org'`,
    );
    await stage.invite({ email: 'invited@example.org', unit: 'swansea' });
    const answers: object[] = [];
    for (const email of [EMAIL, 'nobody@example.org', 'gone@example.org', 'invited@example.org']) {
      const before = performance.now();
      const { status, body, headers } = await ask(email);
      // The floor under every answer; see PasswordResetsService.
      expect(performance.now() - before).toBeGreaterThanOrEqual(24);
      answers.push({
        status,
        body,
        type: headers['content-type'],
        size: headers['content-length'],
      });
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 202 });
    const written = await messages('organiser_password_reset');
    expect(written.map(({ organiser }) => organiser !== null)).toEqual([true, false, true, false]);
    const [jobs] = await stage.database.sql<{ n: number }>(
      `SELECT count(*)::integer AS n FROM outbox o
         JOIN message m ON m.id = (o.data->>'messageId')::uuid
        WHERE m.kind = 'organiser_password_reset'`,
    );
    expect(jobs?.n).toBe(4);
    // Nothing tells which address was asked for.
    expect(JSON.stringify(written)).not.toMatch(/example\.org/);
  });

  it('sends one mail an hour, however often and from however many places it is asked', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => ask(n % 2 === 0 ? EMAIL : 'Leeds@Example.org')),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(await messages('organiser_password_reset')).toHaveLength(1);
  });

  it.each([
    undefined,
    null,
    7,
    '',
    'nobody',
    ['a@example.org'],
    { $gt: '' },
    'a\u0000@example.org',
  ])('is a 422 with %j, and never a 500', async (email) => {
    const { status, body } = await ask(email);
    expect(status).toBe(422);
    expect(body.errors[0]).toMatchObject({ path: 'email' });
    expect(await messages('organiser_password_reset')).toEqual([]);
  });
});

describe('a new password by a link', () => {
  it('ends every session, dies with its use, and tells the account', async () => {
    const { body } = await signIn(TEST_PASSWORD).expect(201);
    const token = await stage.resetToken(EMAIL);
    await complete(token).expect(204);
    await me(body.token).expect(401);
    await signIn(TEST_PASSWORD).expect(401);
    await signIn(NEW_PASSWORD).expect(201);
    const again = await complete(token, 'another four socks').expect(410);
    expect(again.body.code).toBe('link_used');
    expect(await stage.trailOf(leedsId())).toContain('organiser.password_reset');
    const notices = await messages('organiser_security_notice');
    expect(notices.at(-1)).toMatchObject({ organiser: leedsId(), notice: 'password_changed' });
  });

  it('dies with any other change of the password, from the command line too', async () => {
    const token = await stage.resetToken(EMAIL);
    await stage.database.sql('UPDATE organiser SET password_hash = $2 WHERE email = $1', [
      EMAIL,
      await new Passwords().hash('set by the operator'),
    ]);
    expect((await complete(token).expect(410)).body.code).toBe('link_used');
    await signIn('set by the operator').expect(201);
  });

  it('lasts as long as it says', async () => {
    const token = await stage.resetToken(EMAIL, -1);
    expect((await complete(token).expect(410)).body.code).toBe('link_expired');
    await signIn(TEST_PASSWORD).expect(201);
  });

  it('does nothing for a closed account', async () => {
    const token = await stage.resetToken(EMAIL);
    await stage.database.sql('UPDATE organiser SET disabled_at = clock_now() WHERE email = $1', [
      EMAIL,
    ]);
    expect((await complete(token).expect(410)).body.code).toBe('link_account_closed');
  });

  it('is not found when anything of the link was changed', async () => {
    const token = await stage.resetToken(EMAIL);
    const bytes = Buffer.from(token, 'base64url');
    const longer = Buffer.from(bytes);
    // A later expiry than was signed.
    longer[20] = 0xff;
    for (const wrong of [longer.toString('base64url'), token.slice(1), `${token}A`, 'x']) {
      await complete(wrong).expect(404);
    }
    const { id } = await stage.invite({ email: 'other-purpose@example.org', unit: 'leeds' });
    await complete(stage.invitationToken(id)).expect(404);
    await signIn(TEST_PASSWORD).expect(201);
  });

  it.each(['password1234', 'short', 'Organiser leeds', 'organise-together', 'x'.repeat(129)])(
    'is not “%s”, and the link lives on',
    async (password) => {
      const token = await stage.resetToken(EMAIL);
      const { body } = await complete(token, password).expect(422);
      expect(body.errors).toMatchObject([
        { path: 'password', message: expect.stringMatching(/Take four or more words/) },
      ]);
      await complete(token).expect(204);
    },
  );

  it('is set once by presses at the same moment', async () => {
    const token = await stage.resetToken(EMAIL);
    const answers = await Promise.all(
      [1, 2, 3, 4].map((n) => complete(token, `${NEW_PASSWORD} ${n}`)),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([204, 410, 410, 410]);
    const winner = answers.findIndex(({ status }) => status === 204) + 1;
    await signIn(`${NEW_PASSWORD} ${winner}`).expect(201);
  });

  it('leaves no session of the old password behind, signed in at the same moment', async () => {
    for (let round = 0; round < 8; round++) {
      await stage.database.sql('UPDATE organiser SET password_hash = $2 WHERE email = $1', [
        EMAIL,
        originalHash,
      ]);
      const token = await stage.resetToken(EMAIL);
      const [set, session] = await Promise.all([complete(token), signIn(TEST_PASSWORD)]);
      expect(set.status).toBe(204);
      if (session.status === 201) await me(session.body.token).expect(401);
      else expect(session.status).toBe(401);
    }
  });
});

describe('changing one’s own password', () => {
  const change = (token: string, currentPassword: string, newPassword: string) =>
    stage
      .call()
      .post('/v1/admin/me/password')
      .set(bearer(token))
      .send({ currentPassword, newPassword });

  it('keeps the session that asks, ends the others, and tells the account', async () => {
    const here = (await signIn(TEST_PASSWORD).expect(201)).body.token;
    const elsewhere = (await signIn(TEST_PASSWORD).expect(201)).body.token;
    const before = (await messages('organiser_security_notice')).length;
    await change(here, TEST_PASSWORD, NEW_PASSWORD).expect(204);
    await me(here).expect(200);
    await me(elsewhere).expect(401);
    await signIn(TEST_PASSWORD).expect(401);
    await signIn(NEW_PASSWORD).expect(201);
    expect(await messages('organiser_security_notice')).toHaveLength(before + 1);
    expect(await stage.trailOf(leedsId())).toContain('organiser.password_changed');
  });

  it('names a wrong present one and a weak new one at once, and changes nothing', async () => {
    const token = (await signIn(TEST_PASSWORD).expect(201)).body.token;
    const { body } = await change(token, 'not this one', 'password1234').expect(422);
    expect(body.errors).toMatchObject([
      { path: 'currentPassword', code: 'wrong_password' },
      { path: 'newPassword', code: 'common_password' },
    ]);
    await change(token, 'not this one', NEW_PASSWORD).expect(422);
    await signIn(TEST_PASSWORD).expect(201);
  });

  it('is done once by two at the same moment', async () => {
    const token = (await signIn(TEST_PASSWORD).expect(201)).body.token;
    const answers = await Promise.all([
      change(token, TEST_PASSWORD, `${NEW_PASSWORD} 1`),
      change(token, TEST_PASSWORD, `${NEW_PASSWORD} 2`),
    ]);
    const statuses = answers.map(({ status }) => status).sort((a, b) => a - b);
    // Whoever comes second finds another password, before or after it was hashed.
    expect(statuses[0]).toBe(204);
    expect([409, 422]).toContain(statuses[1]);
  });
});

describe('tries', () => {
  let strict: AccountsStage;
  beforeAll(async () => {
    strict = await startAccountsStage({
      RATE_LIMIT_EXEMPT: '',
      RATE_LIMIT_SIGN_IN_PER_ADDRESS: '4',
      RATE_LIMIT_PASSWORD_RESET_PER_ADDRESS: '3',
      TRUSTED_PROXIES: '127.0.0.1',
    });
  });
  afterAll(() => strict.close());

  it('at a present password are limited as those to sign in', async () => {
    const token = await strict.signIn('cardiff@example.org');
    const statuses: number[] = [];
    for (let n = 0; n < 5; n++) {
      const { status } = await strict
        .call()
        .post('/v1/admin/me/password')
        .set(bearer(token))
        .send({ currentPassword: `guess ${n}`, newPassword: NEW_PASSWORD });
      statuses.push(status);
    }
    // The sign-in itself was the first of four.
    expect(statuses).toEqual([422, 422, 422, 429, 429]);
  });

  it('at the password of an account that was invited are limited as those to sign in', async () => {
    const { id } = await strict.invite({
      email: 'leeds@example.org',
      role: 'reader',
      unit: 'wales',
    });
    const statuses: number[] = [];
    for (let n = 0; n < 5; n++) statuses.push((await strict.accept(id, `guess ${n}`)).status);
    // The fourth may have to wait, as after any failures in a row; there is no fifth.
    expect(statuses.slice(0, 3)).toEqual([422, 422, 422]);
    expect(statuses.at(-1)).toBe(429);
  });

  it('to ask for a new password are limited by address, on the page and without it together', async () => {
    const from = (address: string, path: string) =>
      strict.call().post(path).set('x-forwarded-for', address).send({ email: 'leeds@example.org' });
    const statuses: number[] = [];
    for (const path of ['/v1/admin/password-resets', '/account/forgotten']) {
      for (let n = 0; n < 2; n++) statuses.push((await from('192.0.2.1', path)).status);
    }
    expect(statuses).toEqual([202, 202, 200, 429]);
    await from('192.0.2.2', '/v1/admin/password-resets').expect(202);
  });
});
