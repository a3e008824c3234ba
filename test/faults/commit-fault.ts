import type { FaultCluster } from './fault-cluster.js';
import type { FaultKind } from './faults.js';
import type { JoinPoster } from './join-poster.js';
import { type PlannedFault, POSTS_WHILE_DOWN } from './round-plan.js';
import type { Stage } from './stage.js';
import { until } from './until.js';

const API_READY_MILLISECONDS = 30_000;

export interface FaultTargets {
  readonly stage: Stage;
  readonly cluster: FaultCluster;
  readonly poster: JoinPoster;
  /** Writes down that it was done. */
  readonly happens: (kind: FaultKind) => void;
}

/** Does one fault to those who take part in a round. */
export async function commitFault(fault: PlannedFault, targets: FaultTargets): Promise<void> {
  const { stage, happens } = targets;
  const { kind, which } = fault;
  switch (kind) {
    case 'kill-api':
      if (stage.apis[which]?.kill() === true) happens(kind);
      return;
    case 'kill-worker':
      if (stage.workers[which]?.kill() === true) happens(kind);
      return;
    case 'flush-redis':
      if (stage.redis === undefined) return;
      await stage.redis.flushall();
      happens(kind);
      return;
    case 'restart-by-kill':
    case 'restart-immediate':
    case 'restart-fast':
      await restartPostgres(kind, fault.downMilliseconds, targets);
  }
}

/** PostgreSQL goes away under load: some joins are posted just then, besides those on their way. */
async function restartPostgres(
  kind: Extract<FaultKind, `restart-${string}`>,
  downMilliseconds: number,
  { stage, cluster, poster, happens }: FaultTargets,
): Promise<void> {
  // There has to be somebody to answer 503.
  const ready = async () =>
    (await Promise.all(stage.apis.map((api) => api.isReady()))).some(Boolean);
  if (!(await until(ready, API_READY_MILLISECONDS))) throw new Error('no API comes up again');
  let posts: Promise<unknown> = Promise.resolve();
  await cluster.restart(kind, downMilliseconds, () => {
    posts = poster.post(POSTS_WHILE_DOWN, { clients: POSTS_WHILE_DOWN, pauseMilliseconds: 50 });
  });
  happens(kind);
  await posts;
}
