import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giveGrant, makeOrganiser, TEST_PASSWORD } from '../factories/organisation.js';
import { bearer } from '../admin/support.js';
import { type AccountsStage, NEW_PASSWORD, startAccountsStage } from './accounts-stage.js';

let stage: AccountsStage;
beforeAll(async () => {
  stage = await startAccountsStage();
});
afterAll(() => stage.close());

const signIn = (email: string, password: string) =>
  stage.call().post('/v1/admin/sessions').send({ email, password });
const grantsOf = (email: string) =>
  stage.database.sql(
    `SELECT g.role, u.slug FROM organiser_grant g JOIN unit u ON u.id = g.unit_id
       JOIN organiser o ON o.id = g.organiser_id WHERE o.email = $1 ORDER BY u.slug`,
    [email],
  );
const unitOf = (slug: 'national' | 'wales' | 'yorkshire' | 'cardiff' | 'swansea' | 'leeds') =>
  stage.organisation.units[slug].id;

describe('an invitation', () => {
  it('makes an account with its role and its vacant office, which can sign in', async () => {
    const { id, ...invitation } = await stage.invite({ email: 'Swansea@Example.org' });
    expect(invitation).toMatchObject({
      email: 'swansea@example.org',
      role: 'branch_secretary',
      unit: { id: unitOf('swansea'), slug: 'swansea' },
      invitedBy: { name: 'Organiser national' },
      expired: false,
      sendings: 1,
    });
    await signIn('swansea@example.org', NEW_PASSWORD).expect(401);
    const accepted = await stage.accept(id).expect(201);
    expect(accepted.body).toEqual({
      organiser: {
        id: expect.any(String),
        name: 'Organiser Swansea',
        email: 'swansea@example.org',
      },
      role: 'branch_secretary',
      unit: { kind: 'branch', slug: 'swansea', name: 'Swansea' },
    });
    const { body } = await signIn('Swansea@example.org', NEW_PASSWORD).expect(201);
    const me = await stage.call().get('/v1/admin/me').set(bearer(body.token)).expect(200);
    expect(me.body.grants).toMatchObject([{ role: 'branch_secretary', unit: { slug: 'swansea' } }]);
    const [post] = await stage.database.sql(
      `SELECT holder_id AS holder FROM post WHERE unit_id = $1 AND office = 'branch_secretary'`,
      [unitOf('swansea')],
    );
    expect(post).toEqual({ holder: accepted.body.organiser.id });
    expect(await stage.trailOf(id)).toEqual([
      'organiser_invitation.sent',
      'organiser_invitation.accepted',
    ]);
    expect(await stage.trailOf(accepted.body.organiser.id)).toEqual([
      'organiser.created',
      'grant.branch_secretary_given',
    ]);
  });

  it('leaves an office to whoever holds it', async () => {
    const { id } = await stage.invite({ email: 'second@example.org', unit: 'cardiff' });
    await stage.accept(id).expect(201);
    const [post] = await stage.database.sql(
      `SELECT holder_id AS holder FROM post WHERE unit_id = $1 AND office = 'branch_secretary'`,
      [unitOf('cardiff')],
    );
    expect(post).toEqual({ holder: stage.organisation.organisers.cardiff.id });
  });

  it('brings an account that exists the role, for its own password alone', async () => {
    const { id } = await stage.invite({
      email: 'leeds@example.org',
      role: 'reader',
      unit: 'wales',
    });
    const refused = await stage.accept(id, NEW_PASSWORD).expect(422);
    expect(refused.body.errors).toMatchObject([{ path: 'password', code: 'wrong_password' }]);
    expect(await grantsOf('leeds@example.org')).toHaveLength(1);
    await stage.accept(id, TEST_PASSWORD).expect(201);
    expect(await grantsOf('leeds@example.org')).toEqual([
      { role: 'branch_secretary', slug: 'leeds' },
      { role: 'reader', slug: 'wales' },
    ]);
    await signIn('leeds@example.org', TEST_PASSWORD).expect(201);
  });

  it('is answered the same, but for its id and times, whether or not there is an account', async () => {
    await makeOrganiser(stage.database, 'closed@example.org');
    await stage.database.sql(
      `UPDATE organiser SET disabled_at = clock_now() WHERE email = 'closed@example.org'`,
    );
    const wales = await stage.as('wales');
    const answers: object[] = [];
    for (const email of ['yorkshire@example.org', 'stranger@example.org', 'closed@example.org']) {
      const input = { email, name: 'Kim', role: 'reader', unitId: unitOf('swansea') };
      const { body, status } = await wales.post('/v1/admin/organisers', input);
      const { id, createdAt, expiresAt, ...rest } = body;
      expect([id, createdAt, expiresAt]).toEqual(Array(3).fill(expect.any(String)));
      answers.push({ status, ...rest, email: '' });
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ status: 201 });
  });

  it('gives the role for the time that was named, and no office before it begins', async () => {
    const [when] = await stage.database.sql<{ from: string; until: string }>(
      `SELECT to_char(clock_now() + interval '10 days', 'YYYY-MM-DD"T"00:00:00"Z"') AS from,
              to_char(clock_now() + interval '40 days', 'YYYY-MM-DD"T"00:00:00"Z"') AS until`,
    );
    const term = { validFrom: when?.from, validUntil: when?.until };
    const { id } = await stage.invite({
      email: 'later@example.org',
      role: 'treasurer',
      unit: 'leeds',
      ...term,
    });
    const { body } = await stage.accept(id).expect(201);
    const [grant] = await stage.database.sql<{ from: Date; until: Date }>(
      'SELECT valid_from AS "from", valid_until AS until FROM organiser_grant WHERE organiser_id = $1',
      [body.organiser.id],
    );
    expect(grant?.from).toEqual(new Date(term.validFrom ?? ''));
    expect(grant?.until).toEqual(new Date(term.validUntil ?? ''));
    expect(
      await stage.database.sql('SELECT id FROM post WHERE holder_id = $1', [body.organiser.id]),
    ).toEqual([]);
  });

  it('is made once for a key, and sends one mail', async () => {
    const national = await stage.as('national');
    const input = {
      email: 'once@example.org',
      name: 'Once',
      role: 'reader',
      unitId: unitOf('leeds'),
    };
    const send = () => national.post('/v1/admin/organisers', input).set('Idempotency-Key', 'k-1');
    const first = await send().expect(201);
    const second = await send().expect(201).expect('Idempotent-Replayed', 'true');
    expect(second.body).toEqual(first.body);
    const mails = await stage.database.sql('SELECT id FROM message WHERE invitation_id = $1', [
      first.body.id,
    ]);
    expect(mails).toHaveLength(1);
    await national.post('/v1/admin/organisers', input).expect(409);
  });

  it('is refused with every fault at once', async () => {
    const national = await stage.as('national');
    const { body } = await national
      .post('/v1/admin/organisers', {
        email: 'nobody',
        name: ' ',
        role: 'king',
        unitId: 'x',
        validUntil: 'soon',
        extra: 1,
      })
      .expect(422);
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
      'email',
      'extra',
      'name',
      'role',
      'unitId',
      'validUntil',
    ]);
    const past = { validFrom: '2001-01-01T00:00:00Z', validUntil: '2001-02-01T00:00:00Z' };
    const input = { email: 'a@example.org', name: 'A', role: 'branch_secretary', ...past };
    const late = await national
      .post('/v1/admin/organisers', { ...input, unitId: unitOf('wales') })
      .expect(422);
    expect(late.body.errors.map(({ code }: { code: string }) => code)).toEqual([
      'role_of_other_unit',
      'in_the_past',
    ]);
    const turned = { ...input, validFrom: past.validUntil, validUntil: past.validFrom };
    const { body: order } = await national
      .post('/v1/admin/organisers', { ...turned, unitId: unitOf('leeds') })
      .expect(422);
    expect(order.errors).toMatchObject([{ path: 'validUntil', code: 'before_beginning' }]);
  });
});

