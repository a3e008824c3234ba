import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giveGrant, makeOrganiser, TEST_PASSWORD } from '../factories/organisation.js';
import { CodeApp, enrol, signIn, StageClock } from './factors.js';
import { runCli } from './run-cli.js';
import { type AdminStage, bearer, startAdminStage } from './support.js';

let stage: AdminStage;
let clock: StageClock;
beforeAll(async () => {
  stage = await startAdminStage();
  clock = new StageClock(stage);
});
afterAll(() => stage.close());

const factorOf = async (token: string) =>
  (await stage.call().get('/v1/admin/me/second-factor').set(bearer(token)).expect(200)).body;
const post = (token: string, path: string, body: object) =>
  stage.call().post(`/v1/admin/me/second-factor${path}`).set(bearer(token)).send(body);
const me = (token: string) => stage.call().get('/v1/admin/me').set(bearer(token));

/** A new account with a second factor, and the session that set it up. */
async function withFactor(email: string) {
  const { id } = await makeOrganiser(stage.database, email);
  const token = await stage.signIn(email);
  return { id, email, token, ...(await enrol(stage, token, clock)) };
}
const trailOf = async (id: string) =>
  (
    await stage.database.sql<{ action: string }>(
      `SELECT action FROM audit_event WHERE subject_id = $1 ORDER BY at, id`,
      [id],
    )
  ).map(({ action }) => action);
const noticesTo = async (id: string) =>
  (
    await stage.database.sql<{ key: string }>(
      `SELECT split_part(business_key, ':', 2) AS key FROM message
        WHERE organiser_id = $1 ORDER BY created_at, id`,
      [id],
    )
  ).map(({ key }) => key);

describe('setting up a second factor', () => {
  it('takes the password, then a code, and shows ten recovery codes', async () => {
    const { id } = await makeOrganiser(stage.database, 'begins@example.org');
    const token = await stage.signIn('begins@example.org');
    const other = await stage.signIn('begins@example.org');
    expect(await factorOf(token)).toEqual({ onSince: null, recoveryCodesLeft: 0, required: false });
    const { body } = await post(token, '', { password: TEST_PASSWORD }).expect(201);
    expect(body).toEqual({
      secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
      uri: `otpauth://totp/National%20Office:begins%40example.org?issuer=National%20Office&secret=${body.secret}&algorithm=SHA1&digits=6&period=30`,
    });
    // Nothing counts before it is confirmed.
    await signIn(stage, 'begins@example.org').expect(201);
    const { recoveryCodes } = await enrol(stage, token, clock);
    expect(new Set(recoveryCodes).size).toBe(10);
    for (const code of recoveryCodes)
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){5}$/);
    expect(await factorOf(token)).toEqual({
      onSince: expect.stringMatching(/Z$/),
      recoveryCodesLeft: 10,
      required: false,
    });
    // The session that set it up goes on; those that showed none end.
    await me(token).expect(200);
    await me(other).expect(401);
    expect(await trailOf(id)).toEqual([
      'second_factor.begun',
      'second_factor.begun',
      'second_factor.switched_on',
    ]);
    expect(await noticesTo(id)).toEqual(['second_factor_on']);
  });

  it('keeps neither secret nor recovery code in clear', async () => {
    const { token, id, recoveryCodes } = await withFactor('sealed@example.org');
    const { body } = await post(token, '', {
      password: TEST_PASSWORD,
      recoveryCode: recoveryCodes[0],
    });
    const rows = await stage.database.sql<{ text: string; secret: Buffer; pending: Buffer }>(
      `SELECT f::text || (SELECT string_agg(c::text, ' ') FROM organiser_recovery_code c) AS text,
              secret, pending_secret AS pending
         FROM organiser_second_factor f WHERE organiser_id = $1`,
      [id],
    );
    const [row] = rows;
    expect(row?.text).not.toContain(body.secret);
    for (const code of recoveryCodes) expect(row?.text).not.toContain(code.replaceAll('-', ''));
    // Key id, nonce, 160 bits, tag: each time others.
    expect([row?.secret.length, row?.pending.length]).toEqual([52, 52]);
    expect(row?.secret.subarray(4).equals(row.pending.subarray(4))).toBe(false);
  });

  it.each([
    ['', { password: 'wrong' }, 'password', 'wrong_password'],
    ['', {}, 'password', 'required'],
    ['/confirm', { code: '12345' }, 'code', 'invalid_format'],
  ])('names what is wrong: %s %j', async (path, body, field, code) => {
    const token = await stage.signIn('cardiff@example.org');
    const answer = await post(token, path, body);
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toMatchObject([{ path: field, code }]);
  });

  it('has nothing to confirm before it is begun, with a wrong code, or after an hour', async () => {
    await makeOrganiser(stage.database, 'late@example.org');
    const token = await stage.signIn('late@example.org');
    expect((await post(token, '/confirm', { code: '123456' })).body).toMatchObject({
      status: 409,
      code: 'second_factor_not_begun',
    });
    const begun = await post(token, '', { password: TEST_PASSWORD }).expect(201);
    const app = new CodeApp(clock).scan(begun.body.secret as string);
    const wrong = app.code() === '000000' ? '000001' : '000000';
    expect((await post(token, '/confirm', { code: wrong })).body).toMatchObject({
      status: 422,
      errors: [{ path: 'code', code: 'wrong_code' }],
    });
    await clock.turnOn(3601);
    expect((await post(token, '/confirm', { code: app.code() })).body).toMatchObject({
      status: 409,
      code: 'second_factor_not_begun',
    });
  });

  it('moves to another app by a code of the first, which serves until then', async () => {
    const { token, app } = await withFactor('moves@example.org');
    expect((await post(token, '', { password: TEST_PASSWORD })).body).toMatchObject({
      status: 422,
      errors: [{ path: 'code', code: 'required' }],
    });
    const begun = await post(token, '', { password: TEST_PASSWORD, code: await app.nextCode() });
    expect(begun.status).toBe(201);
    await signIn(stage, 'moves@example.org', { totp: await app.nextCode() }).expect(201);
    const second = new CodeApp(clock).scan(begun.body.secret as string);
    await post(token, '/confirm', { code: second.code() }).expect(200);
    await signIn(stage, 'moves@example.org', { totp: await app.nextCode() }).expect(401);
    await signIn(stage, 'moves@example.org', { totp: await second.nextCode() }).expect(201);
  });
});

