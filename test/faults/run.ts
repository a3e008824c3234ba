import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../../src/platform/project-root.js';
import { Lanes } from './lanes.js';
import { proveSabotages } from './prove-sabotages.js';
import { commandFor, describeRound, summarise } from './report.js';
import { runRound, type RoundResult } from './round.js';
import { planOfSeed, type SoakOptions } from './round-plan.js';

/**
 * The crash tests as a program: any number of rounds, each with the next seed. The seed repeats what
 * the harness does; the moments within the processes differ from run to run. See `README.md`.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    backend: { type: 'string', default: 'both' },
    joins: { type: 'string', default: '60' },
    leases: { type: 'string', default: 'short' },
    'at-once': { type: 'string', default: '2' },
    sabotage: { type: 'string' },
    sabotages: { type: 'boolean', default: false },
  },
});

// Servers and processes end with this one, by its exit; each round adds some that listen for it.
process.setMaxListeners(0);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const backends = backendsOf(values.backend);
const lanes = await Lanes.start(Number(values['at-once']));
try {
  if (values.sabotages) {
    if (!(await proveSabotages(lanes, backends))) process.exitCode = 1;
  } else await soak();
} finally {
  await lanes.stop();
}
// Connections of the harness's own (fetch keeps some) hold nothing that is still wanted.
process.exit();

async function soak(): Promise<void> {
  const first = Number(values.seed);
  const seeds = Array.from({ length: Number(values.rounds) }, (_, index) => first + index);
  const started = Date.now();
  const options: SoakOptions = {
    backends,
    joins: Number(values.joins),
    leases: values.leases === 'real' ? 'real' : 'short',
    sabotage: values.sabotage,
  };
  const results = await Promise.all(
    seeds.map((seed) =>
      lanes.with(async (cluster) => {
        const result = await runRound(planOfSeed(seed, options), cluster);
        tell(result);
        return result;
      }),
    ),
  );
  const summary = [
    ...summarise(results),
    `faults ${results.reduce((total, { faults }) => total + faults.length, 0)}`,
    `took ${Math.round((Date.now() - started) / 1000)} s`,
  ];
  console.log(`\n${summary.join('\n')}`);
  await keep({ options: values, summary, results });
  const failed = results.filter(({ faults }) => faults.length > 0);
  if (failed.length === 0) return;
  console.error(`\nOnce more:\n${failed.map((result) => commandFor(result, values)).join('\n')}`);
  process.exitCode = 1;
}

function tell(result: RoundResult): void {
  console.log(describeRound(result));
  if (result.faults.length === 0) return;
  console.error(result.faults.slice(0, 20).join('\n'));
  if (result.faults.length > 20) console.error(`… and ${result.faults.length - 20} more`);
}

async function keep(report: object): Promise<void> {
  const folder = join(projectRoot, 'test', 'faults', 'results');
  await mkdir(folder, { recursive: true });
  const name = `${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`;
  await writeFile(join(folder, name), `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(`test/faults/results/${name}`);
}

function backendsOf(given: string): SoakOptions['backends'] {
  switch (given) {
    case 'both':
      return ['postgres', 'redis'];
    case 'postgres':
    case 'redis':
      return [given];
    default:
      throw new Error(`--backend is postgres, redis or both, not ${given}`);
  }
}
