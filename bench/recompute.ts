import { OrganiserAccounts } from '../src/organisers/organiser-accounts.js';
import { ownerDataSource } from '../src/platform/database/owner-data-source.js';
import { applicationEnvironment } from './application-environment.js';
import type { BenchCluster, BenchDatabase } from './bench-cluster.js';
import type { BenchSettings } from './bench-settings.js';
import { startProgram } from './child-program.js';
import { processorTimes, secondsBetween } from './processor-time.js';
import { residentMemory } from './resident-memory.js';
import { seedPeople } from './seed-people.js';
import { until } from './until.js';

const FEW = 10_000;
/** A young process holds less than it will: the few are gone through this often besides. */
const FURTHER_RUNS_OVER_FEW = 10;
/** Where people live: in branches, where a region has its nearest one, and where nobody covers. */
const POSTCODES = (
  'M14 5RX,M1 1AE,M5 4WT,L1 8JQ,LS1 1UR,S1 2HH,HU1 3UZ,NE1 7RU,B1 1BB,NG1 5FS,NR2 1TF,E17 4RT,' +
  'N15 4BN,W12 8QT,SE6 4RU,CF10 1EP,BS1 5TR,PL1 2AA,OX1 1BX,BN1 1EE,LD1 5DL,BT1 5GS,EX1 1HS,JE2 3AB'
).split(',');

/** One run over everybody. */
export interface RunFigures {
  readonly people: number;
  readonly run: string;
  readonly moved: number;
  readonly seconds: number;
  readonly peoplePerSecond: number;
  /** Milliseconds of processor time for a thousand people: of the worker, and of PostgreSQL. */
  readonly workerMs: number;
  readonly databaseMs: number;
}

/** All runs over few people and over many, and what the worker held in memory at most. */
export interface RecomputeFigures {
  readonly runs: readonly RunFigures[];
  readonly fewPeakMb: number;
  readonly manyPeakMb: number;
  /** People who have not exactly one allocation at the end, or are kept by another unit. */
  readonly misplaced: number;
}

/**
 * Dry runs and recomputes over ten thousand and over many people: first after everybody was put
 * anywhere, so that nearly all move, then after one rule has moved. One worker, nothing beside it.
 */
export async function benchRecompute(
  cluster: BenchCluster,
  settings: BenchSettings,
): Promise<RecomputeFigures> {
  const few = await measureRuns(cluster, settings, FEW);
  const many = await measureRuns(cluster, settings, settings.people);
  return {
    runs: [...few.runs, ...many.runs],
    fewPeakMb: few.peakMb,
    manyPeakMb: many.peakMb,
    misplaced: few.misplaced + many.misplaced,
  };
}

async function measureRuns(
  cluster: BenchCluster,
  { poolSize }: BenchSettings,
  people: number,
): Promise<{ runs: RunFigures[]; peakMb: number; misplaced: number }> {
  const database = await cluster.createDatabase(`bench_recompute_${people}`);
  await seedPeople(database, people);
  await spreadOut(database);
  const sink = await startProgram({
    name: 'mail sink',
    script: 'dist/bench/mail-sink.js',
    environment: {},
  });
  const environment = applicationEnvironment({
    databaseUrl: database.url,
    smtpUrl: sink.url.replace(/^http/, 'smtp'),
    poolSize,
  });
  const [api, worker] = [
    await startProgram({
      name: 'api',
      script: 'dist/src/main.js',
      environment,
      readyPath: '/health/ready',
    }),
    await startProgram({
      name: 'worker',
      script: 'dist/src/worker.js',
      environment,
      portSetting: 'WORKER_PORT',
      readyPath: '/health/ready',
    }),
  ];
  try {
    const office = await signIn(api.url, database);
    const runs: RunFigures[] = [];
    const measure = async (name: string, path: string, body: object): Promise<string> => {
      await cluster.checkpoint();
      const pids = await cluster.processIds();
      const before = [await processorTimes([worker.pid]), await processorTimes(pids)] as const;
      const { id } = await office.post(path, body);
      await untilOver(database, id);
      const after = [await processorTimes([worker.pid]), await processorTimes(pids)] as const;
      const { state, error, seen, moved, seconds } = await runOf(database, id);
      if (state !== 'finished') throw new Error(`${name} ended ${state}: ${error}`);
      const thousands = seen / 1_000;
      runs.push({
        people,
        run: name,
        moved,
        seconds,
        peoplePerSecond: seen / seconds,
        workerMs: (secondsBetween(before[0], after[0]) * 1_000) / thousands,
        databaseMs: (secondsBetween(before[1], after[1]) * 1_000) / thousands,
      });
      return id;
    };
    const all = await measure('dry run, nearly all move', 'coverage-rules/dry-run', {});
    await measure('recompute, nearly all move', 'allocations/recompute', { dryRunId: all });
    const add = [{ unitId: await unitId(database, 'swansea'), code: 'CF10' }];
    const some = await measure('dry run, a few move', 'coverage-rules/dry-run', { add });
    await measure('recompute, a few move', 'allocations/recompute', { dryRunId: some });
    const further = people === FEW ? FURTHER_RUNS_OVER_FEW : 0;
    for (let count = 0; count < further; count += 1) {
      const { id } = await office.post('coverage-rules/dry-run', { add: [] });
      await untilOver(database, id);
    }
    const { peakMb } = await residentMemory(worker.pid);
    return { runs, peakMb, misplaced: await misplacedIn(database) };
  } finally {
    await Promise.all([api, worker, sink].map((program) => program.stop()));
  }
}

