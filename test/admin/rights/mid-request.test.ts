import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Response } from 'supertest';
import { giveGrant } from '../../factories/organisation.js';
import { type TestSubmission, makeSubmission } from '../../factories/submissions.js';
import { type AdminStage, bearer, startAdminStage } from '../support.js';
import { type Caller, makeCaller, makeKeyCaller, openSession } from './caller.js';

let stage: AdminStage;
/** Holds locks, and takes rights away. */
let holder: Client;
let caller: Caller;
let token: string;
let sessionId: string;
let grantId: string;
let submission: TestSubmission;

beforeAll(async () => {
  stage = await startAdminStage();
  holder = new Client({ connectionString: stage.database.ownerUrl });
  await holder.connect();
  caller = await makeCaller(stage, 'reader', 'branch');
});
afterAll(async () => {
  await holder.end();
  await stage.close();
});
beforeEach(async () => {
  const { database, organisation } = stage;
  await database.sql('UPDATE organiser SET disabled_at = NULL WHERE id = $1', [caller.id]);
  await database.sql('DELETE FROM organiser_grant WHERE organiser_id = $1', [caller.id]);
  grantId = await giveGrant(database, caller.id, 'branch_secretary', organisation.units.cardiff.id);
  // Another one carries the same permissions elsewhere, so that the guard lets them in all along.
  await giveGrant(database, caller.id, 'branch_secretary', organisation.units.leeds.id);
  ({ id: sessionId, token } = await openSession(database, caller.id));
  submission = await makeSubmission(database, { unit: organisation.units.cardiff });
});

/** Waits until so many statements of the application wait for a lock. */
async function untilWaiting(count = 1): Promise<void> {
  await expect
    .poll(
      async () => {
        const [row] = await stage.database.sql<{ n: number }>(
          `SELECT count(*)::integer AS n FROM pg_stat_activity
            WHERE datname = current_database() AND usename = 'branchline_app'
              AND wait_event_type = 'Lock'`,
        );
        return row?.n;
      },
      { timeout: 10_000, interval: 20 },
    )
    .toBe(count);
}

/** Has a request wait for a lock, does something meanwhile, and lets it go on. */
async function meanwhile(
  lock: string,
  values: unknown[],
  send: () => PromiseLike<Response>,
  happens: () => Promise<unknown>,
): Promise<Response> {
  await holder.query('BEGIN');
  await holder.query(lock, values);
  const answer = Promise.resolve(send());
  await untilWaiting();
  await happens();
  await holder.query('COMMIT');
  return answer;
}

const sql = (text: string, values: unknown[]) => () => stage.database.sql(text, values);
const post = (path: string, body: object) => () =>
  stage.call().post(`/v1/admin/${path}`).set(bearer(token)).send(body);
const get = (path: string) => () => stage.call().get(`/v1/admin/${path}`).set(bearer(token));

type Loss = [
  what: string,
  take: () => Promise<unknown>,
  status: number,
  code: string,
  /** Where the policies show the next statement nothing, before the commit asks. */
  shown: number,
];

/** What is taken away, and what a request that had begun is told then. */
const LOSSES: readonly Loss[] = [
  [
    'the session was ended',
    () => sql('UPDATE organiser_session SET revoked_at = clock_now() WHERE id = $1', [sessionId])(),
    401,
    'unauthenticated',
    401,
  ],
  [
    'the account was closed',
    () => sql('UPDATE organiser SET disabled_at = clock_now() WHERE id = $1', [caller.id])(),
    401,
    'unauthenticated',
    404,
  ],
  [
    'the grant was ended',
    () =>
      sql(
        `UPDATE organiser_grant SET valid_from = clock_now() - interval '1 hour',
                  valid_until = clock_now() WHERE id = $1`,
        [grantId],
      )(),
    403,
    'rights_withdrawn',
    404,
  ],
  [
    'the grant was deleted',
    () => sql('DELETE FROM organiser_grant WHERE id = $1', [grantId])(),
    403,
    'rights_withdrawn',
    404,
  ],
  [
    'the grant was moved to another unit',
    () =>
      sql('UPDATE organiser_grant SET unit_id = $2 WHERE id = $1', [
        grantId,
        stage.organisation.units.swansea.id,
      ])(),
    403,
    'rights_withdrawn',
    404,
  ],
];