describe('signing in with a second factor', () => {
  it('asks for a code only whom the password is known to', async () => {
    const { email, id, app } = await withFactor('asks@example.org');
    expect((await signIn(stage, email)).body).toMatchObject({
      status: 401,
      code: 'second_factor_required',
    });
    const unasked = await signIn(stage, email, { password: 'wrong', totp: app.code() });
    const unknown = await signIn(stage, 'nobody@example.org', { totp: app.code() });
    expect({ ...unasked.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
    expect(unasked.body).toMatchObject({ status: 401, code: 'invalid_credentials' });
    const wrong = app.code(5);
    expect((await signIn(stage, email, { totp: wrong })).body).toMatchObject({
      status: 401,
      code: 'second_factor_invalid',
    });
    await signIn(stage, email, { totp: await app.nextCode() }).expect(201);
    expect((await trailOf(id)).slice(2)).toEqual([
      'session.code_asked',
      'session.refused',
      'session.refused',
    ]);
  });

  it.each([
    [-2, 401],
    [-1, 201],
    [0, 201],
    [1, 201],
    [2, 401],
  ])('takes a code %i steps away: %i', async (steps, status) => {
    const { email, app } = await withFactor(`steps${steps}@example.org`);
    await clock.turnOn(120);
    await signIn(stage, email, { totp: app.code(steps) }).expect(status);
  });

  it('takes a code once, and none of an earlier step', async () => {
    const { email, app } = await withFactor('once@example.org');
    await clock.turnOn(120);
    const [before, code] = [app.code(-1), app.code()];
    await signIn(stage, email, { totp: code }).expect(201);
    await signIn(stage, email, { totp: code }).expect(401);
    await signIn(stage, email, { totp: before }).expect(401);
    await signIn(stage, email, { totp: await app.nextCode() }).expect(201);
  });

  it('opens one session for one code, however many come at once', async () => {
    const { email, id, app } = await withFactor('crowd@example.org');
    const code = await app.nextCode();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => signIn(stage, email, { totp: code })),
    );
    const statuses = answers.map(({ status }) => status).toSorted((one, other) => one - other);
    expect(statuses).toEqual([201, ...Array<number>(7).fill(401)]);
    const sessions = await stage.database.sql(
      'SELECT id FROM organiser_session WHERE organiser_id = $1 AND revoked_at IS NULL',
      [id],
    );
    // With the one that set it up.
    expect(sessions).toHaveLength(2);
  });

  it('takes a recovery code once, however it is written, and tells the owner', async () => {
    const { email, id, token, recoveryCodes } = await withFactor('lost@example.org');
    const [code = '', second = ''] = recoveryCodes;
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => signIn(stage, email, { recoveryCode: code })),
    );
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      201, 401, 401, 401, 401,
    ]);
    await signIn(stage, email, {
      recoveryCode: second.toLowerCase().replaceAll('-', ' '),
    }).expect(201);
    await signIn(stage, email, { recoveryCode: '0000-0000-0000-0000-0000-0000' }).expect(401);
    expect(await factorOf(token)).toMatchObject({ recoveryCodesLeft: 8 });
    expect(await noticesTo(id)).toEqual([
      'second_factor_on',
      'recovery_code_used',
      'recovery_code_used',
    ]);
    expect(
      (await trailOf(id)).filter((action) => action === 'second_factor.recovery_code_used'),
    ).toHaveLength(2);
  });

  it('takes no code of another account', async () => {
    const one = await withFactor('one@example.org');
    const other = await withFactor('other@example.org');
    await signIn(stage, one.email, { totp: await other.app.nextCode() }).expect(401);
    await signIn(stage, one.email, { recoveryCode: other.recoveryCodes[0] }).expect(401);
    // Nor does a sealed secret open in another account's row.
    await stage.database.sql(
      `UPDATE organiser_second_factor SET secret =
         (SELECT secret FROM organiser_second_factor WHERE organiser_id = $2)
        WHERE organiser_id = $1`,
      [one.id, other.id],
    );
    await signIn(stage, one.email, { totp: await other.app.nextCode() }).expect(500);
  });

  it('bounds the codes that strangers may try, and tells how long to wait', async () => {
    const { email, app, recoveryCodes } = await withFactor('guessed@example.org');
    // The network that set it up has shown no code here yet.
    for (let tries = 0; tries < 10; tries++) {
      await signIn(stage, email, { totp: app.code(9) }).expect(401);
    }
    const refused = await signIn(stage, email, { totp: await app.nextCode() });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3600);
    await signIn(stage, email, { recoveryCode: recoveryCodes[0] }).expect(429);
  });
});

