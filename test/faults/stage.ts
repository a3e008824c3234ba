import { startRedis, type TestRedis } from '../support/redis.js';
import type { ArrivedMail } from './book.js';
import type { FaultDatabase } from './fault-cluster.js';
import type { CrashPoint } from './faults.js';
import { type MailServer, startMailServer } from './mail-server.js';
import type { RoundPlan } from './round-plan.js';
import { seededRandom } from './seeded-random.js';
import { SupervisedProcess } from './supervised-process.js';
import { unusedPort } from '../support/unused-port.js';

const READY_MILLISECONDS = 240_000;
const WORKER_CONCURRENCY = 8;

/** Everything that takes part in a round, besides PostgreSQL. */
export interface Stage {
  readonly apis: readonly SupervisedProcess[];
  readonly workers: readonly SupervisedProcess[];
  /** Without a build from before mails. */
  readonly sendingWorkers: readonly SupervisedProcess[];
  /** All of them, APIs first. */
  readonly processes: readonly SupervisedProcess[];
  readonly mailServer: MailServer;
  readonly redis: TestRedis | undefined;
  /** @throws Error with the last words of a process that does not come up. */
  allReady(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the servers and processes of a round. */
export async function setStage(
  { plan, pace, database }: { plan: RoundPlan; pace: number; database: FaultDatabase },
  told: { onMail: (mail: ArrivedMail) => void; onCrash: (point: CrashPoint) => void },
): Promise<Stage> {
  const random = seededRandom(plan.seed);
  const delay = (): number => plan.mailMilliseconds(random);
  const mailServer = await startMailServer(delay, told.onMail);
  const redis = plan.backend === 'redis' ? await startRedis() : undefined;
  // A harness that is interrupted leaves no server behind.
  const endRedis = (): void => void redis?.stop();
  process.once('exit', endRedis);
  const environment = environmentFor(database.url, redis?.url);
  const sabotage =
    plan.sabotage === undefined ? [] : [`dist/test/faults/sabotage/${plan.sabotage}.js`];

  const apis = await makeAll(plan.apis, async (which) => {
    const port = await unusedPort();
    return new SupervisedProcess({
      name: `api-${which}`,
      script: 'dist/src/main.js',
      url: `http://127.0.0.1:${port}`,
      environment: (life) => ({
        ...environment,
        SMTP_URL: mailServer.urlFor(life),
        PORT: String(port),
      }),
      preloads: sabotage,
      crashes: plan.apiCrashes[which] ?? [],
      onCrash: told.onCrash,
    });
  });
  const workers = await makeAll(plan.workers, async (which) => {
    const port = await unusedPort();
    const older = plan.olderBuild?.which === which ? plan.olderBuild.unknownJob : undefined;
    return new SupervisedProcess({
      name: `worker-${which}`,
      script:
        plan.leases === 'short' ? 'dist/test/faults/short-leases-worker.js' : 'dist/src/worker.js',
      url: `http://127.0.0.1:${port}`,
      environment: (life) => ({
        ...environment,
        SMTP_URL: mailServer.urlFor(life),
        WORKER_PORT: String(port),
        FAULTS_PACE: String(pace),
        ...(older === undefined ? {} : { FAULTS_UNKNOWN_JOB: older }),
      }),
      preloads:
        older === undefined ? sabotage : [...sabotage, 'dist/test/faults/preload/older-build.js'],
      crashes: plan.workerCrashes[which] ?? [],
      onCrash: told.onCrash,
    });
  });
  const processes = [...apis, ...workers];
  for (const one of processes) one.start();
  return {
    apis,
    workers,
    sendingWorkers: workers.filter(
      (_, which) =>
        plan.olderBuild?.which !== which || plan.olderBuild.unknownJob !== 'messaging.send',
    ),
    processes,
    mailServer,
    redis,
    allReady: async () => {
      await Promise.all(processes.map((one) => one.ready(READY_MILLISECONDS)));
    },
    close: async () => {
      await Promise.all(processes.map((one) => one.close()));
      await mailServer.close();
      await redis?.stop();
      process.removeListener('exit', endRedis);
    },
  };
}

function makeAll<T>(count: number, make: (which: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, which) => make(which)));
}

function environmentFor(databaseUrl: string, queueUrl: string | undefined): Record<string, string> {
  return {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PUBLIC_URL: 'http://localhost:3000',
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_SIZE: '6',
    ...(queueUrl === undefined ? {} : { QUEUE_URL: queueUrl }),
    LINK_SECRET: 'a secret for tests only, 32 characters',
    RATE_LIMIT_EXEMPT: '127.0.0.0/8 ::1',
    WORKER_CONCURRENCY: String(WORKER_CONCURRENCY),
    LOG_LEVEL: 'warn',
  };
}
