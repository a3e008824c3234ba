import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ROLES } from '../../src/organisers/permissions.js';
import { Database } from '../../src/platform/database/database.js';
import { FollowUpsRepository } from '../../src/follow-ups/follow-ups.repository.js';
import { hasStandIn, recipientIn } from '../../src/follow-ups/duty-units.js';
import { makeDuty } from '../factories/duties.js';
import { giveGrant, makeOrganiser } from '../factories/organisation.js';
import { clearAudit } from '../support/clear-audit.js';
import { type AdminStage, bearer, startAdminStage } from './support.js';

let stage: AdminStage;
const tokens = {} as Record<'national' | 'wales' | 'cardiff' | 'leeds', string>;
type Who = keyof typeof tokens;
beforeAll(async () => {
  stage = await startAdminStage();
  for (const who of ['national', 'wales', 'cardiff', 'leeds'] as const) {
    tokens[who] = await stage.signIn(`${who}@example.org`);
  }
});
afterAll(() => stage.close());
afterEach(async () => {
  await stage.database.turnClock('0');
  await stage.database.sql('DELETE FROM post_cover');
  await clearAudit(stage.database);
});

const unit = (slug: keyof AdminStage['organisation']['units']) => stage.organisation.units[slug].id;
const organiser = (name: keyof AdminStage['organisation']['organisers']) =>
  stage.organisation.organisers[name].id;
const postOf = async (slug: Parameters<typeof unit>[0]) => {
  const { body } = await stage
    .call()
    .get(`/v1/admin/posts?unit=${unit(slug)}`)
    .set(bearer(tokens.national));
  return (body as { data: { id: string; vacant: boolean; covers: unknown[] }[] }).data[0];
};
const idOf = async (slug: Parameters<typeof unit>[0]) => (await postOf(slug))?.id ?? '';
const arrange = async (who: Who, slug: Parameters<typeof unit>[0], body: object) =>
  stage
    .call()
    .post(`/v1/admin/posts/${await idOf(slug)}/cover`)
    .set(bearer(tokens[who]))
    .send(body);
/** A time that many hours from now. */
const inHours = (hours: number) => new Date(Date.now() + hours * 3600 * 1000).toISOString();

let made = 0;
/** Somebody with a role on Cardiff that reads. */
async function reader() {
  const account = await makeOrganiser(stage.database, `reader-${(made += 1)}@example.org`);
  await giveGrant(stage.database, account.id, 'reader', unit('cardiff'));
  return account;
}
/** Whom a duty of Cardiff is told to at this moment. */
async function told() {
  const [cardiff] = await stage.app
    .get(Database)
    .transaction((manager) =>
      stage.app.get(FollowUpsRepository, { strict: false }).unitsUpwards(manager, unit('cardiff')),
    );
  if (cardiff === undefined) throw new Error('there is no Cardiff');
  return {
    to: recipientIn(cardiff, 'branch_secretary', false)?.address,
    hasStandIn: hasStandIn(cardiff, 'branch_secretary'),
  };
}

