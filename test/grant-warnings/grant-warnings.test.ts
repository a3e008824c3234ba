import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { watchGrants } from '../../src/grant-warnings/watch-grants.definition.js';
import { recurringId, RecurringJobs } from '../../src/platform/outbox/recurring.js';
import { giveGrant, makeOrganiser } from '../factories/organisation.js';
import { DutyBench } from '../follow-ups/duty-bench.js';

/** Midnight in London at the end of 31 March 2031, when it is summer there. */
const END = '2031-03-31T23:00:00Z';

let bench: DutyBench;
beforeAll(async () => {
  bench = await DutyBench.open();
  await bench.database.sql(`UPDATE organiser_grant SET valid_from = '2020-01-01'`);
});
afterAll(() => bench.close());
beforeEach(() => bench.smtp.clear());
afterEach(async () => {
  await bench.database.sql('DELETE FROM message');
  await bench.database.sql(`DELETE FROM organiser WHERE email LIKE 'made-%'`);
  await bench.database.sql('DELETE FROM outbox');
});

let made = 0;
async function holder(
  span: { on?: 'cardiff' | 'leeds' | 'wales' | 'swansea'; until?: string | null } = {},
) {
  const { on = 'cardiff', until = END } = span;
  const role = on === 'wales' ? 'regional_organiser' : 'branch_secretary';
  const account = await makeOrganiser(bench.database, `made-${(made += 1)}@example.org`, '-');
  const unit = bench.organisation.units[on].id;
  const grant = await giveGrant(bench.database, account.id, role, unit);
  await bench.database.sql(
    `UPDATE organiser_grant SET valid_from = '2020-01-01', valid_until = $2 WHERE id = $1`,
    [grant, until],
  );
  return { ...account, grant };
}

/** Runs the watch at a moment, without what it writes. */
async function watchAt(moment: string): Promise<void> {
  await bench.database.sql(`
    CREATE OR REPLACE FUNCTION clock_now() RETURNS timestamptz
      LANGUAGE sql STABLE PARALLEL SAFE RETURN timestamptz '${moment}'`);
  await bench.worker.get(RecurringJobs, { strict: false }).ensureAll();
  const job = { id: recurringId(watchGrants), job: watchGrants.name, attempts: 0 };
  await bench.database.sql('UPDATE outbox SET available_at = clock_now() WHERE id = $1', [job.id]);
  await bench.runJob(job);
}

/** Sets when a grant ends, as confirming does. */
const confirm = (grant: string, until: string) =>
  bench.database.sql(
    `UPDATE organiser_grant SET valid_until = $2, read_only_until = NULL WHERE id = $1`,
    [grant, until],
  );

/** Runs the watch at a moment, and what it sends. @returns who got which subject. */
async function runAt(moment: string): Promise<string[]> {
  bench.smtp.clear();
  await watchAt(moment);
  await bench.runDueJobs();
  return bench.smtp.messages.map(({ to, subject }) => `${to.join()}: ${subject}`).sort();
}

