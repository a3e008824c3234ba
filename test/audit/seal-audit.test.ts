import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sealAudit } from '../../src/audit/seal-audit.definition.js';
import { verifyAudit } from '../../src/audit/verify-audit.js';
import { ownerDataSource } from '../../src/platform/database/owner-data-source.js';
import { Metrics } from '../../src/platform/metrics/metrics.js';
import { recurringId, RecurringJobs } from '../../src/platform/outbox/recurring.js';
import { DutyBench } from '../follow-ups/duty-bench.js';

let bench: DutyBench;
beforeAll(async () => {
  bench = await DutyBench.open({ TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(() => bench.close());

const verify = async () => {
  const owner = await ownerDataSource(bench.database.ownerUrl);
  try {
    return await verifyAudit(owner.manager);
  } finally {
    await owner.destroy();
  }
};
const waitingSeconds = async () =>
  Number(
    /^branchline_audit_waiting_seconds (\S+)$/m.exec(
      await bench.worker.get(Metrics, { strict: false }).registry.metrics(),
    )?.[1],
  );

it('seals what a duty link did, and from where, and leaves its successor a minute later', async () => {
  const { path } = await bench.giveDuty({ unit: bench.organisation.units.cardiff });
  await request(bench.url).get(path).set('X-Forwarded-For', '198.51.100.9').expect(200);
  expect(
    await bench.database.sql(
      'SELECT actor_kind AS kind, host(address) AS address FROM audit_event',
    ),
  ).toContainEqual({ kind: 'duty_link', address: '198.51.100.9' });
  await bench.database.turnClock('90 seconds');
  expect(await waitingSeconds()).toBeGreaterThanOrEqual(90);
  expect((await verify()).waiting.count).toBeGreaterThan(0);

  await bench.worker.get(RecurringJobs, { strict: false }).ensureAll();
  await bench.runJob({ id: recurringId(sealAudit), job: sealAudit.name, attempts: 0 });
  expect(await verify()).toMatchObject({ faults: [], waiting: { count: 0 } });
  expect(await waitingSeconds()).toBe(0);
  const [successor] = await bench.database.sql<{ seconds: number }>(
    `SELECT extract(epoch FROM available_at - clock_now())::float8 AS seconds
       FROM outbox WHERE job = $1`,
    [sealAudit.name],
  );
  expect(successor?.seconds).toBeGreaterThan(50);
  expect(successor?.seconds).toBeLessThanOrEqual(60);
});