describe('a cover', () => {
  it('brings the duties and, from who may give it, the right, for its time alone', async () => {
    const { id, email } = await reader();
    const input = { organiserId: id, from: inHours(1), until: inHours(5) };
    const answer = await arrange('wales', 'cardiff', input);
    expect(answer).toMatchObject({ status: 201 });
    expect(answer.body).toEqual({
      id: expect.any(String),
      organiser: { id, name: expect.stringContaining('Organiser reader') },
      from: input.from,
      until: input.until,
      grantId: expect.any(String),
    });
    expect(await postOf('cardiff')).toMatchObject({
      covers: [{ id: answer.body.id, organiser: { id } }],
    });
    const duty = await makeDuty(stage.database, { unit: stage.organisation.units.cardiff });
    const token = await stage.signIn(email);
    const acknowledge = () =>
      stage
        .call()
        .post(`/v1/admin/follow-ups/${duty.id}/acknowledge`)
        .set(bearer(token))
        .send({})
        .then(({ status }) => status);
    const mine = async () =>
      (await stage.call().get('/v1/admin/follow-ups/mine').set(bearer(token))).body.data.length;

    expect([await told(), await acknowledge(), await mine()]).toEqual([
      { to: 'cardiff@example.org', hasStandIn: false },
      403,
      0,
    ]);
    await stage.database.turnClock('61 minutes');
    expect([await told(), await mine(), await acknowledge()]).toEqual([
      { to: email, hasStandIn: false },
      1,
      200,
    ]);
    await stage.database.turnClock('5 hours 1 second');
    expect([await told(), await mine(), await acknowledge()]).toEqual([
      { to: 'cardiff@example.org', hasStandIn: false },
      0,
      403,
    ]);
    const [grant] = await stage.database.sql(
      `SELECT role, unit_id, read_only_until, cover_id FROM organiser_grant WHERE id = $1`,
      [answer.body.grantId],
    );
    expect(grant).toEqual({
      role: 'branch_secretary',
      unit_id: unit('cardiff'),
      read_only_until: null,
      cover_id: answer.body.id,
    });
    const audit = await stage.database.sql<{ action: string; subject_id: string }>(
      `SELECT action, subject_id FROM audit_event
        WHERE subject_kind IN ('post_cover', 'organiser_grant') ORDER BY id`,
    );
    expect(audit).toEqual([
      { action: 'cover.arranged', subject_id: answer.body.id },
      { action: 'grant.given', subject_id: answer.body.grantId },
    ]);
  });

  it('is arranged by the holder among those who have a role there, who get no other', async () => {
    const { id } = await reader();
    const times = { from: inHours(1), until: inHours(5) };
    const answer = await arrange('cardiff', 'cardiff', { organiserId: id, ...times });
    expect(answer.body).toMatchObject({ organiser: { id }, grantId: null });
    const later = { from: inHours(6), until: inHours(7) };
    // Whose role reaches the branch from above has the right already.
    expect(
      (await arrange('cardiff', 'cardiff', { organiserId: organiser('wales'), ...later })).body,
    ).toMatchObject({ grantId: null });
    for (const organiserId of [organiser('leeds'), '018f0000-0000-7000-8000-000000000000']) {
      expect(
        (await arrange('cardiff', 'cardiff', { organiserId, from: inHours(8), until: inHours(9) }))
          .body,
      ).toMatchObject({ errors: [{ path: 'organiserId', code: 'unknown_organiser' }] });
    }
    expect(
      (await arrange('cardiff', 'cardiff', { organiserId: organiser('cardiff'), ...times })).body,
    ).toMatchObject({ errors: [{ code: 'same_person' }] });
    expect((await arrange('leeds', 'cardiff', { organiserId: id, ...times })).status).toBe(404);
  });

  it('is not arranged by somebody else who sees the post', async () => {
    const other = await makeOrganiser(stage.database, 'second-secretary@example.org');
    await giveGrant(stage.database, other.id, 'branch_secretary', unit('cardiff'));
    const token = await stage.signIn(other.email);
    const { body } = await stage
      .call()
      .post(`/v1/admin/posts/${await idOf('cardiff')}/cover`)
      .set(bearer(token))
      .send({ organiserId: organiser('wales'), from: inHours(1), until: inHours(2) });
    expect(body).toMatchObject({ status: 403, code: 'may_not_cover', permission: 'cover.write' });
  });

  it('does not overlap another, and keeps to its times', async () => {
    const { id } = await reader();
    const first = await arrange('wales', 'cardiff', {
      organiserId: id,
      from: inHours(1),
      until: inHours(5),
    });
    const clash = await arrange('wales', 'cardiff', {
      organiserId: organiser('wales'),
      from: inHours(4),
      until: inHours(6),
    });
    expect(clash.body).toMatchObject({
      status: 409,
      code: 'cover_overlaps',
      coverId: first.body.id,
    });
    const at = async (from: string, until: string) =>
      (await arrange('wales', 'cardiff', { organiserId: id, from, until })).body.errors.map(
        ({ path, code }: { path: string; code: string }) => `${path} ${code}`,
      );
    expect(await at('2020-01-01', '2020-01-02')).toEqual(['from in_the_past', 'until not_after']);
    expect(await at(inHours(10), inHours(24 * 368))).toEqual(['until out_of_range']);
  });

  it('that is called off ends at once with its grant, by the holder who is back as well', async () => {
    const { id, email } = await reader();
    const { body: cover } = await arrange('wales', 'cardiff', {
      organiserId: id,
      from: inHours(0),
      until: inHours(5),
    });
    const token = await stage.signIn(email);
    const acknowledge = () =>
      stage
        .call()
        .post('/v1/admin/follow-ups/018f0000-0000-7000-8000-000000000000/acknowledge')
        .set(bearer(token))
        .send({})
        .then(({ status }) => status);
    expect([(await told()).to, await acknowledge()]).toEqual([email, 404]);
    const callOff = async (who: Who) =>
      (
        await stage
          .call()
          .delete(`/v1/admin/posts/${await idOf('cardiff')}/cover/${cover.id}`)
          .set(bearer(tokens[who]))
      ).status;
    expect(await callOff('leeds')).toBe(404);
    expect(await callOff('cardiff')).toBe(204);
    expect([(await told()).to, await acknowledge()]).toEqual(['cardiff@example.org', 403]);
    expect(await callOff('cardiff')).toBe(404);
    const [grant] = await stage.database.sql(
      `SELECT ended_at IS NOT NULL AND valid_until <= clock_now() AS ended
         FROM organiser_grant WHERE id = $1`,
      [cover.grantId],
    );
    expect(grant).toEqual({ ended: true });
    expect((await postOf('cardiff'))?.covers).toEqual([]);
    const audit = await stage.database.sql<{ action: string }>(
      `SELECT action FROM audit_event
        WHERE subject_kind IN ('post_cover', 'organiser_grant') ORDER BY id`,
    );
    expect(audit.map(({ action }) => action)).toEqual([
      'cover.arranged',
      'grant.given',
      'cover.called_off',
      'grant.ended',
    ]);
  });

  it('does not make a grant that could be changed apart from it', async () => {
    const { id } = await reader();
    const { body: cover } = await arrange('wales', 'cardiff', {
      organiserId: id,
      from: inHours(1),
      until: inHours(5),
    });
    const refused = await stage
      .call()
      .post(`/v1/admin/grants/${cover.grantId}/confirm`)
      .set(bearer(tokens.wales))
      .send({ validUntil: '2031-03-31' });
    expect(refused.body).toMatchObject({ status: 409, code: 'grant_of_cover' });
  });
});