describe('the watch over grants', () => {
  it('warns 30, 14 and 3 days before an end and at it, each once, the holder and the region', async () => {
    const { email, grant } = await holder();
    const mails = (day: string) => [
      `${email}: Your role as branch secretary of Cardiff ${day}`,
      `wales@example.org: Wales: 1 role ends unless you confirm it`,
    ];
    const ending = mails('ends on Monday 31 March');
    expect(await runAt('2031-03-01T22:59:59Z')).toEqual([]);
    expect(await runAt('2031-03-01T23:00:00Z')).toEqual(ending);
    expect(await runAt('2031-03-02T00:00:00Z')).toEqual([]);
    expect(await runAt('2031-03-17T22:59:59Z')).toEqual([]);
    expect(await runAt('2031-03-17T23:00:00Z')).toEqual(ending);
    expect(await runAt('2031-03-28T23:30:00Z')).toEqual(ending);
    expect(await runAt('2031-03-31T22:59:59Z')).toEqual([]);
    expect(await runAt('2031-03-31T23:00:00Z')).toEqual(mails('has ended'));
    const [mail] = bench.smtp.messages.filter(({ to }) => to.includes(email));
    for (const part of [mail?.text, mail?.html]) {
      expect(part).toContain('Until Friday 30 May you can still read everything');
      expect(part).toContain('ask Wales to confirm it');
    }
    expect(await runAt('2031-04-01T00:00:00Z')).toEqual([]);
    const [kept] = await bench.database.sql(
      `SELECT read_only_until - valid_until = interval '60 days' AS kept
         FROM organiser_grant WHERE id = $1`,
      [grant],
    );
    expect(kept).toEqual({ kept: true });
  });

  it('sends the nearest warning alone after a standstill', async () => {
    const { email } = await holder();
    expect(await runAt('2031-03-29T12:00:00Z')).toEqual([
      `${email}: Your role as branch secretary of Cardiff ends on Monday 31 March`,
      'wales@example.org: Wales: 1 role ends unless you confirm it',
    ]);
  });

  it('says of an end nothing any more after a week', async () => {
    const late = await holder({ on: 'leeds', until: '2031-03-20T00:00:00Z' });
    expect(await runAt('2031-03-27T00:00:00Z')).toEqual([]);
    expect(await runAt('2031-03-26T23:59:59Z')).toEqual([
      `${late.email}: Your role as branch secretary of Leeds has ended`,
      'yorkshire@example.org: Yorkshire: 1 role ends unless you confirm it',
    ]);
  });

  it('sends each region one mail with who ends when, and the national office that of regions', async () => {
    const [first, second, region] = [
      await holder(),
      await holder({ on: 'swansea', until: '2031-03-20T12:00:00Z' }),
      await holder({ on: 'wales' }),
    ];
    await holder({ until: null });
    const sent = await runAt('2031-03-18T09:00:00Z');
    expect(sent).toEqual(
      [
        `${first.email}: Your role as branch secretary of Cardiff ends on Monday 31 March`,
        `${second.email}: Your role as branch secretary of Swansea ends on Thursday 20 March`,
        `${region.email}: Your role as regional organiser of Wales ends on Monday 31 March`,
        'national@example.org: National Office: 1 role ends unless you confirm it',
        'wales@example.org: Wales: 2 roles end unless you confirm them',
      ].sort(),
    );
    const [digest] = bench.smtp.messages.filter(({ to }) => to.includes('wales@example.org'));
    expect(digest?.text).toMatch(
      /- Organiser made-\d+, branch secretary of Swansea: until Thursday 20 March\n- Organiser made-\d+, branch secretary of Cardiff: until Monday 31 March\n/,
    );
    expect(digest?.html).toContain('http://localhost:3000/v1/admin/grants');
  });

  it('says nothing of what was ended, belongs to a cover, or to a closed account', async () => {
    const [ended, closed, covered] = [await holder(), await holder(), await holder()];
    await bench.database.sql(
      'UPDATE organiser_grant SET ended_at = valid_from, read_only_until = NULL WHERE id = $1',
      [ended.grant],
    );
    await bench.database.sql('UPDATE organiser SET disabled_at = clock_now() WHERE id = $1', [
      closed.id,
    ]);
    await bench.database.sql(
      `WITH cover AS (
         INSERT INTO post_cover (id, post_id, organiser_id, valid_from, valid_until)
         SELECT gen_random_uuid(), id, $2, '2031-03-01', $3 FROM post
          WHERE unit_id = $4 RETURNING id)
       UPDATE organiser_grant SET cover_id = cover.id FROM cover WHERE organiser_grant.id = $1`,
      [covered.grant, covered.id, END, bench.organisation.units.cardiff.id],
    );
    expect(await runAt('2031-03-29T12:00:00Z')).toEqual([]);
    expect(await runAt('2031-04-01T12:00:00Z')).toEqual([]);
  });

  it('warns anew of the end that a confirmation has set, and not of the one before', async () => {
    const { email, grant } = await holder();
    await runAt('2031-03-28T23:30:00Z');
    await confirm(grant, '2031-06-30');
    expect(await runAt('2031-03-31T23:30:00Z')).toEqual([]);
    expect((await runAt('2031-05-31T12:00:00Z'))[0]).toContain(
      `${email}: Your role as branch secretary of Cardiff ends on Monday 30 June`,
    );
  });

  it('takes back a warning that waits, once it is confirmed', async () => {
    const { grant } = await holder();
    await watchAt('2031-03-29T12:00:00Z');
    await confirm(grant, '2032-03-31');
    await bench.runDueJobs();
    expect(bench.smtp.messages).toEqual([]);
    expect(await bench.database.sql('SELECT DISTINCT state FROM message')).toEqual([
      { state: 'cancelled' },
    ]);
  });

  it('leaves a grace that runs as it is, and those of covers and of what was ended without one', async () => {
    const graced = await holder({ until: '2031-03-01T00:00:00Z' });
    await bench.database.sql(
      `UPDATE organiser_grant SET read_only_until = '2031-03-05' WHERE id = $1`,
      [graced.grant],
    );
    await runAt('2031-03-02T00:00:00Z');
    const [kept] = await bench.database.sql<{ until: Date }>(
      'SELECT read_only_until AS until FROM organiser_grant WHERE id = $1',
      [graced.grant],
    );
    expect(kept?.until.toISOString().slice(0, 10)).toBe('2031-03-05');
  });
});
