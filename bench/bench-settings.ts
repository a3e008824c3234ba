import { parseArgs } from 'node:util';

/** How long and how often to measure. */
export interface BenchSettings {
  readonly connections: number;
  readonly rounds: number;
  /** Of one round of one program. */
  readonly seconds: number;
  readonly poolSize: number;
  /** Names of benchmarks; empty: all. */
  readonly only: readonly string[];
  /** How many people are in the larger database of the growth benchmark. */
  readonly people: number;
  /** Folder for profiles (`--cpu-prof`) of the worker that mails and of the API that looks up; undefined: none. */
  readonly profile: string | undefined;
}

/** @throws Error on an option that does not exist. */
export function benchSettings(given: string[]): BenchSettings {
  const { values, positionals } = parseArgs({
    args: given,
    allowPositionals: true,
    options: {
      connections: { type: 'string', default: '32' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '6' },
      'pool-size': { type: 'string', default: '16' },
      people: { type: 'string', default: '1000000' },
      profile: { type: 'string' },
    },
  });
  return {
    connections: Number(values.connections),
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    poolSize: Number(values['pool-size']),
    only: positionals,
    people: Number(values.people),
    profile: values.profile,
  };
}
