import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queueBackends } from '../support/queue-backends.js';
import { type FaultKind, FAULT_KINDS, type Happened } from './faults.js';
import { Lanes } from './lanes.js';
import { runRound } from './round.js';
import { type Backend, type Choice, drawPlan, kindsOf, type RoundPlan } from './round-plan.js';
import { SABOTAGES, sabotagePlan } from './sabotages.js';
import { seededRandom } from './seeded-random.js';

/** A fixed seed, so that two runs do the same; the soak takes others. */
const SEED = 20261123;
const AT_ONCE = 2;
/** For all that stand in line, on a machine that has other things to do. */
const PATIENCE = { timeout: 900_000 };

/** Jobs on Redis where there is one: a flush needs it, and so do two builds that share a queue. */
const backends: readonly Backend[] = queueBackends().map(({ name }) =>
  name === 'Redis' ? 'redis' : 'postgres',
);

/** Two rounds that together hold every kind of fault. */
const ROUNDS: readonly {
  name: string;
  backend: Backend;
  plan: Partial<RoundPlan>;
  choice: Choice;
}[] = [
  {
    name: 'an API and a worker alone, jobs on PostgreSQL,',
    backend: 'postgres',
    plan: { joins: 40, apis: 1, workers: 1 },
    choice: {
      faults: ['restart-immediate', 'restart-fast', 'migrate-ahead'],
      // A worker alone is certain to come to each of them.
      crashPoints: [
        'api-after-commit',
        'relay-after-add',
        'worker-before-send',
        'worker-after-send',
        'worker-after-finish',
      ],
      unknownJob: undefined,
    },
  },
  {
    name: 'two APIs and two workers of which one is older, jobs on Redis,',
    backend: 'redis',
    plan: { joins: 60, workers: 2 },
    choice: {
      faults: ['kill-api', 'kill-worker', 'restart-by-kill', 'flush-redis'],
      crashPoints: ['relay-before-add'],
      unknownJob: 'follow-ups.remind',
    },
  },
];

let lanes: Lanes;
beforeAll(async () => {
  lanes = await Lanes.start(AT_ONCE);
}, 120_000);
afterAll(() => lanes.stop());

describe.concurrent('killed at random moments', () => {
  const possible = ROUNDS.filter(({ backend }) => backends.includes(backend));

  it.each(possible)('$name lose nothing and say nothing twice', PATIENCE, async (round) => {
    const { backend, choice } = round;
    const plan = drawPlan(seededRandom(SEED), { seed: SEED, backend, ...round.plan }, choice);
    const result = await lanes.with((cluster) => runRound(plan, cluster));
    expect(result.faults).toEqual([]);
    // What has to have happened for the round to prove anything.
    expect(result.happened).toEqual(countsOf(kindsOf(plan)));
    expect(result.reminded).toBeGreaterThan(0);
    expect(result.unavailable).toBeGreaterThan(0);
  });
});

describe.concurrent('the harness', () => {
  it.each(SABOTAGES)('notices $name', PATIENCE, async (sabotage) => {
    const plan = sabotagePlan(sabotage, { seed: SEED, backend: 'postgres', sabotaged: true });
    const { faults } = await lanes.with((cluster) => runRound(plan, cluster));
    expect(faults).toContainEqual(expect.stringMatching(sabotage.complaint));
  });

  it('has every kind of fault in its short form', () => {
    const held = ROUNDS.flatMap(({ choice }) => [...choice.faults, ...choice.crashPoints]);
    expect([...new Set<FaultKind>(held)].sort()).toEqual([...FAULT_KINDS].sort());
  });
});

function countsOf(kinds: readonly FaultKind[]): Happened {
  const counts: Partial<Record<FaultKind, number>> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
