import { randomBytes } from 'node:crypto';
import type { Outage, Probe } from './book.js';
import { checkBook, type Verdict } from './check-book.js';
import { commitFault } from './commit-fault.js';
import { FaultAgenda } from './fault-agenda.js';
import type { FaultCluster, FaultDatabase } from './fault-cluster.js';
import type { FaultKind, Happened } from './faults.js';
import { JoinPoster } from './join-poster.js';
import { paceOfMachine, shortLeases } from './leases.js';
import { probe } from './probes.js';
import { isNothingOnItsWay, isOutboxDone, readStored } from './read-evidence.js';
import { bringForward, causeAgain } from './reminders.js';
import { kindsOf, type RoundPlan } from './round-plan.js';
import { seededRandom } from './seeded-random.js';
import { isReminder } from './sort-mails.js';
import { setStage, type Stage } from './stage.js';
import { until } from './until.js';

/** Few enough, and slow enough, for a killed process to come up again while joins are posted. */
const POSTING = { clients: 8, pauseMilliseconds: 500 };

/** More joins, where a process has not come to all points at which it is to die. */
const FURTHER_JOINS = 4;
const MOST_FURTHER_POSTS = 30;
/** Longer than what a death leaves lies until it is taken up. */
const WORK_MILLISECONDS = 8_000;

/** With the leases of production: a socket of `SmtpMailSender` is given up before the whole mail. */
const REAL_DEADLINE_MILLISECONDS = 25_000;

/** A message leaves with its row of the outbox; whatever is said after that is said at once. */
const ON_ITS_WAY_MILLISECONDS = 3_000;

export interface RoundResult extends Verdict {
  readonly seed: number;
  readonly backend: RoundPlan['backend'];
  readonly sabotage: string | undefined;
  readonly unknownJob: string | undefined;
  /** How often each kind of fault befell it. */
  readonly happened: Happened;
  readonly seconds: number;
  /** By how much its times were stretched, because the machine was busy. */
  readonly pace: number;
  /** How long each part took. */
  readonly partSeconds: Readonly<Record<string, number>>;
  /** Of a round with faults: the last words of its processes. */
  readonly lastWords: Readonly<Record<string, readonly string[]>>;
}

/** What a round has done so far, besides its posts. */
interface Progress {
  partSeconds: Record<string, number>;
  reminded: string[];
  probes: Probe[];
}

/**
 * One round. Joins are posted to real processes which are killed in the middle and started again;
 * when nothing is left to do their reminders are brought forward; in the calm at the end a few more
 * joins come one by one. Then the book is compared with the database and the SMTP server.
 */
