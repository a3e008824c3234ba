import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  BACKENDS,
  Bench,
  eventually,
  gate,
  insideJob,
  outsideJob,
} from '../outbox/outbox.fixture.js';

describe.each(BACKENDS)('shutting down on $backend', ({ backend }) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await Bench.open(backend);
  });
  afterEach(() => bench.clear());
  afterAll(() => bench.close());

  it('claims nothing more, lets the running job finish and record itself, then closes', async () => {
    const process = await bench.boot();
    const sending = gate();
    process.script.perform = () => sending.opened;
    await process.enqueue(outsideJob, 'running');
    process.start();
    await eventually(() => expect(process.script.calls).toEqual(['begin', 'perform']));

    let closed = false;
    const closing = process.app.close().then(() => (closed = true));
    await eventually(() => expect(process.worker.ready).toBe(false));
    const other = await bench.boot();
    const late = await other.enqueue(insideJob, 'late');
    other.outbox.ring();
    expect(closed).toBe(false);

    sending.open();
    await closing;
    // The database was still there for the last step, and the late row is nobody's yet.
    expect(process.script.calls).toEqual(['begin', 'perform', 'finish']);
    expect(await bench.effects()).toEqual(['running']);
    expect(await bench.rows()).toMatchObject([{ id: late, leased: false, attempts: 0 }]);
  });

  it('waits no longer than it was told to, and the job is taken up by another', async () => {
    const process = await bench.boot({ environment: { SHUTDOWN_SECONDS: '1' } });
    const stuck = gate();
    process.script.perform = () => stuck.opened;
    await process.enqueue(outsideJob, 'stuck');
    process.start();
    await eventually(() => expect(process.script.calls).toEqual(['begin', 'perform']));
    await process.app.close();

    const next = await bench.boot();
    next.start();
    await eventually(async () => expect(await bench.effects()).toEqual(['stuck']));
    stuck.open();
  });

  it('is quick where nothing runs', async () => {
    const process = await bench.boot();
    process.start();
    await eventually(() => expect(process.worker.ready).toBe(true));
    const before = performance.now();
    await process.app.close();
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});
