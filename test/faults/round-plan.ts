import {
  CRASH_POINTS,
  type CrashPoint,
  type FaultKind,
  type OuterFault,
  type PlannedCrash,
  RESTARTS,
} from './faults.js';
import { type SeededRandom, seededRandom } from './seeded-random.js';

export type Backend = 'postgres' | 'redis';

/** When something is done: a few milliseconds after so many answers, mails or reminders. */
export interface Moment {
  readonly of: 'answers' | 'mails' | 'reminders';
  readonly count: number;
  readonly delayMilliseconds: number;
}

export interface PlannedFault {
  readonly kind: OuterFault;
  /** Which of the APIs or workers, for a kill. */
  readonly which: number;
  /** How long PostgreSQL stays away, for a restart. */
  readonly downMilliseconds: number;
  readonly at: Moment;
}

/** One worker that is a build from before a job was invented. */
export interface OlderBuild {
  readonly which: number;
  readonly unknownJob: 'follow-ups.remind' | 'messaging.send';
}

/** What a round is to be; drawn from its seed, or written down where a test wants this and no other. */
export interface RoundPlan {
  readonly seed: number;
  readonly backend: Backend;
  readonly joins: number;
  readonly apis: number;
  readonly workers: number;
  readonly faults: readonly PlannedFault[];
  /** For each API and each worker: the points at which it dies, one after another, each once. */
  readonly apiCrashes: readonly (readonly PlannedCrash[])[];
  readonly workerCrashes: readonly (readonly PlannedCrash[])[];
  readonly olderBuild: OlderBuild | undefined;
  /** Whether the reminders are brought forward when all else is done. */
  readonly reminders: boolean;
  /** Joins in the calm at the end, at most, for each worker to hear of from each API; 0: no calm. */
  readonly probes: number;
  /** How long the SMTP server takes over a mail, before and after it has it. */
  readonly mailMilliseconds: (random: SeededRandom) => number;
  /** A module below `dist/test/faults/sabotage` that breaks the application on purpose. */
  readonly sabotage: string | undefined;
  /** The times of `short-leases-worker.ts`, or those of production. */
  readonly leases: 'short' | 'real';
  /** How long the end of the work is waited for, at pace 1; the check then names what is left. */
  readonly patienceMilliseconds: number;
}

/** A round in which nothing is done to anybody: what plans begin with. */
export const CALM: Omit<RoundPlan, 'seed' | 'backend'> = {
  joins: 80,
  apis: 2,
  workers: 2,
  faults: [],
  apiCrashes: [],
  workerCrashes: [],
  olderBuild: undefined,
  reminders: true,
  probes: 5,
  mailMilliseconds: mostlyQuick,
  sabotage: undefined,
  leases: 'short',
  patienceMilliseconds: 120_000,
};

/** Ten joins that are posted while PostgreSQL is away, besides those on their way already. */
export const POSTS_WHILE_DOWN = 10;

/** What befalls a round, without when and whom. */
export interface Choice {
  readonly faults: readonly OuterFault[];
  readonly crashPoints: readonly CrashPoint[];
  readonly unknownJob: OlderBuild['unknownJob'] | undefined;
}

/** What a soak is asked to do in each of its rounds. */
export interface SoakOptions {
  readonly backends: readonly [Backend, ...Backend[]];
  readonly joins: number;
  readonly leases: RoundPlan['leases'];
  readonly sabotage: string | undefined;
}

/** The plan of one round of a soak: by the seed alone, wherever the soak begins. */
export function planOfSeed(seed: number, options: SoakOptions): RoundPlan {
  const { backends, joins, leases, sabotage } = options;
  const random = seededRandom(seed);
  const backend = backends[seed % backends.length] ?? backends[0];
  const patience = leases === 'real' ? { patienceMilliseconds: 240_000 } : {};
  const given = { seed, backend, joins, leases, sabotage, ...patience };
  return drawPlan(random, given, drawChoice(random, backend));
}