describe('a request that was let in, and had to wait while', () => {
  const standing = async () => {
    const [row] = await stage.database.sql<{ state: string; version: number; events: number }>(
      `SELECT state, version,
              (SELECT count(*)::integer FROM follow_up_event e WHERE e.follow_up_id = f.id) AS events
         FROM follow_up f WHERE id = $1`,
      [submission.followUpId],
    );
    return row;
  };
  const deeds = async (action: string) => {
    const rows = await stage.database.sql(
      'SELECT FROM audit_event WHERE actor_id = $1 AND action = $2',
      [caller.id, action],
    );
    return rows.length;
  };

  it.each(LOSSES)('%s changes nothing, as the organiser', async (...[, take, , , shown]) => {
    const answer = await meanwhile(
      'SELECT FROM follow_up WHERE id = $1 FOR UPDATE',
      [submission.followUpId],
      post(`follow-ups/${submission.followUpId}/acknowledge`, {}),
      take,
    );
    expect(answer.status).toBe(shown);
    expect(await standing()).toEqual({ state: 'open', version: 1, events: 0 });
  });

  it.each(LOSSES)('%s changes nothing, as the application', async (_what, take, status, code) => {
    const answer = await meanwhile(
      'SELECT FROM follow_up WHERE id = $1 FOR UPDATE',
      [submission.followUpId],
      post(`join-submissions/${submission.id}/contacted`, { outcome: 'spoke' }),
      take,
    );
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(await standing()).toEqual({ state: 'open', version: 1, events: 0 });
    expect(await deeds('join_submission.contacted')).toBe(0);
  });

  it.each(LOSSES)('%s is not told what it had read', async (_what, take, status, code) => {
    const before = await deeds('person.read');
    // Everything is read by then, and the record of the reading is what waits.
    const answer = await meanwhile(
      'LOCK TABLE audit_event IN SHARE MODE',
      [],
      get(`people/${submission.personId}`),
      take,
    );
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.text).not.toContain(submission.email);
    expect(await deeds('person.read')).toBe(before);
  });

  it('the grant was deleted is not told of an account that it reached', async () => {
    const { database, organisation } = stage;
    const leading = await giveGrant(
      database,
      caller.id,
      'regional_organiser',
      organisation.units.wales.id,
    );
    const answer = await meanwhile(
      'LOCK TABLE audit_event IN SHARE MODE',
      [],
      get(`organisers/${organisation.organisers.cardiff.id}`),
      sql('DELETE FROM organiser_grant WHERE id = $1', [leading]),
    );
    expect([answer.status, answer.body.code]).toEqual([403, 'rights_withdrawn']);
    expect(answer.text).not.toContain('cardiff@example.org');
  });

  it('its key was revoked is not told what it had read', async () => {
    const key = await makeKeyCaller(stage, ['people.read']);
    const answer = await meanwhile(
      'LOCK TABLE audit_event IN SHARE MODE',
      [],
      () => stage.call().get(`/v1/admin/people/${submission.personId}`).set(bearer(key.token)),
      sql('UPDATE api_key SET revoked_at = clock_now() WHERE id = $1', [key.id]),
    );
    expect(answer.status).toBe(401);
    expect(answer.text).not.toContain(submission.email);
    expect(
      await stage.database.sql('SELECT FROM audit_event WHERE actor_id = $1', [key.id]),
    ).toEqual([]);
  });

  it('the grant was ended sees from its next statement on what is left', async () => {
    // Nothing of this list is on record, so that nothing is committed.
    const answer = await meanwhile(
      'LOCK TABLE post IN ACCESS EXCLUSIVE MODE',
      [],
      get('posts'),
      sql('DELETE FROM organiser_grant WHERE id = $1', [grantId]),
    );
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('"leeds"');
    expect(answer.text).not.toContain('"cardiff"');
  });

  it.each([
    [
      'a grant of theirs was prolonged',
      () => sql(`UPDATE organiser_grant SET valid_until = '2100-01-01' WHERE id = $1`, [grantId])(),
    ],
    [
      'another of their sessions was ended',
      async () => {
        const other = await openSession(stage.database, caller.id);
        await sql('UPDATE organiser_session SET revoked_at = clock_now() WHERE id = $1', [
          other.id,
        ])();
      },
    ],
  ])('%s goes on', async (_what, happens) => {
    const answer = await meanwhile(
      'SELECT FROM follow_up WHERE id = $1 FOR UPDATE',
      [submission.followUpId],
      post(`follow-ups/${submission.followUpId}/acknowledge`, {}),
      happens,
    );
    expect(answer.status).toBe(200);
    expect(await standing()).toMatchObject({ state: 'acknowledged', events: 1 });
  });
});