describe('a second factor that is on', () => {
  it('is switched off by password and code, which ends the other sessions', async () => {
    const { email, id, token, app } = await withFactor('off@example.org');
    const other = (await signIn(stage, email, { totp: await app.nextCode() })).body.token as string;
    const off = (body: object) => post(token, '/switch-off', body);
    await off({ password: TEST_PASSWORD }).expect(422);
    await off({ password: 'wrong', code: await app.nextCode() }).expect(422);
    await off({ password: TEST_PASSWORD, code: app.code(7) }).expect(422);
    await off({ password: TEST_PASSWORD, code: await app.nextCode() }).expect(204);
    await me(token).expect(200);
    await me(other).expect(401);
    await signIn(stage, email).expect(201);
    expect(await noticesTo(id)).toEqual(['second_factor_on', 'second_factor_off']);
    expect((await off({ password: TEST_PASSWORD, code: app.code() })).body).toMatchObject({
      status: 409,
      code: 'second_factor_off',
    });
  });

  it('gets new recovery codes by a code, never by the password, and the old ones end', async () => {
    const { email, token, app, recoveryCodes } = await withFactor('renews@example.org');
    const renew = (body: object) => post(token, '/recovery-codes', body);
    await renew({}).expect(422);
    await renew({ password: TEST_PASSWORD }).expect(422);
    await renew({ code: '123456' }).expect(422);
    const first = await renew({ recoveryCode: recoveryCodes[1] }).expect(200);
    const second = await renew({ code: await app.nextCode() }).expect(200);
    await signIn(stage, email, { recoveryCode: recoveryCodes[0] }).expect(401);
    await signIn(stage, email, { recoveryCode: first.body.recoveryCodes[0] }).expect(401);
    await signIn(stage, email, { recoveryCode: second.body.recoveryCodes[0] }).expect(201);
  });

  it('takes ten proofs of a session in a quarter of an hour', async () => {
    const { token } = await withFactor('proofs@example.org');
    const statuses = [];
    for (let tries = 0; tries < 12; tries++) {
      statuses.push((await post(token, '/recovery-codes', { code: '000000' })).status);
    }
    // Two went into setting it up.
    expect(statuses).toEqual([...Array<number>(8).fill(422), ...Array<number>(4).fill(429)]);
  });
});