/** Draws what befalls a round: three to six kinds of fault from outside, one to three from inside. */
export function drawChoice(random: SeededRandom, backend: Backend): Choice {
  const faults: OuterFault[] = ['kill-worker'];
  if (random.chance(0.8)) faults.push('kill-api');
  if (random.chance(0.5)) faults.push('kill-api');
  if (random.chance(0.5)) faults.push('kill-worker');
  if (random.chance(0.6)) faults.push(random.pick(RESTARTS));
  if (backend === 'redis' && random.chance(0.7)) faults.push('flush-redis');
  if (random.chance(0.3)) faults.push('migrate-ahead');
  const crashPoints = Array.from({ length: random.between(1, 3) }, () => random.pick(CRASH_POINTS));
  const unknownJob = random.chance(0.5)
    ? random.pick<OlderBuild['unknownJob']>([
        'follow-ups.remind',
        'follow-ups.remind',
        'messaging.send',
      ])
    : undefined;
  return { faults, crashPoints, unknownJob };
}

/** Draws when and whom: everything that a plan says besides what was chosen. */
export function drawPlan(
  random: SeededRandom,
  given: Pick<RoundPlan, 'seed' | 'backend'> & Partial<RoundPlan>,
  choice: Choice,
): RoundPlan {
  // A worker alone finds its own leavings; an older build needs another one beside it.
  const workers = choice.unknownJob === undefined ? random.between(1, 2) : 2;
  const plan: RoundPlan = { ...CALM, workers, ...given };
  const older =
    choice.unknownJob === undefined
      ? undefined
      : { which: random.between(0, plan.workers - 1), unknownJob: choice.unknownJob };
  // A build that does not know mails never comes to the points on their way.
  const knowing = [...Array(plan.workers).keys()].filter(
    (which) => older?.unknownJob !== 'messaging.send' || which !== older.which,
  );
  const apiCrashes: PlannedCrash[][] = Array.from({ length: plan.apis }, () => []);
  const workerCrashes: PlannedCrash[][] = Array.from({ length: plan.workers }, () => []);
  for (const point of choice.crashPoints) {
    const crash = { point, nth: random.between(1, latestPass(point)) };
    if (point === 'api-after-commit') apiCrashes[random.between(0, plan.apis - 1)]?.push(crash);
    else workerCrashes[knowing[random.between(0, knowing.length - 1)] ?? 0]?.push(crash);
  }
  const faults = choice.faults.map((kind): PlannedFault => {
    const which = random.between(0, (kind === 'kill-api' ? plan.apis : plan.workers) - 1);
    return {
      kind,
      which,
      downMilliseconds: random.between(100, 1_500),
      at: drawMoment(random, kind, plan.joins),
    };
  });
  if (plan.reminders) {
    // A worker dies among the reminders, too.
    const count = random.between(1, Math.max(1, Math.floor(plan.joins / 2)));
    const at: Moment = { of: 'reminders', count, delayMilliseconds: random.between(0, 25) };
    const which = random.between(0, plan.workers - 1);
    faults.push({ kind: 'kill-worker', which, downMilliseconds: 0, at });
  }
  return { ...plan, faults, apiCrashes, workerCrashes, olderBuild: older };
}

/** A relay takes many rows at a time, so that it passes its points less often. */
function latestPass(point: CrashPoint): number {
  if (point.startsWith('relay-')) return 3;
  return point.startsWith('worker-') ? 12 : 6;
}

/** Every kind of fault that a plan holds, as a list to be compared with what happened. */
export function kindsOf(plan: RoundPlan): FaultKind[] {
  const crashes = [...plan.apiCrashes, ...plan.workerCrashes].flat();
  return [...plan.faults.map(({ kind }) => kind), ...crashes.map(({ point }) => point)];
}

function drawMoment(random: SeededRandom, kind: OuterFault, joins: number): Moment {
  // Each join has two mails; restarts and deaths of an API are for the time of posts.
  const of = kind === 'kill-worker' || kind === 'flush-redis' ? 'mails' : 'answers';
  const total = of === 'mails' ? 2 * joins : joins;
  return {
    of,
    count: random.between(Math.ceil(total * 0.05), Math.floor(total * 0.85)),
    delayMilliseconds: random.between(0, 25),
  };
}

function mostlyQuick(random: SeededRandom): number {
  const kind = random.fraction();
  if (kind < 0.7) return random.between(0, 10);
  return kind < 0.95 ? random.between(10, 60) : random.between(100, 350);
}