/** Gives everybody a home of their own choice, wherever the seed has allocated them. */
async function spreadOut(database: BenchDatabase): Promise<void> {
  await database.sql(
    `UPDATE person SET postcode = ($1::text[])[1 + abs(hashtext(id::text)) % cardinality($1::text[])]`,
    [POSTCODES],
  );
  await database.sql('VACUUM ANALYZE');
}

/** Signs in as the national office. */
async function signIn(apiUrl: string, database: BenchDatabase) {
  const password = 'a password for benchmarks only';
  const email = 'bench@example.org';
  const source = await ownerDataSource(database.superuserUrl);
  try {
    const accounts = new OrganiserAccounts(source.manager);
    await accounts.create({ email, name: 'Bench', role: 'national_administrator', password });
  } finally {
    await source.destroy();
  }
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${apiUrl}/v1/admin/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${text}`);
    return JSON.parse(text) as { id: string; token: string };
  };
  const { token } = await post('sessions', { email, password });
  return {
    post: (path: string, body: object) => post(path, body, { authorization: `Bearer ${token}` }),
  };
}

/** Waits for a run however long it takes, as long as it moves on. */
async function untilOver(database: BenchDatabase, id: string): Promise<void> {
  for (;;) {
    const before = await runOf(database, id);
    if (before.state !== 'running') return;
    await until(async () => {
      const { state, seen } = await runOf(database, id);
      return state !== 'running' || seen > before.seen;
    });
  }
}

async function runOf(database: BenchDatabase, id: string) {
  const [run] = await database.sql<{
    state: string;
    error: string | null;
    seen: number;
    moved: number;
    seconds: number;
  }>(
    `SELECT state, error, seen, moved,
            extract(epoch FROM finished_at - created_at)::float8 AS seconds
       FROM allocation_run WHERE id = $1`,
    [id],
  );
  if (run === undefined) throw new Error('There is no such run.');
  return run;
}

async function unitId(database: BenchDatabase, slug: string): Promise<string> {
  const [unit] = await database.sql<{ id: string }>(
    `SELECT id FROM unit WHERE kind = 'branch' AND slug = $1`,
    [slug],
  );
  if (unit === undefined) throw new Error(`There is no branch ${slug}.`);
  return unit.id;
}

async function misplacedIn(database: BenchDatabase): Promise<number> {
  const [row] = await database.sql<{ misplaced: number }>(
    `SELECT count(*)::integer AS misplaced FROM (
       SELECT p.id FROM person p
         LEFT JOIN allocation a ON a.person_id = p.id AND a.valid_until IS NULL
        GROUP BY p.id HAVING count(a.id) <> 1 OR min(a.unit_id::text) <> p.unit_id::text) found`,
  );
  return row?.misplaced ?? Number.NaN;
}
