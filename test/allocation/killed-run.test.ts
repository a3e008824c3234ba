import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { projectRoot } from '../../src/platform/project-root.js';
import { makeDuty } from '../factories/duties.js';
import { MovesStage } from './moves-stage.js';
import { faultsOfAllocations, makePeople } from './people-in-bulk.js';

const PEOPLE = 4_100;
const QUARTER = PEOPLE / 4;
/** The worker as it is, but for its leases: what a killed one left comes back within seconds. */
const WORKER = join(projectRoot, 'dist', 'test', 'faults', 'short-leases-worker.js');

let stage: MovesStage;
const workers: ChildProcess[] = [];
beforeAll(async () => {
  if (!existsSync(WORKER)) throw new Error('Build first: npx tsc -p tsconfig.bench.json');
  stage = await MovesStage.open();
  await makePeople(stage, PEOPLE);
});
afterAll(async () => {
  for (const worker of workers) await kill(worker);
  await stage.close();
});

function startWorker(): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  const worker = spawn(process.execPath, [WORKER], {
    cwd: projectRoot,
    stdio: 'ignore',
    env: {
      PATH,
      HOME,
      NODE_ENV: 'test',
      WORKER_PORT: '0',
      PUBLIC_URL: 'http://localhost:3000',
      DATABASE_URL: stage.database.url,
      DATABASE_POOL_SIZE: '4',
      SMTP_URL: stage.smtp.url,
      LINK_SECRET: 'a secret for tests only, 32 characters',
      LOG_LEVEL: 'silent',
      FAULTS_PACE: '1',
    },
  });
  workers.push(worker);
  return worker;
}

async function kill(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const ended = once(worker, 'exit');
  worker.kill('SIGKILL');
  await ended;
}

async function run(id: string) {
  const { body } = await stage.admin('national').get(`allocation-runs/${id}`).expect(200);
  return body;
}

it('a recompute whose worker is killed in the middle of a slice goes on, and moves nobody twice', async () => {
  const { units } = stage.organisation;
  const { body: shown } = await stage
    .admin('national')
    .post('coverage-rules/dry-run', { add: [{ unitId: units.swansea.id, code: 'CF10' }] })
    .expect(202);
  await stage.runDueJobs();

  // A duty about somebody of the second slice, which is held: the slice has written nearly all.
  const duty = await makeDuty(stage.database, { unit: units.cardiff });
  const mover = '01980000-1000-7000-8000-000000000bb8'; // n = 3000
  await stage.database.sql('UPDATE follow_up SET person_id = $2 WHERE id = $1', [duty.id, mover]);
  const holder = new Client({ connectionString: stage.database.ownerUrl });
  holder.on('error', () => undefined);
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM follow_up WHERE id = $1 FOR UPDATE', [duty.id]);

  const { body: begun } = await stage
    .admin('national')
    .post('allocations/recompute', { dryRunId: shown.id })
    .expect(202);
  const first = startWorker();
  await vi.waitFor(
    async () => {
      const waiting = await stage.database.sql(
        `SELECT FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect([waiting.length, (await run(begun.id)).progress.seen]).toEqual([1, 2_000]);
    },
    { timeout: 30_000, interval: 50 },
  );
  await kill(first);
  await holder.query('ROLLBACK');
  await holder.end();

  // The first slice is kept whole, the second has never been.
  await vi.waitFor(
    async () => {
      const open = await stage.database.sql(
        `SELECT FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'branchline'
            AND xact_start IS NOT NULL AND pid <> pg_backend_pid()`,
      );
      expect(open).toEqual([]);
    },
    { timeout: 10_000, interval: 50 },
  );
  expect(await run(begun.id)).toMatchObject({ state: 'running', progress: { seen: 2_000 } });
  expect(await stage.allocations(mover)).toMatchObject([{ unit: 'cardiff', current: true }]);
  expect(await faultsOfAllocations(stage)).toEqual([]);

  startWorker();
  await vi.waitFor(async () => expect((await run(begun.id)).state).toBe('finished'), {
    timeout: 40_000,
    interval: 100,
  });
  expect(await run(begun.id)).toMatchObject({
    progress: { seen: PEOPLE, total: PEOPLE },
    counts: { moved: QUARTER, dutiesMoved: 1 },
    moves: [{ from: { slug: 'cardiff' }, to: { slug: 'swansea' }, people: QUARTER, duties: 1 }],
  });
  expect(await faultsOfAllocations(stage)).toEqual([]);
  const [counted] = await stage.database.sql(
    `SELECT (SELECT count(*)::integer FROM allocation WHERE valid_until IS NOT NULL) AS ended,
            (SELECT count(*)::integer FROM allocation) AS all,
            (SELECT count(*)::integer FROM allocation_run_person WHERE run_id = $1) AS listed,
            (SELECT count(*)::integer FROM message WHERE allocation_run_id = $1) AS told`,
    [begun.id],
  );
  expect(counted).toEqual({ ended: QUARTER, all: PEOPLE + QUARTER, listed: QUARTER, told: 2 });
}, 120_000);
