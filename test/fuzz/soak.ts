import { setTimeout as pause } from 'node:timers/promises';
import type { FuzzRequest } from './draft.js';
import { RequestDrawer } from './draw-request.js';
import type { FailureBook, KeptFailure } from './failure-book.js';
import { runRound } from './fuzz-round.js';
import { OUT_OF_REACH, reachOperations } from './reach.js';
import type { FuzzDatabase, FuzzStage } from './stage.js';
import { sendOne } from './send-one.js';
import { IS_RECURRING } from '../support/recurring-rows.js';
import type { Tally } from './tally.js';
import { countsBesideReading } from './table-counts.js';
import { uncleanTexts } from './unclean-texts.js';

/** Share of the requests that only read, when nothing else runs, and must change nothing. */
const READING_SHARE = 0.02;
/** One answer in this many is checked against its schema. */
const ONE_OF = 4;
const PROGRESS_EVERY = 50_000;
/** Longest time that the worker is given for what was posted. */
const WORK_MILLISECONDS = 900_000;

export interface SoakPlan {
  readonly stage: FuzzStage;
  readonly database: FuzzDatabase;
  readonly book: FailureBook;
  readonly seed: number;
  readonly requests: number;
  readonly connections: number;
  /** The one index that is sent instead. */
  readonly only: number | undefined;
  /** The one kept request that is sent instead. */
  readonly replayed: KeptFailure | undefined;
}

/** The whole of it: everything, then the worker's rest, then reading alone; and what it came to. */
export async function runSoak(plan: SoakPlan): Promise<void> {
  const { stage, database, book, seed, only, replayed } = plan;
  const { api, pool } = stage;
  const drawer = new RequestDrawer(api, pool, seed);
  if (replayed !== undefined) return sendOne(stage, book, requestOf(replayed));
  if (only !== undefined) return sendOne(stage, book, drawer.draw(only));

  const memory: string[] = [];
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const remember = async (sent: number): Promise<void> => {
    const resident = await stage.server.residentMebibytes();
    if (resident !== undefined) memory.push(`${sent}: ${Math.round(resident)}`);
  };
  const common = { ...stage, book, connections: plan.connections, oneOf: ONE_OF };
  for (const name of (await reachOperations({ ...common, drawer })).unreached(api)) {
    if (!OUT_OF_REACH.includes(name)) book.addGeneral(`${name} never succeeds`);
  }
  await remember(0);
  const tally = await runRound({
    ...common,
    drawer,
    from: 0,
    to: plan.requests,
    progress: async (sent) => {
      if (sent % PROGRESS_EVERY > 0) return;
      await remember(sent);
      console.log(`${sent} sent in ${Math.round(seconds())} s, memory ${memory.at(-1)} MiB`);
    },
  });
  const sendingSeconds = seconds();
  await remember(tally.requests);
  report(tally, sendingSeconds, memory);

  await finishWork(stage, database, book);
  await readOnly(plan, common);
  for (const unclean of await uncleanTexts(database)) book.addGeneral(`unclean: ${unclean}`);
}

/** Lets the worker do what was caused; what it gives up is a fault, but for what was dead before. */
async function finishWork(
  { worker }: FuzzStage,
  database: FuzzDatabase,
  book: FailureBook,
): Promise<void> {
  if (worker === undefined) return;
  const waiting = async (): Promise<number> => {
    const [row] = await database.sql<{ n: number }>(
      `SELECT count(*)::integer AS n FROM outbox
        WHERE state = 'waiting' AND available_at <= clock_now() AND NOT ${IS_RECURRING}`,
    );
    return row?.n ?? 0;
  };
  const started = performance.now();
  const before = await waiting();
  while ((await waiting()) > 0 && performance.now() - started < WORK_MILLISECONDS) await pause(500);
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`The worker finished the last ${before} jobs in ${seconds} s.`);
  const left = await waiting();
  if (left > 0) book.addGeneral(`the worker left ${left} jobs that were due`);
  const failed = await database.sql<{ job: string; error: string; n: number }>(
    `SELECT job, last_error AS error, count(*)::integer AS n FROM outbox
      WHERE last_error IS NOT NULL AND last_error <> 'gave up' GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 5`,
  );
  for (const { job, error, n } of failed) book.addGeneral(`${job} failed (${n} rows): ${error}`);
  const messages = await database.sql<{ state: string; error: string; n: number }>(
    `SELECT state, coalesce(last_error, '') AS error, count(*)::integer AS n
       FROM message GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 10`,
  );
  console.log('Messages');
  console.table(messages);
  await worker.stop();
}

/**
 * Requests that only read leave every table as it was, but for what they are there for: that
 * somebody has read is on record.
 */
async function readOnly(
  { stage, database, book, seed, requests }: SoakPlan,
  common: Omit<Parameters<typeof runRound>[0], 'drawer' | 'from' | 'to'>,
): Promise<void> {
  const before = await countsBesideReading(database);
  const to = requests + Math.ceil(requests * READING_SHARE);
  const drawer = new RequestDrawer(stage.api, stage.pool, seed, 'reading');
  const tally = await runRound({ ...common, drawer, from: requests, to });
  const after = await countsBesideReading(database);
  for (const [table, count] of Object.entries(after)) {
    if (before[table] !== count) {
      book.addGeneral(`reading changed ${table}: ${before[table]} rows, then ${count}`);
    }
  }
  console.log(`${tally.requests} requests that only read.`);
}

function report(tally: Tally, seconds: number, memory: readonly string[]): void {
  console.log('\nBy operation');
  console.table(tally.operationTable());
  console.log('The slowest');
  console.table(
    tally.slowest.map(({ milliseconds, mutations, ...rest }) => ({
      ...rest,
      ms: Math.round(milliseconds),
      mutations: mutations.join(', '),
    })),
  );
  const statuses = [...tally.byStatus].sort(([one], [other]) => one - other);
  console.log('By status:', Object.fromEntries(statuses));
  console.log(`Not HTTP any more, and hung up on: ${tally.unanswered}`);
  console.log(`Memory of the API in MiB, by requests sent: ${memory.join(', ')}`);
  console.log(
    `${tally.requests} requests in ${Math.round(seconds)} s, ${Math.round(tally.requests / seconds)} a second`,
  );
}

function requestOf({
  index,
  operation,
  method,
  mutations,
  broken,
  bytes,
}: KeptFailure): FuzzRequest {
  return {
    index,
    operation,
    method,
    mutations,
    broken,
    twice: false,
    bytes: Buffer.from(bytes, 'latin1'),
  };
}