describe('a second factor that is lost', () => {
  const reset = (token: string, id: string) =>
    stage.call().post(`/v1/admin/organisers/${id}/second-factor/reset`).set(bearer(token));

  it('is taken away by a national administrator, who ends its sessions and is written down', async () => {
    const { email, id, token } = await withFactor('reset@example.org');
    const national = await stage.signIn('national@example.org');
    await reset(await stage.signIn('wales@example.org'), id).expect(403);
    await reset(await stage.signIn('dpo@example.org'), id).expect(403);
    await reset(national, id).expect(204);
    await me(token).expect(401);
    await signIn(stage, email).expect(201);
    expect((await trailOf(id)).at(-1)).toBe('second_factor.reset');
    expect(await noticesTo(id)).toEqual(['second_factor_on', 'second_factor_reset']);
    expect((await reset(national, id)).body).toMatchObject({ code: 'second_factor_off' });
    await reset(national, '018f0000-0000-7000-8000-000000000000').expect(404);
    await reset(national, stage.organisation.organisers.national.id).expect(409);
  });

  it('is taken away by the operator at the command line, and its owner is told', async () => {
    const { email, id, token } = await withFactor('cli@example.org');

    const command = ['organiser', 'reset-second-factor', '--email'];
    expect(await runCli(stage.database.ownerUrl, [...command, 'CLI@example.org'])).toEqual({
      code: 0,
      out: 'cli@example.org has no second factor any more. Sessions ended: 1.\n',
      err: '',
    });
    await me(token).expect(401);
    await signIn(stage, email).expect(201);
    const rows = await stage.database.sql(
      `SELECT m.state, o.queue, o.job FROM message m
         JOIN outbox o ON o.data->>'messageId' = m.id::text
        WHERE m.organiser_id = $1 AND m.business_key LIKE '%:second_factor_reset:%'`,
      [id],
    );
    expect(rows).toEqual([{ state: 'queued', queue: 'notices', job: 'messaging.send' }]);
    expect(await runCli(stage.database.ownerUrl, [...command, email])).toEqual({
      code: 1,
      out: '',
      err: 'cli@example.org has no second factor.\n',
    });
  });
});

describe('where a second factor is needed', () => {
  let strict: AdminStage;
  let strictClock: StageClock;
  beforeAll(async () => {
    strict = await startAdminStage({ SECOND_FACTOR_FOR: 'national' });
    strictClock = new StageClock(strict);
  });
  afterAll(() => strict.close());
  const get = (token: string, path: string) => strict.call().get(path).set(bearer(token));

  it.each(['national@example.org', 'dpo@example.org', 'treasurer@example.org'])(
    'lets %s set one up, sign out, and nothing else until then',
    async (email) => {
      const { body } = await signIn(strict, email).expect(201);
      const token = body.token as string;
      expect(body.secondFactorEnrolmentRequired).toBe(true);
      for (const path of ['/v1/admin/me', '/v1/admin/people', '/v1/admin/sessions']) {
        expect((await get(token, path)).body).toMatchObject({
          status: 403,
          code: 'second_factor_enrolment_required',
        });
      }
      const { app } = await enrol(strict, token, strictClock);
      await get(token, '/v1/admin/me').expect(200);
      const again = await signIn(strict, email, { totp: await app.nextCode() }).expect(201);
      expect(again.body.secondFactorEnrolmentRequired).toBeUndefined();
      const off = await strict
        .call()
        .post('/v1/admin/me/second-factor/switch-off')
        .set(bearer(token))
        .send({ password: TEST_PASSWORD, code: await app.nextCode() });
      expect(off.body).toMatchObject({ status: 409, code: 'second_factor_needed' });
    },
  );

  it('leaves others as they are, until a grant comes, and then holds their sessions too', async () => {
    const { id, email } = await makeOrganiser(strict.database, 'rises@example.org');
    await giveGrant(strict.database, id, 'reader', strict.organisation.units.wales.id);
    const { body } = await signIn(strict, email).expect(201);
    const token = body.token as string;
    expect(body.secondFactorEnrolmentRequired).toBeUndefined();
    await get(token, '/v1/admin/people').expect(200);
    await giveGrant(strict.database, id, 'reader', strict.organisation.units.national.id);
    await get(token, '/v1/admin/people').expect(403);
    await enrol(strict, token, strictClock);
    await get(token, '/v1/admin/people').expect(200);
  });

  it('lets a session sign out that has yet to set it up', async () => {
    const { id, email } = await makeOrganiser(strict.database, 'leaves@example.org');
    await giveGrant(strict.database, id, 'reader', strict.organisation.units.national.id);
    const token = (await signIn(strict, email).expect(201)).body.token as string;
    await strict.call().delete('/v1/admin/sessions/current').set(bearer(token)).expect(204);
  });
});
