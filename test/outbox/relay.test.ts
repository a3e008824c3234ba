import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Metrics } from '../../src/platform/metrics/metrics.js';
import { QueueAwayError } from '../../src/platform/queue/queue-away.error.js';
import { QueueBackend } from '../../src/platform/queue/queue-backend.js';
import { UnknownJobError } from '../../src/platform/queue/job-runner.js';
import {
  BACKENDS,
  Bench,
  Script,
  TEST_HANDLERS,
  TEST_JOBS,
  eventually,
  insideJob,
} from './outbox.fixture.js';

const CLAIM = { leaseMilliseconds: 1_000, batchSize: 100, limit: 2_000 };

describe.each(BACKENDS)('the relay on $backend', ({ backend }) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await Bench.open(backend);
  });
  afterEach(() => bench.clear());
  afterAll(() => bench.close());

  const expectDone = (...keys: string[]) =>
    eventually(async () => {
      expect(await bench.effects()).toEqual(keys);
      expect(await bench.rows()).toEqual([]);
    });

  const insertMany = (count: number) =>
    bench.database.sql(
      `INSERT INTO outbox (id, queue, job, data)
       SELECT gen_random_uuid(), 'bulk', 'test.inside', jsonb_build_object('key', lpad(n::text, 5, '0'))
         FROM generate_series(1, $1) AS n`,
      [count],
    );

  const takeQueueAway = async () => {
    if (bench.redis !== undefined) await bench.redis.kill();
    else await bench.database.sql('ALTER SCHEMA bullmq RENAME TO away');
  };
  const bringQueueBack = async () => {
    if (bench.redis !== undefined) await bench.redis.restart();
    else await bench.database.sql('ALTER SCHEMA away RENAME TO bullmq');
  };

  it('commits its claim, so that another relay leaves the row alone while the lease lasts', async () => {
    const [one, other] = [await bench.boot(), await bench.boot()];
    const id = await one.enqueue(insideJob, 'a');
    const names = ['test.inside'];
    expect(await one.repository.claim('notices', names, CLAIM)).toMatchObject([
      { id, attempts: 0 },
    ]);
    expect(await bench.rows()).toMatchObject([{ id, leased: true }]);
    expect(await other.repository.claim('notices', names, CLAIM)).toEqual([]);
    // When the lease has run out it is anybody's again.
    await eventually(async () =>
      expect(await other.repository.claim('notices', names, CLAIM)).toMatchObject([{ id }]),
    );
  });

  it('costs one lease when it dies between claiming and handing over', async () => {
    const process = await bench.boot();
    await process.enqueue(insideJob, 'claimed');
    await process.repository.claim('notices', ['test.inside'], CLAIM);
    process.start();
    await expectDone('claimed');
  });

  it('delivers after the lease what a queue that lost everything had been given', async () => {
    const process = await bench.boot();
    await process.enqueue(insideJob, 'flushed');
    await process.relay.pass('notices');
    expect(await process.app.get(QueueBackend, { strict: false }).count('notices')).toBe(1);
    await bench.loseQueue();
    process.start();
    await expectDone('flushed');
    expect(process.script.calls).toEqual(['handle']);
  });

  it('does no harm when it hands over a row again that still waits in the queue', async () => {
    const process = await bench.boot({ settings: { queuedLeaseMilliseconds: 0 } });
    const queue = process.app.get(QueueBackend, { strict: false });
    await process.enqueue(insideJob, 'twice');
    expect(await process.relay.pass('notices')).toBe('some');
    expect(await process.relay.pass('notices')).toBe('some');
    expect(await queue.count('notices')).toBe(1);
    process.worker.start();
    await expectDone('twice');
    expect(process.script.calls).toEqual(['handle']);
  });

  it('hands over every row once when several relays work at once', async () => {
    await insertMany(600);
    const script = new Script();
    const processes = await Promise.all(
      [1, 2, 3].map(() => bench.boot({ script, settings: { queuedLeaseMilliseconds: 30_000 } })),
    );
    const claims = await Promise.all(
      processes.map(({ repository }) => repository.claim('bulk', ['test.inside'], CLAIM)),
    );
    const claimed = claims.flat().map(({ id }) => id);
    expect(new Set(claimed).size).toBe(claimed.length);
    await bench.database.sql('UPDATE outbox SET lease_until = NULL');

    for (const process of processes) process.start();
    await eventually(async () => expect(await bench.rows()).toHaveLength(0));
    const effects = await bench.effects();
    expect(effects).toHaveLength(600);
    expect(new Set(effects).size).toBe(600);
    expect(script.calls).toHaveLength(600);
  });

  it('keeps about 2,000 unfinished rows of a queue in it, and goes on as they are finished', async () => {
    await insertMany(2_300);
    const process = await bench.boot({ settings: { queuedLeaseMilliseconds: 60_000 } });
    const queue = process.app.get(QueueBackend, { strict: false });
    while ((await process.relay.pass('bulk')) === 'more');
    expect(await process.relay.pass('bulk')).toBe('idle');
    expect(await queue.count('bulk')).toBe(2_000);
    // The others do not stand behind it.
    await process.enqueue(insideJob, 'receipt', { queue: 'receipts' });
    expect(await process.relay.pass('receipts')).toBe('some');
    process.start();
    // As rows are finished, those that had to stay outside are claimed.
    await eventually(async () => {
      const outside = (await bench.rows()).filter(({ leased }) => !leased);
      expect(outside.length).toBeLessThan(300);
    });
  });

  it('adds the rows of a refused batch one by one, and lets the bad one die with the reason', async () => {
    const process = await bench.boot();
    await process.enqueue(insideJob, 'good 1');
    // Data is ids: the queue refuses what is larger than 32 KiB, and the whole batch with it.
    const bad = await process.enqueue(insideJob, 'x'.repeat(40_000));
    await process.enqueue(insideJob, 'good 2');
    process.start();
    await eventually(async () => expect(await bench.effects()).toEqual(['good 1', 'good 2']));
    await eventually(async () =>
      expect(await bench.rows()).toMatchObject([{ id: bad, state: 'dead', attempts: 3 }]),
    );
    expect((await bench.rows())[0]?.last_error).toContain('exceeds the limit');
  });

  it('leaves rows of jobs that this build does not know, and shows them as a gauge', async () => {
    const [older, newer] = [
      await bench.boot({ jobs: TEST_JOBS.slice(1), handlers: TEST_HANDLERS.slice(1) }),
      await bench.boot(),
    ];
    const id = await newer.enqueue(insideJob, 'new');
    expect(await older.relay.pass('notices')).toBe('idle');
    const gauge = async ({ app }: typeof older) =>
      (await app.get(Metrics, { strict: false }).registry.metrics())
        .split('\n')
        .filter((line) => line.startsWith('branchline_outbox_unknown_job_rows{'));
    expect(await gauge(older)).toEqual([
      'branchline_outbox_unknown_job_rows{queue="notices",job="test.inside"} 1',
    ]);
    expect(await gauge(newer)).toEqual([]);
    expect(await bench.rows()).toMatchObject([
      { id, attempts: 0, leased: false, state: 'waiting' },
    ]);
  });

  it('throws on an unknown job that reaches a worker, counts no try, and the same id runs elsewhere', async () => {
    const older = await bench.boot({ jobs: TEST_JOBS.slice(1), handlers: TEST_HANDLERS.slice(1) });
    const newer = await bench.boot({ settings: { queuedLeaseMilliseconds: 60_000 } });
    const id = await newer.enqueue(insideJob, 'new');
    await newer.relay.pass('notices');
    older.worker.start();
    // The job fails in the queue; if it were kept there, its id would be ignored from now on.
    await eventually(async () =>
      expect(await bench.rows()).toMatchObject([
        { id, attempts: 0, leased: false, state: 'waiting' },
      ]),
    );
    await expect(older.runner.run('test.inside', { outboxId: id, attempts: 0 })).rejects.toThrow(
      UnknownJobError,
    );
    await older.app.close();
    newer.start();
    await expectDone('new');
  });

  it('gives its leases back and counts no try while the queue is away, then delivers by itself', async () => {
    const process = await bench.boot();
    await process.enqueue(insideJob, 'waits');
    await takeQueueAway();
    try {
      await expect(process.relay.pass('notices')).rejects.toThrow(QueueAwayError);
      expect(await bench.rows()).toMatchObject([{ attempts: 0, leased: false, last_error: null }]);
      process.start();
      // The loop of the relay claims it and gives it back, again and again.
      await eventually(() => expect(process.relay.pass('notices')).rejects.toThrow(QueueAwayError));
      expect(await bench.rows()).toMatchObject([{ attempts: 0, state: 'waiting' }]);
    } finally {
      await bringQueueBack();
    }
    await expectDone('waits');
  });

  it('hears again after its LISTEN connection was lost, and looks at what came meanwhile', async () => {
    const process = await bench.boot({ settings: { pollMilliseconds: 600_000 } });
    process.start();
    await eventually(() => expect(process.worker.ready).toBe(true));
    const listeners = () =>
      bench.database.sql<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity
          WHERE datname = current_database() AND query = 'LISTEN branchline_outbox'`,
      );
    const [before] = await eventually(async () => {
      const found = await listeners();
      expect(found).toHaveLength(1);
      return found;
    });
    await bench.database.sql('SELECT pg_terminate_backend($1)', [before?.pid]);
    // Committed while nobody listens, and never rung for.
    await process.enqueue(insideJob, 'a meanwhile');
    await eventually(async () => {
      const [after] = await listeners();
      expect(after?.pid).toBeDefined();
      expect(after?.pid).not.toBe(before?.pid);
    });
    await expectDone('a meanwhile');
    await process.enqueue(insideJob, 'b afterwards');
    process.outbox.ring();
    await expectDone('a meanwhile', 'b afterwards');
  });

  it('goes on when every connection of the process was cut at once', async () => {
    const process = await bench.boot();
    process.start();
    await eventually(() => expect(process.worker.ready).toBe(true));
    await bench.database.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await eventually(() => process.enqueue(insideJob, 'afterwards'));
    await eventually(async () => expect(await bench.effects()).toContain('afterwards'));
  });
});