it('the database lets nobody arrange, lengthen or take over a cover that is not theirs', async () => {
  const { id } = await reader();
  const post = await idOf('cardiff');
  const attempt = (
    who: keyof AdminStage['organisation']['organisers'],
    text: string,
    values: unknown[],
  ) =>
    stage.app
      .get(Database)
      .asOrganiser({ organiserId: organiser(who), roles: ROLES }, (manager) =>
        manager.query<unknown>(text, values),
      )
      .catch((error: Error) => error.message);
  const insert = `INSERT INTO post_cover (id, post_id, organiser_id, valid_from, valid_until, arranged_by)
    VALUES (gen_random_uuid(), $1, $2, clock_now(), clock_now() + interval '1 day', $3)`;
  for (const [who, stand_in, by] of [
    ['leeds', id, organiser('leeds')],
    ['dpo', id, organiser('dpo')],
    ['cardiff', organiser('leeds'), organiser('cardiff')],
    ['cardiff', id, organiser('wales')],
  ] as const) {
    expect(await attempt(who, insert, [post, stand_in, by]), who).toMatch(/row-level security/);
  }
  expect(await attempt('cardiff', insert, [post, id, organiser('cardiff')])).toEqual([]);
  const grow = `UPDATE post_cover SET valid_until = valid_until + interval '1 day' WHERE post_id = $1`;
  expect(await attempt('wales', grow, [post])).toMatch(/a cover does not grow/);
  expect(await attempt('dpo', grow, [post])).toEqual([[], 0]);
});

describe('a post', () => {
  it('is vacant while its holder has no open account, or no grant that reaches it', async () => {
    const vacant = async () => {
      const { body } = await stage
        .call()
        .get('/v1/admin/posts?vacant=true')
        .set(bearer(tokens.national));
      const slugs = body.data.map(({ unit: { slug } }: { unit: { slug: string } }) => slug);
      return { slugs, vacant: (await postOf('cardiff'))?.vacant, told: (await told()).to };
    };
    await stage.database.sql(`UPDATE unit SET email = 'office@cardiff.example' WHERE id = $1`, [
      unit('cardiff'),
    ]);
    const filled = { slugs: [], vacant: false, told: 'cardiff@example.org' };
    const empty = { slugs: ['cardiff'], vacant: true, told: 'office@cardiff.example' };
    expect(await vacant()).toEqual(filled);
    const set = (change: string) =>
      stage.database.sql(`UPDATE organiser_grant SET ${change} WHERE organiser_id = $1`, [
        organiser('cardiff'),
      ]);
    const disable = (when: string) =>
      stage.database.sql(`UPDATE organiser SET disabled_at = ${when} WHERE id = $1`, [
        organiser('cardiff'),
      ]);
    await disable('clock_now()');
    expect(await vacant()).toEqual(empty);
    await disable('NULL');
    await set(`valid_until = clock_now(), read_only_until = clock_now() + interval '1 hour'`);
    expect(await vacant()).toEqual(filled);
    await stage.database.turnClock('61 minutes');
    expect(await vacant()).toEqual(empty);
    await set('valid_until = NULL, read_only_until = NULL');
    await stage.database.sql(`UPDATE unit SET email = 'cardiff@example.org' WHERE id = $1`, [
      unit('cardiff'),
    ]);
  });
});
