import { applicationEnvironment } from './application-environment.js';
import type { BenchCluster, BenchDatabase } from './bench-cluster.js';
import type { BenchSettings } from './bench-settings.js';
import { type ChildProgram, startProgram } from './child-program.js';
import { joinPosts } from './join-posts.js';
import { type LoadPlan, median } from './load.js';
import { measure, type Round, summarise, type Summary } from './measured.js';

const WARM_UP_SECONDS = 3;

/** A program with the database it writes to, and what runs beside it while it is measured. */
interface Contestant {
  readonly name: string;
  readonly database: BenchDatabase;
  readonly program: ChildProgram;
  readonly nextBody: () => string;
  readonly beside?: () => Promise<ChildProgram>;
  readonly rounds: Round[];
  /** Where a worker runs beside it: what it sent while the load lasted, round by round. */
  readonly mailsPerSecond: number[];
}

/**
 * Joins per second: the bare program, the application's API alone, and the whole application with
 * its worker sending the mails meanwhile. Each has a database of its own in one cluster; rounds
 * alternate, so that a slow moment of the machine meets all of them.
 */
export async function benchJoins(
  cluster: BenchCluster,
  settings: BenchSettings,
): Promise<{ summaries: Summary[]; mailsPerSecond: number }> {
  const programs: ChildProgram[] = [];
  const start = async (plan: Parameters<typeof startProgram>[0]): Promise<ChildProgram> => {
    const program = await startProgram(plan);
    programs.push(program);
    return program;
  };
  try {
    const sink = await start({
      name: 'mail sink',
      script: 'dist/bench/mail-sink.js',
      environment: {},
    });
    const contestants = await startContestants(cluster, settings, sink, start);
    const post = (contestant: Contestant, seconds: number): LoadPlan => ({
      url: contestant.program.url,
      method: 'POST',
      paths: ['/v1/join'],
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      nextBody: contestant.nextBody,
      expectedStatus: 201,
      connections: settings.connections,
      seconds,
    });
    for (const contestant of contestants) {
      await round(cluster, contestant, post(contestant, WARM_UP_SECONDS));
      contestant.rounds.length = 0;
      contestant.mailsPerSecond.length = 0;
    }
    for (let count = 0; count < settings.rounds; count += 1) {
      for (const contestant of contestants) {
        await round(cluster, contestant, post(contestant, settings.seconds));
      }
    }
    await assertSameRows(contestants);
    return {
      summaries: contestants.map(({ name, rounds }) => summarise(name, rounds)),
      mailsPerSecond: median(contestants.at(-1)?.mailsPerSecond ?? []),
    };
  } finally {
    await Promise.all(programs.map((program) => program.stop()));
  }
}

async function startContestants(
  cluster: BenchCluster,
  { poolSize }: BenchSettings,
  sink: ChildProgram,
  start: (plan: Parameters<typeof startProgram>[0]) => Promise<ChildProgram>,
): Promise<Contestant[]> {
  const smtpUrl = sink.url.replace(/^http/, 'smtp');
  const bare = await cluster.createDatabase('bench_bare');
  const alone = await cluster.createDatabase('bench_alone');
  const whole = await cluster.createDatabase('bench_whole');
  const environment = (database: BenchDatabase) =>
    applicationEnvironment({ databaseUrl: database.url, smtpUrl, poolSize });
  const startApi = (name: string, database: BenchDatabase) =>
    start({
      name,
      script: 'dist/src/main.js',
      environment: environment(database),
      readyPath: '/health/ready',
    });
  return [
    {
      name: 'bare Fastify + pg',
      database: bare,
      program: await start({
        name: 'bare',
        script: 'dist/bench/bare/join-server.js',
        environment: {
          NODE_ENV: 'production',
          DATABASE_URL: bare.superuserUrl,
          DATABASE_POOL_SIZE: String(poolSize),
        },
        readyPath: '/health/ready',
      }),
      nextBody: joinPosts(1),
      rounds: [],
      mailsPerSecond: [],
    },
    {
      name: 'API, worker stopped',
      database: alone,
      program: await startApi('api', alone),
      nextBody: joinPosts(2),
      rounds: [],
      mailsPerSecond: [],
    },
    {
      name: 'API and worker',
      database: whole,
      program: await startApi('api with worker', whole),
      nextBody: joinPosts(3),
      beside: () =>
        startProgram({
          name: 'worker',
          script: 'dist/src/worker.js',
          environment: environment(whole),
          portSetting: 'WORKER_PORT',
          readyPath: '/health/ready',
        }),
      rounds: [],
      mailsPerSecond: [],
    },
  ];
}

async function round(cluster: BenchCluster, contestant: Contestant, plan: LoadPlan): Promise<void> {
  await cluster.checkpoint();
  const beside = await contestant.beside?.();
  try {
    const sentBefore = await sentMails(contestant.database);
    const began = performance.now();
    const found = await measure(plan, {
      program: [contestant.program.pid],
      database: () => cluster.processIds(),
    });
    contestant.rounds.push(found);
    const seconds = (performance.now() - began) / 1000;
    const sent = (await sentMails(contestant.database)) - sentBefore;
    if (beside !== undefined) contestant.mailsPerSecond.push(sent / seconds);
  } finally {
    await beside?.stop();
  }
}

/** What one join leaves behind; the worker takes from the outbox, so that is compared elsewhere. */
const TABLES = [
  'idempotency_key',
  'person',
  'contact_point',
  'consent_event',
  'allocation',
  'join_submission',
  'join_submission_handling',
  'follow_up',
  'message',
  'outbox',
];

/** @throws Error where the bare program writes other rows than the application: no ceiling then. */
async function assertSameRows([bare, application]: readonly Contestant[]): Promise<void> {
  if (bare === undefined || application === undefined) return;
  const [expected, found] = [
    await rowsPerJoin(application.database),
    await rowsPerJoin(bare.database),
  ];
  if (expected === found) return;
  throw new Error(`The bare program is no ceiling. Rows per join: ${found} instead of ${expected}`);
}

async function rowsPerJoin(database: BenchDatabase): Promise<string> {
  const counts = TABLES.map((table) => {
    const where =
      // Not the recurring work of the worker, whose rows have ids of another version.
      table === 'outbox' ? 'WHERE uuid_extract_version(id) <> 5' : '';
    return `'${table}', (SELECT count(*) FROM ${table} ${where})::float8 / (SELECT count(*) FROM join_submission)`;
  });
  const [row] = await database.sql<{ counts: object }>(
    `SELECT json_build_object(${counts.join(', ')}) AS counts`,
  );
  return JSON.stringify(row?.counts);
}

async function sentMails(database: BenchDatabase): Promise<number> {
  const [row] = await database.sql<{ sent: number }>(
    `SELECT count(*)::integer AS sent FROM message WHERE state = 'sent'`,
  );
  return row?.sent ?? 0;
}