describe('whoever invites', () => {
  const ask = async (by: 'wales' | 'treasurer' | 'cardiff', role: string, unit: string) => {
    const organiser = await stage.as(by);
    const input = { email: `${by}-${role}@example.org`, name: 'A', role, unitId: unit };
    const { status, body } = await organiser.post('/v1/admin/organisers', input);
    return { status, code: body.code ?? null };
  };

  it('gives no role that holds more than their own, and none elsewhere', async () => {
    expect(await ask('wales', 'regional_organiser', unitOf('wales'))).toMatchObject({
      status: 201,
    });
    const denied = { status: 403, code: 'may_not_give' };
    expect(await ask('wales', 'treasurer', unitOf('wales'))).toEqual(denied);
    expect(await ask('wales', 'data_protection_officer', unitOf('cardiff'))).toEqual(denied);
    expect(await ask('treasurer', 'treasurer', unitOf('leeds'))).toMatchObject({ status: 201 });
    expect(await ask('treasurer', 'reader', unitOf('leeds'))).toEqual(denied);
    expect(await ask('cardiff', 'reader', unitOf('cardiff'))).toEqual({
      status: 403,
      code: 'permission_missing',
    });
  });

  it('hears the same of a unit elsewhere and of one that does not exist', async () => {
    const unknown = { status: 422, code: 'invalid_input' };
    expect(await ask('wales', 'reader', unitOf('leeds'))).toEqual(unknown);
    expect(await ask('wales', 'reader', unitOf('national'))).toEqual(unknown);
    expect(await ask('wales', 'reader', '018f0000-0000-7000-8000-000000000000')).toEqual(unknown);
  });

  it('sees, sends again and takes back invitations that they might have sent, and no others', async () => {
    const mine = await stage.invite({ email: 'mine@example.org', role: 'reader' }, 'wales');
    const above = await stage.invite({ email: 'above@example.org', role: 'treasurer' });
    const other = await stage.invite({ email: 'other@example.org', unit: 'leeds' }, 'yorkshire');
    const wales = await stage.as('wales');
    const { body } = await wales.get('/v1/admin/organisers/invitations?limit=200').expect(200);
    const ids = (body.data as { id: string }[]).map(({ id }) => id);
    expect(ids).toContain(mine.id);
    expect(ids).not.toContain(above.id);
    expect(ids).not.toContain(other.id);
    for (const { id } of [above, other]) {
      await wales.post(`/v1/admin/organisers/invitations/${id}/resend`).expect(404);
      await wales.delete(`/v1/admin/organisers/invitations/${id}`).expect(404);
    }
    const again = await wales
      .post(`/v1/admin/organisers/invitations/${mine.id}/resend`)
      .expect(200);
    expect(again.body).toMatchObject({ sendings: 2 });
    await wales.delete(`/v1/admin/organisers/invitations/${mine.id}`).expect(204);
    const gone = await wales.delete(`/v1/admin/organisers/invitations/${mine.id}`).expect(409);
    expect(gone.body.code).toBe('invitation_closed');
    await wales.post(`/v1/admin/organisers/invitations/${mine.id}/resend`).expect(409);
    expect(await stage.trailOf(mine.id)).toEqual([
      'organiser_invitation.sent',
      'organiser_invitation.sent',
      'organiser_invitation.withdrawn',
    ]);
  });

  it('walks through them page by page', async () => {
    const national = await stage.as('national');
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 20; page++) {
      const { body } = await national
        .get(`/v1/admin/organisers/invitations?limit=3${cursor}`)
        .expect(200);
      seen.push(...(body.data as { id: string }[]).map(({ id }) => id));
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    const [open] = await stage.database.sql<{ n: number }>(
      `SELECT count(*)::integer AS n FROM organiser_invitation
        WHERE accepted_at IS NULL AND withdrawn_at IS NULL`,
    );
    expect(new Set(seen).size).toBe(open?.n);
    expect(seen).toEqual(seen.toSorted().toReversed());
  });

  it('gives nothing to themselves by it, and nothing that outlasts a cover', async () => {
    const organiser = await makeOrganiser(stage.database, 'self@example.org');
    const grant = await giveGrant(
      stage.database,
      organiser.id,
      'regional_organiser',
      unitOf('wales'),
    );
    const token = await stage.signIn('self@example.org');
    const inviteTo = (email: string) =>
      stage
        .call()
        .post('/v1/admin/organisers')
        .set(bearer(token))
        .send({ email, name: 'A', role: 'regional_organiser', unitId: unitOf('wales') });
    const refused = await inviteTo('Self@example.org').expect(403);
    expect(refused.body.code).toBe('own_grant');
    // As it might stand from before, or come about by the command line.
    const { body: sent } = await inviteTo('other@example.org').expect(201);
    const { id } = sent as { id: string };
    await stage.database.sql(
      `UPDATE organiser_invitation SET email = 'self@example.org' WHERE id = $1`,
      [id],
    );
    expect((await stage.accept(id, TEST_PASSWORD).expect(410)).body.code).toBe('link_not_valid');
    const [accepted] = await stage.database.sql<{ outcome: string }>(
      `SELECT (accept_invitation($1, password_hash, NULL)).outcome FROM organiser WHERE id = $2`,
      [id, organiser.id],
    );
    expect(accepted).toEqual({ outcome: 'closed' });
    expect(
      await stage.database.sql('SELECT id FROM organiser_grant WHERE organiser_id = $1', [
        organiser.id,
      ]),
    ).toHaveLength(1);

    await stage.database.sql(
      `WITH post AS (SELECT id FROM post WHERE unit_id = $2 LIMIT 1), cover AS (
         INSERT INTO post_cover (id, post_id, organiser_id, valid_from, valid_until)
         SELECT gen_random_uuid(), post.id, $3, clock_now(), clock_now() + interval '1 day' FROM post
         RETURNING id, valid_until)
       UPDATE organiser_grant g SET cover_id = cover.id, valid_until = cover.valid_until
         FROM cover WHERE g.id = $1`,
      [grant, unitOf('wales'), organiser.id],
    );
    expect((await inviteTo('friend@example.org')).body).toMatchObject({
      status: 403,
      code: 'may_not_give',
    });
  });

  it('must still have the right when it is accepted', async () => {
    const organiser = await makeOrganiser(stage.database, 'deputy@example.org');
    const grant = await giveGrant(
      stage.database,
      organiser.id,
      'regional_organiser',
      unitOf('wales'),
    );
    const token = await stage.signIn('deputy@example.org');
    const invite = async (email: string) =>
      (
        await stage
          .call()
          .post('/v1/admin/organisers')
          .set(bearer(token))
          .send({ email, name: 'A', role: 'reader', unitId: unitOf('cardiff') })
          .expect(201)
      ).body as { id: string };
    const [first, second, third] = [
      await invite('dep1@example.org'),
      await invite('dep2@example.org'),
      await invite('dep3@example.org'),
    ];
    await stage.database.sql('UPDATE organiser SET disabled_at = clock_now() WHERE id = $1', [
      organiser.id,
    ]);
    const closed = await stage.accept(first.id).expect(410);
    expect(closed.body.code).toBe('link_not_valid');
    await stage.database.sql('UPDATE organiser SET disabled_at = NULL WHERE id = $1', [
      organiser.id,
    ]);
    await stage.accept(first.id).expect(201);
    await stage.database.sql(
      `UPDATE organiser_grant SET valid_from = clock_now() - interval '2 days',
              valid_until = clock_now() - interval '1 day' WHERE id = $1`,
      [grant],
    );
    await stage.accept(second.id).expect(410);
    expect(await grantsOf('dep2@example.org')).toEqual([]);
    // Somebody who still may vouches for it by sending it again.
    const national = await stage.as('national');
    await national.post(`/v1/admin/organisers/invitations/${third.id}/resend`).expect(200);
    await stage.accept(third.id).expect(201);
  });

  it('sends no more than sixty an hour', async () => {
    const yorkshire = await stage.as('yorkshire');
    const statuses: number[] = [];
    for (let n = 0; n < 62; n++) {
      const { status } = await yorkshire.post('/v1/admin/organisers', {
        email: 'flood@example.org',
        name: 'A',
        role: 'reader',
        unitId: unitOf('national'),
      });
      statuses.push(status);
    }
    expect(statuses.slice(-2)).toEqual([429, 429]);
    expect(statuses[0]).toBe(422);
  });
});

