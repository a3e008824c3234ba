import { afterAll, beforeAll, expect, it } from 'vitest';
import { ExpiredAccountRowsRepository } from '../../src/accounts/expired-account-rows.repository.js';
import { Database } from '../../src/platform/database/database.js';
import { type AccountsStage, startAccountsStage } from './accounts-stage.js';

let stage: AccountsStage;
beforeAll(async () => {
  stage = await startAccountsStage();
});
afterAll(() => stage.close());

const turn = (id: string, change: string) =>
  stage.database.sql(`UPDATE organiser_invitation SET ${change} WHERE id = $1`, [id]);
const left = async () =>
  (await stage.database.sql<{ email: string }>('SELECT email FROM organiser_invitation'))
    .map(({ email }) => email.replace('@example.org', ''))
    .sort();

it('addresses of invitations are forgotten a month after they ran out, and of no others', async () => {
  const ids = new Map<string, string>();
  for (const name of ['open', 'fresh', 'expired', 'withdrawn', 'accepted']) {
    ids.set(name, (await stage.invite({ email: `${name}@example.org`, unit: 'leeds' })).id);
  }
  const id = (name: string) => ids.get(name) ?? '';
  await stage.accept(id('accepted')).expect(201);
  await turn(id('accepted'), `expires_at = clock_now() - interval '1 year'`);
  await turn(id('fresh'), `expires_at = clock_now() - interval '29 days'`);
  await turn(id('expired'), `expires_at = clock_now() - interval '31 days'`);
  await turn(id('withdrawn'), `withdrawn_at = clock_now() - interval '31 days'`);
  await stage.call().post('/v1/admin/password-resets').send({ email: 'a@example.org' }).expect(202);
  await stage.call().post('/v1/admin/password-resets').send({ email: 'b@example.org' }).expect(202);
  await stage.database.sql(
    `UPDATE message SET created_at = clock_now() - interval '25 hours'
      WHERE id = (SELECT min(id::text)::uuid FROM message WHERE kind = 'organiser_password_reset')`,
  );
  const rows = new ExpiredAccountRowsRepository(stage.app.get(Database, { strict: false }));
  expect(await rows.deleteBatch(1)).toBe(1);
  expect(await rows.deleteBatch(100)).toBe(1);
  expect(await rows.deleteBatch(100)).toBe(0);
  expect(await left()).toEqual(['accepted', 'fresh', 'open']);
  const [requests] = await stage.database.sql<{ n: number }>(
    `SELECT count(*)::integer AS n FROM message WHERE kind = 'organiser_password_reset'`,
  );
  expect(requests?.n).toBe(1);
});
