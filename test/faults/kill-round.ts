import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { startSmtpServer } from '../support/smtp-server.js';
import type { ArrivedMail } from './book.js';
import { checkBook, type Verdict } from './check-book.js';
import { drawJoins, postJoins } from './post-joins.js';
import { isQuiet, readStored } from './read-evidence.js';
import { seededRandom, type SeededRandom } from './seeded-random.js';
import { SupervisedProcess } from './supervised-process.js';

const CLIENTS = 16;
const WORKER_CONCURRENCY = 8;
/** Receipts and notices each have this many at once; reminders are not due. */
const MAILS_IN_FLIGHT = 2 * WORKER_CONCURRENCY;
const READY_MILLISECONDS = 60_000;
/** A row in the hands of a killed worker waits for its lease (60 s), then for its turn. */
const QUIET_MILLISECONDS = 150_000;

export interface KillRoundPlan {
  readonly seed: number;
  readonly joins: number;
  readonly apiKills: number;
  readonly workerKills: number;
  /** The application's login, and a superuser's to look. The organisation is imported already. */
  readonly databaseUrl: string;
  readonly ownerUrl: string;
  /** Absent: jobs on PostgreSQL. */
  readonly queueUrl: string | undefined;
  /** A module that breaks the application on purpose, loaded first in both processes. */
  readonly sabotage?: string;
  /** How long to wait for the end of the work; the check then names what is left. */
  readonly quietMilliseconds?: number;
}

export interface KillRoundResult extends Verdict {
  readonly seed: number;
  readonly apiKills: number;
  readonly workerKills: number;
  readonly postSeconds: number;
  /** From the last answer until nothing was left to do. */
  readonly quietSeconds: number;
}

/**
 * One round: joins are posted to real processes which are killed in the middle and started again,
 * and when nothing is left to do the book is compared with the database and the SMTP server.
 */
export async function runKillRound(plan: KillRoundPlan): Promise<KillRoundResult> {
  const random = seededRandom(plan.seed);
  const joins = drawJoins(plan.joins, random);
  const database = new Client({ connectionString: plan.ownerUrl });
  await database.connect();
  const mails: ArrivedMail[] = [];
  const killWorker = killMoments(random, plan.workerKills, 2 * plan.joins);
  const killApi = killMoments(random, plan.apiKills, plan.joins);
  const smtp = await startSmtpServer({
    onMessage: ({ messageId, to, subject }) => {
      mails.push({ messageId: messageId ?? '', to, subject });
      killWorker(mails.length, () => worker.kill());
    },
  });
  const [apiPort, workerPort] = await freePorts();
  const environment = processEnvironment(plan, { apiPort, workerPort, smtpUrl: smtp.url });
  const api = new SupervisedProcess({
    name: 'api',
    script: 'dist/src/main.js',
    environment,
    readyUrl: `http://127.0.0.1:${apiPort}/health/ready`,
  });
  const worker = new SupervisedProcess({
    name: 'worker',
    script: 'dist/src/worker.js',
    environment,
    readyUrl: `http://127.0.0.1:${workerPort}/health/ready`,
  });
  try {
    api.start();
    worker.start();
    await Promise.all([api.ready(READY_MILLISECONDS), worker.ready(READY_MILLISECONDS)]);

    const started = Date.now();
    const wrongAnswers = await postJoins(`http://127.0.0.1:${apiPort}/v1/join`, joins, {
      clients: CLIENTS,
      onAnswer: (answered) => killApi(answered, () => api.kill()),
    });
    const posted = Date.now();
    await untilQuiet(database, posted + (plan.quietMilliseconds ?? QUIET_MILLISECONDS));
    const quiet = Date.now();

    const kills = { apiKills: api.kills, workerKills: worker.kills };
    const unexpectedExits = [...api.unexpectedExits, ...worker.unexpectedExits];
    const evidence = { ...(await readStored(database)), mails: [...mails] };
    const verdict = checkBook(
      { joins, ...kills, mailsInFlight: MAILS_IN_FLIGHT, unexpectedExits, wrongAnswers },
      evidence,
    );
    return {
      ...verdict,
      ...kills,
      seed: plan.seed,
      postSeconds: (posted - started) / 1000,
      quietSeconds: (quiet - posted) / 1000,
    };
  } finally {
    await Promise.all([api.close(), worker.close()]);
    await smtp.close();
    await database.end();
  }
}

/** One line of a result, for people. */
export function describeRound(backend: string, result: KillRoundResult): string {
  const { faults, ...counts } = result;
  const told = Object.entries(counts).map(([name, value]) => `${name} ${value}`);
  return `kill test on ${backend}: ${told.join(', ')}, faults ${faults.length}`;
}

/**
 * Kills at a number of random counts of what is going on, a random few milliseconds after: so that
 * each falls into the middle of the work, however fast the machine is.
 */
function killMoments(random: SeededRandom, kills: number, total: number) {
  const counts = new Set<number>();
  while (counts.size < kills) {
    counts.add(random.between(Math.ceil(total * 0.05), Math.floor(total * 0.9)));
  }
  const delays = new Map([...counts].map((count) => [count, random.between(0, 25)]));
  return (count: number, kill: () => void): void => {
    const delay = delays.get(count);
    if (delay === undefined) return;
    delays.delete(count);
    setTimeout(kill, delay);
  };
}

async function untilQuiet(database: Client, deadline: number): Promise<void> {
  // Left to the check where it does not come: it names what is unfinished.
  while (Date.now() < deadline && !(await isQuiet(database))) await pause(100);
}

function processEnvironment(
  { databaseUrl, queueUrl, sabotage }: KillRoundPlan,
  at: { apiPort: number; workerPort: number; smtpUrl: string },
): Record<string, string> {
  return {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: String(at.apiPort),
    WORKER_PORT: String(at.workerPort),
    PUBLIC_URL: 'http://localhost:3000',
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_SIZE: '8',
    ...(queueUrl === undefined ? {} : { QUEUE_URL: queueUrl }),
    ...(sabotage === undefined ? {} : { NODE_OPTIONS: `--import ${sabotage}` }),
    SMTP_URL: at.smtpUrl,
    LINK_SECRET: 'a secret for tests only, 32 characters',
    RATE_LIMIT_EXEMPT: '127.0.0.0/8 ::1',
    WORKER_CONCURRENCY: String(WORKER_CONCURRENCY),
    LOG_LEVEL: 'warn',
  };
}

/** Two ports of 127.0.0.1 that nobody listens on. */
export async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()];
  const ports: number[] = [];
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ports.push((server.address() as AddressInfo).port);
  }
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  const [one = 0, other = 0] = ports;
  return [one, other];
}