describe('a link that is not good any more', () => {
  it.each([
    ['withdrawn', 'withdrawn_at = clock_now()'],
    ['expired', 'expires_at = clock_now()'],
    ['expired', `valid_until = clock_now()`],
  ])('says that it is %s (%#)', async (end, change) => {
    const { id } = await stage.invite({
      email: `${change.slice(0, 7)}@example.org`,
      unit: 'leeds',
    });
    await stage.database.sql(`UPDATE organiser_invitation SET ${change} WHERE id = $1`, [id]);
    const { body } = await stage.accept(id).expect(410);
    expect(body.code).toBe(`link_${end}`);
    expect(body.detail).toMatch(/\w+ \w+/);
  });

  it('works once', async () => {
    const { id } = await stage.invite({ email: 'used@example.org', unit: 'leeds' });
    await stage.accept(id).expect(201);
    const { body } = await stage.accept(id).expect(410);
    expect(body.code).toBe('link_accepted');
  });

  it('says that the account is closed', async () => {
    const organiser = await makeOrganiser(stage.database, 'shut@example.org');
    const { id } = await stage.invite({ email: 'shut@example.org', unit: 'leeds' });
    await stage.database.sql('UPDATE organiser SET disabled_at = clock_now() WHERE id = $1', [
      organiser.id,
    ]);
    const { body } = await stage.accept(id, TEST_PASSWORD).expect(410);
    expect(body.code).toBe('link_account_closed');
  });

  it('is not found when anything of it was changed, and never a 500', async () => {
    const { id } = await stage.invite({ email: 'tampered@example.org', unit: 'leeds' });
    const token = stage.invitationToken(id);
    const reset = await stage.resetToken('leeds@example.org');
    for (const wrong of [
      token.slice(0, -1),
      `${token}A`,
      token.replace(/./, (first) => (first === 'A' ? 'B' : 'A')),
      token.toUpperCase(),
      reset,
      'x',
      '\u0000',
      '../..',
    ]) {
      const { status } = await stage
        .call()
        .post('/v1/admin/invitations/accept')
        .send({ token: wrong, password: NEW_PASSWORD });
      expect(`${wrong} ${status}`).toBe(`${wrong} 404`);
    }
    for (const body of [{}, { token }, { token, password: '' }, { token: 'x'.repeat(300) }, []]) {
      await stage.call().post('/v1/admin/invitations/accept').send(body).expect(422);
    }
  });
});

