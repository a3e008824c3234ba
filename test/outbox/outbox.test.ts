import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { currentRequestId } from '../../src/platform/http/request-context.js';
import { Database } from '../../src/platform/database/database.js';
import { OutboxStatusRepository } from '../../src/platform/outbox/outbox-status.repository.js';
import { PermanentJobError } from '../../src/platform/queue/job.js';
import {
  BACKENDS,
  Bench,
  eventually,
  gate,
  insideJob,
  outsideJob,
  silentJob,
} from './outbox.fixture.js';

describe.each(BACKENDS)('jobs through the outbox on $backend', ({ backend }) => {
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

  it('runs a job whose transaction has committed, and leaves none of one that rolled back', async () => {
    const process = await bench.boot();
    await expect(
      process.database.transaction(async (manager) => {
        await process.outbox.enqueue(manager, insideJob, { key: 'rolled back' });
        throw new Error('the cause failed');
      }),
    ).rejects.toThrow('the cause failed');
    expect(await bench.rows()).toEqual([]);

    await process.enqueue(insideJob, 'committed');
    process.start();
    await expectDone('committed');
  });

  it('runs a job at once after ring(), long before the next look', async () => {
    const process = await bench.boot({ settings: { pollMilliseconds: 60_000 } });
    process.start();
    await eventually(() => expect(process.worker.ready).toBe(true));
    await process.enqueue(insideJob, 'rung');
    process.outbox.ring();
    await expectDone('rung');
  });

  it('runs the same job in the queue that the caller chose, and not before its time', async () => {
    const process = await bench.boot();
    const inAnHour = new Date(Date.now() + 3_600_000);
    await process.enqueue(insideJob, 'later', { availableAt: inAnHour });
    await process.enqueue(insideJob, 'bulk', { queue: 'bulk' });
    process.start();
    await eventually(async () => expect(await bench.effects()).toEqual(['bulk']));
    expect(await process.app.get(OutboxStatusRepository).queues()).toMatchObject([
      { queue: 'receipts', delayed: 0 },
      { queue: 'notices', delayed: 1, waiting: 0, leased: 0, dead: 0, oldestAgeSeconds: null },
      { queue: 'reminders', delayed: 0 },
      { queue: 'bulk', delayed: 0, leased: 0 },
    ]);
  });

  it('never runs what was cancelled, even when it is in the queue already', async () => {
    const process = await bench.boot();
    const id = await process.enqueue(insideJob, 'cancelled');
    await process.relay.pass('notices');
    await process.database.transaction((manager) => process.outbox.cancel(manager, [id]));
    await process.enqueue(insideJob, 'kept');
    process.start();
    await expectDone('kept');
    expect(process.script.calls).toEqual(['handle']);
  });

  it('carries the id of the request that caused the job into its handler', async () => {
    const process = await bench.boot();
    const heard: (string | undefined)[] = [];
    process.script.inside = async () => void heard.push(currentRequestId());
    process.script.begin = async (_, data) => {
      heard.push(currentRequestId());
      return data;
    };
    process.script.perform = async () => void heard.push(currentRequestId());
    await process.enqueue(insideJob, 'a', { requestId: 'request-0001' });
    process.start();
    await eventually(async () => expect(await bench.rows()).toEqual([]));
    await process.enqueue(outsideJob, 'b', { requestId: 'request-0002' });
    await expectDone('b');
    expect(heard).toEqual(['request-0001', 'request-0002', 'request-0002']);
  });

  it('commits the effect of an inside job together with its end, or neither', async () => {
    const process = await bench.boot();
    let tries = 0;
    process.script.inside = async (manager, { key }) => {
      await process.script.effect(manager, `${key} ${(tries += 1)}`);
      if (tries < 3) throw new Error('after the effect');
    };
    await process.enqueue(insideJob, 'try');
    process.start();
    await expectDone('try 3');
  });

  it('tries a failing job again later and later, then leaves it dead with the reason', async () => {
    const process = await bench.boot();
    process.script.inside = async () => {
      throw new Error('no such mailbox: someone@example.org\nat line two');
    };
    const id = await process.enqueue(insideJob, 'failing');
    process.start();
    await eventually(async () =>
      expect(await bench.rows()).toEqual([
        { id, state: 'dead', attempts: 3, leased: false, last_error: 'no such mailbox: [email]' },
      ]),
    );
    expect(process.script.calls).toHaveLength(3);

    // A human mends the cause and has it tried again: it has all its tries, and its id is no hindrance.
    const status = process.app.get(OutboxStatusRepository);
    expect(await status.dead({ limit: 10 })).toMatchObject([
      { id, attempts: 3, job: 'test.inside' },
    ]);
    process.script.inside = (manager, { key }) => process.script.effect(manager, key);
    const retry = () =>
      process.app.get(Database).transaction((manager) => status.retry(manager, id));
    expect(await retry()).toBe(true);
    expect(await retry()).toBe(false);
    await expectDone('failing');
  });

  it('tells the handler of every failure, and which one is final', async () => {
    const process = await bench.boot();
    process.script.perform = async () => {
      throw new Error('provider is away');
    };
    await process.enqueue(outsideJob, 'x');
    process.start();
    await eventually(async () => expect(await bench.rows()).toMatchObject([{ state: 'dead' }]));
    const plan = { key: 'x' };
    const message = 'provider is away';
    expect(process.script.failures).toEqual([
      { final: false, plan, message },
      { final: false, plan, message },
      { final: true, plan, message },
    ]);
  });

  it('ends a permanent failure at once where the handler deals with it, else leaves it dead', async () => {
    const process = await bench.boot();
    process.script.perform = async () => {
      throw new PermanentJobError('the address does not exist');
    };
    await process.enqueue(outsideJob, 'dealt with');
    const left = await process.enqueue(silentJob, 'not dealt with');
    process.start();
    await eventually(async () =>
      expect(await bench.rows()).toMatchObject([
        { id: left, state: 'dead', attempts: 1, last_error: 'the address does not exist' },
      ]),
    );
    expect(process.script.failures).toMatchObject([{ final: true }]);
  });

  it('leaves a job whose data no longer fits its definition dead, naming the field', async () => {
    const process = await bench.boot();
    await bench.database.sql(
      `INSERT INTO outbox (id, queue, job, data)
       VALUES (gen_random_uuid(), 'notices', 'test.without-fail', '{"key": 7}')`,
    );
    process.start();
    await eventually(async () => expect(await bench.rows()).toMatchObject([{ state: 'dead' }]));
    expect((await bench.rows())[0]?.last_error).toContain('key invalid_type');
    expect(process.script.calls).toEqual([]);
  });

  it('stops without an effect where begin says so, and puts off without counting a try', async () => {
    const process = await bench.boot();
    process.script.begin = async () => 'stop';
    await process.enqueue(outsideJob, 'unwanted');
    process.start();
    await expectDone();

    const until = new Date(Date.now() + 3_600_000);
    process.script.begin = async () => ({ postponeUntil: until });
    await process.enqueue(outsideJob, 'night');
    await eventually(async () =>
      expect(
        await bench.database.sql('SELECT available_at, attempts, lease_until FROM outbox'),
      ).toEqual([{ available_at: until, attempts: 0, lease_until: null }]),
    );
    expect(process.script.calls).toEqual(['begin', 'begin']);
  });

  it('has no transaction open while an outside effect is performed', async () => {
    const process = await bench.boot();
    const performing = gate();
    process.script.perform = () => performing.opened;
    await process.enqueue(outsideJob, 'sent');
    process.start();
    await eventually(() => expect(process.script.calls).toEqual(['begin', 'perform']));
    // The lock is let go, and what begin wrote is committed.
    await bench.database.sql('SELECT FROM outbox FOR UPDATE NOWAIT');
    expect(await bench.rows()).toMatchObject([{ attempts: 1, leased: true }]);
    performing.open();
    await expectDone('sent');
  });

  it('begins again where a run never came back, and a run that was overtaken counts for nothing', async () => {
    const process = await bench.boot();
    const { script } = process;
    const stuck = gate();
    let runs = 0;
    script.perform = () => ((runs += 1) === 1 ? stuck.opened : Promise.resolve());
    await process.enqueue(outsideJob, 'mail');
    process.start();
    await expectDone('mail');
    expect(script.calls).toEqual(['begin', 'perform', 'begin', 'perform', 'finish']);

    // The first run wakes up again: its row is gone, and nothing is finished twice.
    stuck.open();
    await process.app.close();
    expect(script.calls).toEqual(['begin', 'perform', 'begin', 'perform', 'finish']);
    expect(await bench.effects()).toEqual(['mail']);
  });

  it('gives up on a job during which the process dies every time', async () => {
    const process = await bench.boot();
    const id = await process.enqueue(outsideJob, 'poison');
    // Three runs began and none came back.
    await bench.database.sql('UPDATE outbox SET attempts = 3');
    process.start();
    await eventually(async () =>
      expect(await bench.rows()).toMatchObject([{ id, state: 'dead', attempts: 3 }]),
    );
    expect(process.script.calls).toEqual(['fail']);
    expect(process.script.failures).toMatchObject([{ final: true }]);
  });

  it('lets one of two runs of a stalled job through, inside and outside', async () => {
    const [one, other] = [await bench.boot(), await bench.boot()];
    const inside = { outboxId: await one.enqueue(insideJob, 'inside'), attempts: 0 };
    await Promise.all([
      one.runner.run('test.inside', inside),
      other.runner.run('test.inside', inside),
    ]);
    expect([...one.script.calls, ...other.script.calls]).toEqual(['handle']);

    const sending = gate();
    for (const { script } of [one, other]) script.perform = () => sending.opened;
    const outside = { outboxId: await one.enqueue(outsideJob, 'outside'), attempts: 0 };
    const runs = [one, other].map(({ runner }) => runner.run('test.outside', outside));
    // The second begins while the first is still sending: it ends at once.
    await Promise.race(runs);
    sending.open();
    await Promise.all(runs);
    const calls = [...one.script.calls, ...other.script.calls];
    expect(calls.filter((call) => call === 'perform')).toHaveLength(1);
    expect(await bench.effects()).toEqual(['inside', 'outside']);
  });
});
