import { applicationEnvironment } from './application-environment.js';
import type { BenchCluster, BenchDatabase } from './bench-cluster.js';
import type { BenchSettings } from './bench-settings.js';
import { type ChildProgram, startProgram } from './child-program.js';
import { joinPosts } from './join-posts.js';
import { load } from './load.js';
import { processorTimes, secondsBetween } from './processor-time.js';
import { until } from './until.js';

/** How a worker got through a backlog of mails. */
export interface MailFigures {
  readonly queue: string;
  readonly mails: number;
  readonly perSecond: number;
  /** Milliseconds of processor time for each mail: of the worker, and of PostgreSQL. */
  readonly workerMs: number;
  readonly databaseMs: number;
}

/**
 * Mails per second: joins are taken while no worker runs, then one worker sends their mails to an
 * SMTP server that takes everything. Composing, templates, both commits and the queue are all in it.
 */
export async function benchMails(
  cluster: BenchCluster,
  settings: BenchSettings,
  queue: { name: string; url: string | undefined },
): Promise<MailFigures> {
  const database = await cluster.createDatabase(`bench_mails_${queue.name.toLowerCase()}`);
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
    const environment = {
      ...applicationEnvironment({
        databaseUrl: database.url,
        smtpUrl: sink.url.replace(/^http/, 'smtp'),
        poolSize: settings.poolSize,
      }),
      ...(queue.url === undefined ? {} : { QUEUE_URL: queue.url }),
    };
    await leaveBacklog(environment, settings);
    const worker = await start({
      name: 'worker',
      script: 'dist/src/worker.js',
      environment,
      portSetting: 'WORKER_PORT',
      readyPath: '/health/ready',
      ...(settings.profile === undefined
        ? {}
        : { nodeOptions: ['--cpu-prof', `--cpu-prof-dir=${settings.profile}`] }),
    });
    return await drain(cluster, database, worker, queue.name);
  } finally {
    await Promise.all(programs.map((program) => program.stop()));
  }
}

async function leaveBacklog(
  environment: Record<string, string>,
  { connections, seconds }: BenchSettings,
): Promise<void> {
  const api = await startProgram({
    name: 'api',
    script: 'dist/src/main.js',
    environment,
    readyPath: '/health/ready',
  });
  try {
    await load({
      url: api.url,
      method: 'POST',
      paths: ['/v1/join'],
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      nextBody: joinPosts(4),
      expectedStatus: 201,
      connections,
      seconds,
    });
  } finally {
    await api.stop();
  }
}

/** From the first mails until nine tenths are gone: neither start nor end are what is measured. */
async function drain(
  cluster: BenchCluster,
  database: BenchDatabase,
  worker: ChildProgram,
  queue: string,
): Promise<MailFigures> {
  const all = await count(database, `state IN ('queued', 'sending', 'sent')`);
  const sent = () => count(database, `state = 'sent'`);
  await until(async () => (await sent()) >= all * 0.1);
  const pids = await cluster.processIds();
  const began = performance.now();
  const first = await sent();
  const before = [await processorTimes([worker.pid]), await processorTimes(pids)] as const;
  await until(async () => (await sent()) >= all * 0.9);
  const after = [await processorTimes([worker.pid]), await processorTimes(pids)] as const;
  const mails = (await sent()) - first;
  return {
    queue,
    mails,
    perSecond: mails / ((performance.now() - began) / 1000),
    workerMs: (secondsBetween(before[0], after[0]) * 1000) / mails,
    databaseMs: (secondsBetween(before[1], after[1]) * 1000) / mails,
  };
}

async function count(database: BenchDatabase, where: string): Promise<number> {
  const [row] = await database.sql<{ count: number }>(
    `SELECT count(*)::integer AS count FROM message WHERE ${where}`,
  );
  return row?.count ?? 0;
}