describe('the last statement of a transaction', () => {
  const rights = () => JSON.stringify([{ id: grantId, ...held() }]);
  const held = () => ({
    role: 'branch_secretary',
    unitId: stage.organisation.units.cardiff.id,
    until: null,
  });
  const stands = 'SELECT rights_stand($1, $2) AS found';

  /** A transaction of the application's that has written something. */
  async function writing<T>(work: (application: Client) => Promise<T>): Promise<T> {
    const application = new Client({ connectionString: stage.database.url });
    await application.connect();
    try {
      await application.query('BEGIN');
      await application.query(`UPDATE person SET town = 'Cardiff' WHERE id = $1`, [
        submission.personId,
      ]);
      return await work(application);
    } finally {
      await application.end();
    }
  }

  it.each([
    [
      'session',
      'UPDATE organiser_session SET revoked_at = clock_now() WHERE id = $1',
      () => sessionId,
    ],
    ['account', 'UPDATE organiser SET disabled_at = clock_now() WHERE id = $1', () => caller.id],
    [
      'grant',
      "UPDATE organiser_grant SET valid_until = clock_now() + interval '1 ms' WHERE id = $1",
      () => grantId,
    ],
  ])('has whoever takes the %s away wait for the commit', async (_what, statement, id) => {
    await writing(async (application) => {
      const { rows } = await application.query(stands, [sessionId, rights()]);
      expect(rows).toEqual([{ found: 'stand' }]);
      let taken = false;
      const taking = holder.query(statement, [id()]).then(() => (taken = true));
      await expect
        .poll(async () => {
          const [row] = await stage.database.sql<{ n: number }>(
            `SELECT count(*)::integer AS n FROM pg_stat_activity
              WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          );
          return row?.n;
        })
        .toBe(1);
      expect(taken).toBe(false);
      await application.query('COMMIT');
      await taking;
    });
  });

  it('takes no lock, and asks nothing, where nothing was written', async () => {
    const application = new Client({ connectionString: stage.database.url });
    await application.connect();
    try {
      await application.query('BEGIN');
      const { rows } = await application.query(stands, [
        '018f0000-0000-7000-8000-000000000000',
        '[]',
      ]);
      expect(rows).toEqual([{ found: 'stand' }]);
    } finally {
      await application.end();
    }
  });

  it('lets a grant end by the clock, as it always was to', async () => {
    await stage.database.sql(
      `UPDATE organiser_grant SET valid_from = clock_now() - interval '2 hours',
              valid_until = date_trunc('second', clock_now()) - interval '1 hour' WHERE id = $1`,
      [grantId],
    );
    const [grant] = await stage.database.sql<{ until: string }>(
      'SELECT to_json(valid_until) AS until FROM organiser_grant WHERE id = $1',
      [grantId],
    );
    await writing(async (application) => {
      const { rows } = await application.query(stands, [
        sessionId,
        JSON.stringify([{ id: grantId, ...held(), until: grant?.until }]),
      ]);
      expect(rows).toEqual([{ found: 'stand' }]);
    });
  });
});