describe('a password that is chosen with an invitation', () => {
  it.each(['password1234', 'Organiser-Weak', 'short', 'x'.repeat(200), 'Leeds Leeds 1'])(
    'is not “%s”',
    async (password) => {
      await stage.database.sql(`DELETE FROM organiser_invitation WHERE email = 'weak@example.org'`);
      const { id } = await stage.invite({ email: 'weak@example.org', unit: 'leeds' });
      const { body } = await stage.accept(id, password).expect(422);
      expect(body.errors).toMatchObject([{ path: 'password' }]);
      expect(body.detail).toMatch(/Take four or more words/);
      expect(await grantsOf('weak@example.org')).toEqual([]);
    },
  );
});

describe('presses at the same moment', () => {
  const accountsOf = (email: string) =>
    stage.database.sql('SELECT id FROM organiser WHERE email = $1', [email]);

  it('make one account and one grant of one invitation', async () => {
    const email = 'twice@example.org';
    const { id } = await stage.invite({ email, unit: 'leeds' });
    const answers = await Promise.all(
      [1, 2, 3, 4].map((n) => stage.accept(id, `${NEW_PASSWORD} ${n}`)),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 410, 410, 410]);
    expect(await accountsOf(email)).toHaveLength(1);
    expect(await grantsOf(email)).toHaveLength(1);
    const winner = answers.findIndex(({ status }) => status === 201) + 1;
    await signIn(email, `${NEW_PASSWORD} ${winner}`).expect(201);
  });

  it('make one account of two invitations to one address; the other is asked for its password', async () => {
    const email = 'both@example.org';
    const one = await stage.invite({ email, unit: 'leeds' });
    const two = await stage.invite({ email, unit: 'cardiff', role: 'reader' });
    const answers = await Promise.all([
      stage.accept(one.id, `${NEW_PASSWORD} 1`),
      stage.accept(two.id, `${NEW_PASSWORD} 2`),
    ]);
    const first = answers.findIndex(({ status }) => status === 201);
    expect(first).toBeGreaterThanOrEqual(0);
    expect(await accountsOf(email)).toHaveLength(1);
    // One after another, the second is asked for a password that it does not have; at once, it is
    // told that the account has changed.
    const [second] = answers.filter((_, index) => index !== first);
    expect([409, 422]).toContain(second?.status);
    const late = first === 0 ? two : one;
    await stage.accept(late.id, `${NEW_PASSWORD} ${first + 1}`).expect(201);
    expect(await grantsOf(email)).toHaveLength(2);
  });

  it('of acceptance and withdrawal, one counts', async () => {
    const national = await stage.as('national');
    for (let round = 0; round < 5; round++) {
      const email = `race${round}@example.org`;
      const { id } = await stage.invite({ email, unit: 'leeds' });
      const [accepted, withdrawn] = await Promise.all([
        stage.accept(id),
        national.delete(`/v1/admin/organisers/invitations/${id}`),
      ]);
      const counted = [accepted.status, withdrawn.status].join(' ');
      expect(['201 409', '410 204']).toContain(counted);
      expect(await grantsOf(email)).toHaveLength(accepted.status === 201 ? 1 : 0);
    }
  });
});
