import { Client } from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AppModule } from '../../src/app.module.js';
import { type AdminStage, startAdminStage } from '../admin/support.js';
import { makeOrganiser, TEST_PASSWORD } from '../factories/organisation.js';
import { serve } from '../http/support.js';

const SETTINGS = {
  TRUSTED_PROXIES: '127.0.0.1',
  RATE_LIMIT_EXEMPT: '',
  RATE_LIMIT_SIGN_IN_PER_ADDRESS: '50',
};
/** What signing in asks; the process asks other things now and then, of itself. */
const OF_SIGN_IN =
  /rate_limit|organiser|audit_event|message|outbox|TRANSACTION|SAVEPOINT|COMMIT|ROLLBACK/;
let stage: AdminStage;
beforeAll(async () => {
  stage = await startAdminStage(SETTINGS);
});
afterAll(() => stage.close());

const attemptAt = (url: string, email: string, address: string, password = 'wrong') =>
  request(url).post('/v1/admin/sessions').set('X-Forwarded-For', address).send({ email, password });
const attempt = (email: string, address: string, password?: string) =>
  attemptAt(stage.served.url, email, address, password);
const refusals = (id: string | null) =>
  stage.database.sql<{ actor_kind: string; actor_id: string | null; address: string | null }>(
    `SELECT actor_kind, actor_id, address FROM audit_event
      WHERE action = 'session.refused' AND subject_kind = 'organiser'
        AND subject_id IS NOT DISTINCT FROM $1`,
    [id],
  );

describe('failing again and again', () => {
  it.each(['cardiff@example.org', 'nobody@example.org'])(
    'at %s is held back longer each time, in every process',
    async (email) => {
      const address = email.startsWith('nobody') ? '192.0.2.10' : '192.0.2.11';
      for (let tries = 0; tries < 3; tries++) await attempt(email, address).expect(401);
      const held = await attempt(email, address).expect(429);
      expect(held.headers['retry-after']).toBe('1');
      // Another process on the same database knows of it, as one does that has been started anew.
      const second = await serve(AppModule.with(), {
        DATABASE_URL: stage.database.url,
        DATABASE_POOL_SIZE: '4',
        ...SETTINGS,
      });
      try {
        await expect
          .poll(async () => (await attemptAt(second.url, email, address)).status, {
            timeout: 5000,
          })
          .toBe(401);
        const longer = await attemptAt(second.url, email, address).expect(429);
        expect(longer.headers['retry-after']).toBe('2');
        expect((await attempt(email, address)).status).toBe(429);
      } finally {
        await second.app.close();
      }
      // Another network, and another account, wait for nothing.
      await attempt(email, '192.0.2.12').expect(401);
      await attempt('leeds@example.org', address, TEST_PASSWORD).expect(201);
    },
  );

  it('is forgotten with success', async () => {
    const [email, address] = ['leeds@example.org', '192.0.2.20'];
    for (let round = 0; round < 3; round++) {
      for (let tries = 0; tries < 2; tries++) await attempt(email, address).expect(401);
      await attempt(email, address, TEST_PASSWORD).expect(201);
    }
  });
});

describe('a refused sign-in', () => {
  it('is written down for a known account, for a closed one, and for none without its address', async () => {
    const { id } = await makeOrganiser(stage.database, 'tried@example.org');
    const before = (await refusals(null)).length;
    await attempt('tried@example.org', '198.51.100.1').expect(401);
    await attempt('untold@example.org', '198.51.100.1').expect(401);
    expect(await refusals(id)).toEqual([{ actor_kind: 'system', actor_id: null, address: null }]);
    expect(await refusals(null)).toHaveLength(before + 1);
    await stage.database.sql('UPDATE organiser SET disabled_at = clock_now() WHERE id = $1', [id]);
    await attempt('tried@example.org', '198.51.100.2', TEST_PASSWORD).expect(401);
    expect(await refusals(id)).toHaveLength(2);
    const kept = await stage.database.sql<{ text: string }>('SELECT a::text FROM audit_event a');
    expect(JSON.stringify(kept)).not.toMatch(/@|untold/);
  });

  it('takes the same statements for a known account and for none', async () => {
    const statementsOf = async (email: string, address: string) => {
      const query = vi.spyOn(Client.prototype, 'query');
      let calls: unknown[][];
      try {
        await attempt(email, address).expect(401);
        calls = [...query.mock.calls];
      } finally {
        query.mockRestore();
      }
      const asked = (calls as [string | { text: string }][]).map(([asking]) =>
        typeof asking === 'string' ? asking : asking.text,
      );
      return asked
        .filter((text) => OF_SIGN_IN.test(text) && !text.includes('AS stored'))
        .map((text) => text.replace(/^(ROLLBACK TO|RELEASE) SAVEPOINT/, 'ENDS SAVEPOINT'));
    };
    // Up to the one after which the owner is told, and past it.
    await makeOrganiser(stage.database, 'timed@example.org');
    for (let tries = 0; tries < 21; tries++) {
      const known = await statementsOf('timed@example.org', `203.0.113.${tries}`);
      const unknown = await statementsOf('untimed@example.org', `203.0.113.${tries + 100}`);
      expect(unknown).toEqual(known);
      expect(known.length).toBeGreaterThan(5);
    }
  });

  it('is written down twenty times an hour for one account, and no more', async () => {
    const { id } = await makeOrganiser(stage.database, 'flooded@example.org');
    for (let tries = 0; tries < 25; tries++) {
      await attempt('flooded@example.org', `198.51.100.${100 + tries}`).expect(401);
    }
    expect(await refusals(id)).toHaveLength(20);
  });

  it('is told to the owner after twenty of strangers, once a day, and nobody hears of no account', async () => {
    const { id, email } = await makeOrganiser(stage.database, 'warned@example.org');
    const told = () =>
      stage.database.sql(
        `SELECT 1 FROM message
          WHERE organiser_id = $1 AND business_key LIKE '%:many_failed_sign_ins:%'`,
        [id],
      );
    await attempt(email, '192.0.2.200', TEST_PASSWORD).expect(201);
    // Failures at home are one's own.
    await attempt(email, '192.0.2.200').expect(401);
    for (let tries = 0; tries < 19; tries++) {
      await attempt(email, `198.18.0.${tries}`).expect(401);
    }
    expect(await told()).toEqual([]);
    for (let tries = 19; tries < 30; tries++) {
      await attempt(email, `198.18.0.${tries}`).expect(401);
      await attempt('unwarned@example.org', `198.18.1.${tries}`).expect(401);
    }
    expect(await told()).toHaveLength(1);
    for (let tries = 0; tries < 25; tries++) {
      await attempt('unwarned@example.org', `198.18.2.${tries}`).expect(401);
    }
    expect(
      await stage.database.sql('SELECT business_key FROM message WHERE organiser_id IS NULL'),
    ).toEqual([]);
  });
});
