import { load, median, type LoadFigures, type LoadPlan } from './load.js';
import { processorTimes, secondsBetween } from './processor-time.js';

/** One program under load in one round. */
export interface Round extends LoadFigures {
  /** Milliseconds of processor time for each answer: of the program, and of PostgreSQL. */
  readonly programMs: number;
  readonly databaseMs: number;
}

/** The medians of all rounds of one program. */
export interface Summary extends Round {
  readonly program: string;
  readonly rounds: readonly Round[];
}

/** Puts load on a program and watches what it and the database spend on it. */
export async function measure(
  plan: LoadPlan,
  spenders: { program: readonly number[]; database: () => Promise<number[]> },
): Promise<Round> {
  // Connections come and go at the start, so the database's processes are named after a first word.
  await load({ ...plan, seconds: 0.5 });
  const database = await spenders.database();
  const before = [await processorTimes(spenders.program), await processorTimes(database)] as const;
  const figures = await load(plan);
  const after = [await processorTimes(spenders.program), await processorTimes(database)] as const;
  const programMs = (secondsBetween(before[0], after[0]) * 1000) / figures.answered;
  const databaseMs = (secondsBetween(before[1], after[1]) * 1000) / figures.answered;
  return { ...figures, programMs, databaseMs };
}

/** @throws Error where a program refused part of the load: its figures would mean something else. */
export function summarise(program: string, rounds: readonly Round[]): Summary {
  const failed = rounds.reduce((sum, round) => sum + round.failed, 0);
  if (failed > 0)
    throw new Error(`${program}: ${failed} requests were not answered as they should`);
  const middle = (of: keyof Round): number => median(rounds.map((round) => round[of]));
  return {
    program,
    perSecond: middle('perSecond'),
    p50: middle('p50'),
    p99: middle('p99'),
    answered: rounds.reduce((sum, round) => sum + round.answered, 0),
    failed,
    programMs: middle('programMs'),
    databaseMs: middle('databaseMs'),
    rounds,
  };
}

/** Rows for `console.table`: the first summary is what the others are compared with. */
export function tableOf(summaries: readonly Summary[]): Record<string, Record<string, string>> {
  const ceiling = summaries[0]?.perSecond ?? Number.NaN;
  return Object.fromEntries(
    summaries.map((one) => [
      one.program,
      {
        'per second': one.perSecond.toFixed(0),
        'of the ceiling': (one.perSecond / ceiling).toFixed(2),
        'p50 ms': one.p50.toFixed(1),
        'p99 ms': one.p99.toFixed(1),
        'p99 / p50': (one.p99 / one.p50).toFixed(1),
        'CPU ms, program': one.programMs.toFixed(2),
        'CPU ms, PostgreSQL': one.databaseMs.toFixed(2),
        rounds: one.rounds.map(({ perSecond }) => perSecond.toFixed(0)).join(' '),
      },
    ]),
  );
}
