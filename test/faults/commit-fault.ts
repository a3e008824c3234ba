import { setTimeout as pause } from 'node:timers/promises';
import { isWitness, type Outage } from './book.js';
import type { FaultCluster, FaultDatabase } from './fault-cluster.js';
import type { FaultKind, RestartKind } from './faults.js';
import type { JoinPoster } from './join-poster.js';
import { type PlannedFault, POSTS_WHILE_DOWN } from './round-plan.js';
import type { Stage } from './stage.js';
import type { SupervisedProcess } from './supervised-process.js';
import { until } from './until.js';

/** How long a process is waited for that a fault needs and that has just died of another. */
const UP_MILLISECONDS = 240_000;
/** How long PostgreSQL stays away at most because no post was answered 503 yet. */
const UNHEARD_MILLISECONDS = 20_000;
/** How often PostgreSQL is restarted until an API lives through it. */
const MOST_RESTARTS = 4;
/** What a join and its mails write. */
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

export interface FaultTargets {
  readonly stage: Stage;
  readonly cluster: FaultCluster;
  readonly database: FaultDatabase;
  readonly poster: JoinPoster;
  /** Writes down that it was done. */
  readonly happens: (kind: FaultKind) => void;
  /** Writes down how long PostgreSQL was away. */
  readonly wasAway: (outage: Outage) => void;
}

/** Does one fault to those who take part in a round. */
export async function commitFault(fault: PlannedFault, targets: FaultTargets): Promise<void> {
  const { stage, happens } = targets;
  const { kind, which } = fault;
  switch (kind) {
    case 'kill-api':
      await kill(stage.apis[which]);
      break;
    case 'kill-worker':
      await kill(stage.workers[which]);
      break;
    case 'flush-redis':
      await stage.redis?.flushall();
      break;
    case 'migrate-ahead':
      await migrateAhead(targets.database);
      break;
    case 'restart-by-kill':
    case 'restart-immediate':
    case 'restart-fast':
      await restartPostgres(kind, fault.downMilliseconds, targets);
  }
  happens(kind);
}

/** One that has just died of something else is waited for. */
async function kill(target: SupervisedProcess | undefined): Promise<void> {
  if (target === undefined) throw new Error('there is no such process to kill');
  if (await until(() => target.kill(), UP_MILLISECONDS)) return;
  throw new Error(`${target.name} does not come up to be killed`);
}

/** Until an API has lived through one: killed meanwhile, too, none can say what it answers then. */
async function restartPostgres(
  kind: RestartKind,
  downMilliseconds: number,
  targets: FaultTargets,
): Promise<void> {
  for (let restarts = 0; restarts < MOST_RESTARTS; restarts += 1) {
    const outage = await restartUnderLoad(kind, downMilliseconds, targets);
    targets.wasAway(outage);
    const lives = targets.stage.apis.flatMap((api) => api.lives);
    if (lives.some((life) => isWitness(life, outage))) return;
  }
  throw new Error('no API lives through a restart of PostgreSQL');
}

/** PostgreSQL goes away: some joins are posted just then, besides those on their way. */
async function restartUnderLoad(
  kind: RestartKind,
  downMilliseconds: number,
  { stage, cluster, poster }: FaultTargets,
): Promise<Outage> {
  // There has to be somebody to answer 503.
  const ready = async () =>
    (await Promise.all(stage.apis.map((api) => api.isReady()))).some(Boolean);
  if (!(await until(ready, UP_MILLISECONDS))) throw new Error('no API comes up again');
  let posts: Promise<unknown> = Promise.resolve();
  const outage = await cluster.restart(kind, async (since) => {
    posts = poster.post(POSTS_WHILE_DOWN, { clients: POSTS_WHILE_DOWN, pauseMilliseconds: 50 });
    await pause(downMilliseconds);
    // Left to the check where nobody is told: it complains.
    const canStillHear = () =>
      stage.apis.some(({ isUp }) => isUp) && !poster.hasHeardUnavailable(since);
    await until(() => !canStillHear(), UNHEARD_MILLISECONDS);
  });
  await posts;
  return outage;
}

/**
 * The migration of the next build, which comes before that build: a column more in each table. From
 * now on every process is older than its database.
 */
async function migrateAhead(database: FaultDatabase): Promise<void> {
  for (const table of TABLES) {
    const add = () =>
      database
        .sql(`ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS of_the_next_build text DEFAULT 'new'`)
        .then(() => true)
        // PostgreSQL may be away just now.
        .catch(() => false);
    if (!(await until(add, UP_MILLISECONDS))) throw new Error(`${table} cannot be altered`);
  }
}
