import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { purgeExpired } from '../../src/platform/outbox/purge-expired.job.js';
import { RecurringJobs, recurringId } from '../../src/platform/outbox/recurring.js';
import { HandlesJob, type InsideHandler, defineJob } from '../../src/platform/queue/job.js';
import { Bench, Script, eventually } from './outbox.fixture.js';

const tick = defineJob({
  name: 'test.tick',
  data: z.object({}),
  everySeconds: 3_600,
  maxAttempts: 2,
  backOffSeconds: 0.05,
});

@HandlesJob(tick)
class Tick implements InsideHandler<Record<string, never>> {
  constructor(private readonly script: Script) {}
  async handle(manager: Parameters<InsideHandler<Record<string, never>>['handle']>[0]) {
    await this.script.inside(manager, { key: 'tick' });
  }
}

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open('postgres');
});
afterEach(() => bench.clear());
afterAll(() => bench.close());

const boot = () => bench.boot({ jobs: [tick], handlers: [Tick] });
const tickRow = () =>
  bench.database.sql<{ inSeconds: number; attempts: number; state: string }>(
    `SELECT extract(epoch FROM available_at - clock_now())::float8 AS "inSeconds", attempts, state
       FROM outbox WHERE job = 'test.tick'`,
  );
const nextInAnHour = () =>
  eventually(async () => {
    const rows = await tickRow();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ attempts: 0, state: 'waiting' });
    expect(rows[0]?.inSeconds).toBeGreaterThan(3_590);
    expect(rows[0]?.inSeconds).toBeLessThanOrEqual(3_600);
  });

it('is started once by any number of workers, and leaves one successor', async () => {
  const processes = await Promise.all([boot(), boot(), boot()]);
  await Promise.all(
    processes.map(({ app }) => app.get(RecurringJobs, { strict: false }).ensureAll()),
  );
  expect(await tickRow()).toHaveLength(1);
  for (const process of processes) process.start();
  await nextInAnHour();
  expect(await bench.effects()).toEqual(['tick']);
  // A restart does not run it early.
  await processes[0].app.get(RecurringJobs, { strict: false }).ensureAll();
  await nextInAnHour();
});

it('comes sooner where a new build shortens its interval', async () => {
  const { app } = await boot();
  const recurring = app.get(RecurringJobs, { strict: false });
  await recurring.ensureRecurring(tick, 3_600);
  await bench.database.sql(`UPDATE outbox SET available_at = clock_now() + interval '1 day'`);
  await recurring.ensureRecurring(tick, 60);
  expect((await tickRow())[0]?.inSeconds).toBeLessThanOrEqual(60);
});

it('is never dead: after its last try it waits for its next time', async () => {
  const process = await boot();
  let tries = 0;
  process.script.inside = async () => {
    tries += 1;
    throw new Error('no luck');
  };
  await process.app.get(RecurringJobs, { strict: false }).ensureAll();
  process.start();
  await nextInAnHour();
  expect(tries).toBe(2);
});

it('deletes expired idempotency keys and rate limits, and leaves the others', async () => {
  await bench.database.sql(`
    INSERT INTO idempotency_key (scope, key_hash, input_hash, response, expires_at)
    SELECT 'test', int4send(n), '\\x00', '{}',
           clock_now() + CASE WHEN n <= 2500 THEN interval '-1 second' ELSE interval '1 hour' END
      FROM generate_series(1, 2510) AS n`);
  await bench.database.sql(`
    INSERT INTO rate_limit (key, points, expire)
    VALUES ('old', 1, 1000), ('current', 1, extract(epoch FROM clock_now() + interval '1 hour') * 1000)`);
  const process = await boot();
  await process.app.get(RecurringJobs, { strict: false }).ensureRecurring(purgeExpired, 600);
  process.start();
  await eventually(async () => {
    expect(
      await bench.database.sql('SELECT count(*)::integer AS kept FROM idempotency_key'),
    ).toEqual([{ kept: 10 }]);
    expect(await bench.database.sql('SELECT key FROM rate_limit')).toEqual([{ key: 'current' }]);
    expect(await bench.rows()).toMatchObject([{ id: recurringId(purgeExpired), attempts: 0 }]);
  });
});
