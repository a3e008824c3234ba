import { type Backend, CALM, type RoundPlan } from './round-plan.js';

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
    complaint: /no relay was told of any of 3 joins through api-0/,
  },
  {
    name: 'lease-too-short',
    // Longer than the lease, which is 50 ms, and than the relay's look once a second.
    plan: { ...SMALL, joins: 6, mailMilliseconds: () => 800 },
    patienceMilliseconds: 5_000,
    complaint: /mails came again; at most 0 can be in flight/,
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
