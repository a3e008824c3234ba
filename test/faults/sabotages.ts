import { type Backend, CALM, type PlannedFault, type RoundPlan } from './round-plan.js';

/** One way to break the application on purpose, with a round that is certain to notice it. */
export interface Sabotage {
  /** Its module in `sabotage/`. */
  readonly name: string;
  /** What the round is about; without the sabotage nobody complains of it. */
  readonly plan: Partial<RoundPlan>;
  /** How long the broken application is waited for, where it does not come to rest. */
  readonly patienceMilliseconds?: number;
  /** What the harness has to say of it. */
  readonly complaint: RegExp;
}

/** As few processes and joins as notice it. */
const SMALL: Partial<RoundPlan> = {
  apis: 1,
  workers: 1,
  joins: 20,
  reminders: false,
  probes: 0,
};

/** Workers that are killed among mails: some of those may come again, and no others. */
const KILLS: readonly PlannedFault[] = [12, 30].map((count) => ({
  kind: 'kill-worker',
  which: 0,
  downMilliseconds: 0,
  at: { of: 'mails', count, delayMilliseconds: 10 },
}));

export const SABOTAGES: readonly Sabotage[] = [
  {
    name: 'finish-early',
    plan: {
      ...SMALL,
      workerCrashes: [[{ point: 'worker-before-send', nth: 8 }]],
    },
    complaint: /its (?:join_acknowledgement|follow_up_notice) is sending/,
  },
  {
    name: 'keep-failed-jobs',
    plan: {
      ...SMALL,
      workers: 2,
      joins: 10,
      olderBuild: { which: 0, unknownJob: 'messaging.send' },
    },
    patienceMilliseconds: 12_000,
    complaint: /still in the outbox: messaging\.send/,
  },
  {
    name: 'notify-lost',
    plan: { ...SMALL, joins: 2, probes: 3 },
    complaint: /worker-0 was told of none of 3 joins through api-0/,
  },
  {
    name: 'lease-too-short',
    // Longer than the lease, which is 50 ms, and than the relay's look once a second.
    plan: { ...SMALL, joins: 6, mailMilliseconds: () => 600 },
    patienceMilliseconds: 5_000,
    complaint: /came again although worker-0\.1 lives and PostgreSQL was there/,
  },
  {
    name: 'business-key-on-outbox',
    plan: { ...SMALL, joins: 10, reminders: true },
    complaint: /reminders: 2 instead of 1/,
  },
  {
    name: 'fresh-message-id',
    plan: { ...SMALL, workerCrashes: [[{ point: 'worker-after-send', nth: 4 }]] },
    complaint: /(?:acknowledgements|notices to the unit): 2 instead of 1/,
  },
  {
    name: 'resend-some',
    plan: { ...SMALL, joins: 30, faults: KILLS },
    complaint: /came again after worker-0\.\d+ recorded it as queued, although it was taken/,
  },
  {
    name: 'result-forgotten',
    plan: { ...SMALL, joins: 30, faults: KILLS },
    complaint: /came again although worker-0\.\d+ (?:lives|lived for \d+ ms)/,
  },
  {
    name: 'wrong-recipient',
    plan: { ...SMALL, joins: 10, reminders: true },
    complaint: /(?:notices to the unit|reminders): to hull@example\.org, not /,
  },
  {
    name: 'refuse-some',
    plan: { ...SMALL, joins: 30 },
    complaint: /was answered 503 (?:\d+ times, first )?by api-0, and PostgreSQL was there/,
  },
];

/** The round of a sabotage; `sabotaged` false: the same round with an honest application. */
export function sabotagePlan(
  { name, plan, patienceMilliseconds = CALM.patienceMilliseconds }: Sabotage,
  given: { seed: number; backend: Backend; sabotaged: boolean },
): RoundPlan {
  const { seed, backend, sabotaged } = given;
  const honest: RoundPlan = { ...CALM, ...plan, seed, backend };
  return sabotaged ? { ...honest, sabotage: name, patienceMilliseconds } : honest;
}