export async function runRound(plan: RoundPlan, cluster: FaultCluster): Promise<RoundResult> {
  const started = Date.now();
  const happened: Partial<Record<FaultKind, number>> = {};
  const happens = (kind: FaultKind): void => void (happened[kind] = (happened[kind] ?? 0) + 1);
  const agenda = new FaultAgenda(plan.faults);
  const database = await cluster.createDatabase(`faults_${randomBytes(6).toString('hex')}`);
  const pace = paceOfMachine();
  const stage = await setStage(
    { plan, pace, database },
    {
      onMail: (mail) => {
        agenda.passed('mails');
        if (isReminder(mail)) agenda.passed('reminders');
      },
      onCrash: happens,
    },
  );
  const poster = new JoinPoster(stage.apis, seededRandom(plan.seed), () =>
    agenda.passed('answers'),
  );
  const outages: Outage[] = [];
  const wasAway = (outage: Outage): void => void outages.push(outage);
  agenda.arm((fault) => commitFault(fault, { stage, cluster, database, poster, happens, wasAway }));
  try {
    const failures: string[] = [];
    const progress: Progress = { partSeconds: {}, reminded: [], probes: [] };
    await runPhases({ plan, pace, stage, poster, agenda, database }, progress).catch(
      (error: unknown) => {
        failures.push(`the round did not come to its end: ${(error as Error).message}`);
      },
    );
    const verdict = checkBook(
      {
        joins: poster.joins,
        planned: kindsOf(plan),
        happened,
        lives: stage.processes.flatMap(({ lives }) => lives),
        outages,
        pace,
        deadlineMilliseconds:
          plan.leases === 'short'
            ? shortLeases(pace).sending.deadlineMilliseconds
            : REAL_DEADLINE_MILLISECONDS,
        reminded: new Set(progress.reminded),
        probes: progress.probes,
        plannedProbes: plan.probes === 0 ? 0 : stage.sendingWorkers.length * stage.apis.length,
        failures,
        wrongAnswers: poster.wrongAnswers,
      },
      { ...(await readStored(database)), mails: [...stage.mailServer.mails] },
    );
    return {
      ...verdict,
      seed: plan.seed,
      backend: plan.backend,
      sabotage: plan.sabotage,
      unknownJob: plan.olderBuild?.unknownJob,
      happened,
      pace,
      partSeconds: progress.partSeconds,
      seconds: secondsSince(started),
      lastWords:
        verdict.faults.length === 0
          ? {}
          : Object.fromEntries(stage.processes.map((one) => [one.name, one.lastWords])),
    };
  } finally {
    await stage.close();
    await agenda.settled().catch(() => undefined);
    await database.drop();
  }
}

async function runPhases(
  {
    plan,
    pace,
    stage,
    poster,
    agenda,
    database,
  }: {
    plan: RoundPlan;
    pace: number;
    stage: Stage;
    poster: JoinPoster;
    agenda: FaultAgenda;
    database: FaultDatabase;
  },
  progress: Progress,
): Promise<void> {
  const comesToRest = async (): Promise<boolean> => {
    await agenda.settled();
    // Left to the check where it does not come: it names what is unfinished.
    return (
      (await until(() => isOutboxDone(database), plan.patienceMilliseconds * pace)) &&
      (await until(() => isNothingOnItsWay(database), ON_ITS_WAY_MILLISECONDS * pace))
    );
  };
  let begun = Date.now();
  const part = (name: string): void => {
    progress.partSeconds[name] = secondsSince(begun);
    begun = Date.now();
  };
  await stage.allReady();
  part('start');
  await poster.post(plan.joins, POSTING);
  part('posts');
  if (!(await comesToRest())) return;
  await diesAsPlanned({ stage, poster, database, pace });
  if (!(await comesToRest())) return;
  part('rest');

  if (plan.reminders) {
    progress.reminded = await bringForward(database);
    if (!(await comesToRest())) return;
    await causeAgain(database);
    if (!(await comesToRest())) return;
    part('reminders');
  }
  if (plan.probes > 0) {
    await stage.allReady();
    progress.probes = await probe(stage, poster, plan.probes);
    await comesToRest();
    part('probes');
  }
}

/** A point that a process has not come to for want of work is brought to it. */
async function diesAsPlanned({
  stage,
  poster,
  database,
  pace,
}: {
  stage: Stage;
  poster: JoinPoster;
  database: FaultDatabase;
  pace: number;
}): Promise<void> {
  const haveDied = () => !stage.processes.some(({ hasToDie }) => hasToDie);
  for (let posts = 0; posts < MOST_FURTHER_POSTS && !haveDied(); posts += 1) {
    await stage.allReady();
    // An API has nothing but posts to die of; workers take what they get.
    const apis = stage.apis.filter(({ hasToDie }) => hasToDie);
    await poster.post(FURTHER_JOINS, {
      clients: FURTHER_JOINS,
      pauseMilliseconds: 50,
      apis: apis.length > 0 ? apis : stage.apis,
    });
    await until(async () => haveDied() || (await isOutboxDone(database)), WORK_MILLISECONDS * pace);
  }
}

function secondsSince(started: number): number {
  return Math.round((Date.now() - started) / 100) / 10;
}
