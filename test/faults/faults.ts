/** What the harness does to the processes and servers from outside. */
export const OUTER_FAULTS = [
  'kill-api',
  'kill-worker',
  'flush-redis',
  'migrate-ahead',
  'restart-by-kill',
  'restart-immediate',
  'restart-fast',
] as const;
export type OuterFault = (typeof OUTER_FAULTS)[number];

/** How PostgreSQL is restarted: its postmaster is killed, told to drop everything, or told to end. */
export type RestartKind = Extract<OuterFault, `restart-${string}`>;

/** Points at which a process kills itself; `preload/crash-points.ts` knows where they are. */
export const CRASH_POINTS = [
  'api-after-commit',
  'relay-before-add',
  'relay-after-add',
  'worker-before-send',
  'worker-after-send',
  'worker-after-finish',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** Everything that can befall a round, and how often it did. */
export type FaultKind = OuterFault | CrashPoint;
export const FAULT_KINDS: readonly FaultKind[] = [...OUTER_FAULTS, ...CRASH_POINTS];
export type Happened = Readonly<Partial<Record<FaultKind, number>>>;

export const RESTARTS = [
  'restart-by-kill',
  'restart-immediate',
  'restart-fast',
] as const satisfies readonly RestartKind[];

/** A point at which one process is to die. */
export interface PlannedCrash {
  readonly point: CrashPoint;
  /** The process dies when it comes there for the n-th time. */
  readonly nth: number;
}

export function countOf(happened: Happened, kinds: readonly FaultKind[]): number {
  return kinds.reduce((sum, kind) => sum + (happened[kind] ?? 0), 0);
}

/** Deaths of an API, however they came. */
export const API_DEATHS: readonly FaultKind[] = ['kill-api', 'api-after-commit'];

/** Deaths of a worker, and of the relay in it. */
export const WORKER_DEATHS: readonly FaultKind[] = [
  'kill-worker',
  'relay-before-add',
  'relay-after-add',
  'worker-before-send',
  'worker-after-send',
  'worker-after-finish',
];
