import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchCluster, startBenchCluster } from '../../bench/bench-cluster.js';
import { startProgram } from '../../bench/child-program.js';
import { projectRoot } from '../../src/platform/project-root.js';
import { FailureBook, type KeptFailure } from './failure-book.js';
import { runSoak } from './soak.js';
import { type FuzzDatabase, startStage } from './stage.js';

/**
 * The fuzzer as a program, see README.md beside it:
 *
 *     npm run soak -- fuzz --requests 1000000 --seed 1
 *     npm run soak -- fuzz --seed 1 --only 4711
 *     npm run soak -- fuzz --replay test/fuzz/results/1-4711.json
 *
 * A million are sent to ten organisations one after the other, with a seed for each. Ends with code 1
 * when anything was found.
 */

/** So many are sent to one organisation: what they leave behind makes every report longer. */
const LEG = 100_000;

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    connections: { type: 'string', default: '32' },
    only: { type: 'string' },
    replay: { type: 'string' },
    /** Leaves the worker out: its jobs then wait. */
    'no-worker': { type: 'boolean', default: false },
  },
});
const firstSeed = Number(values.seed);
const requests = Number(values.requests);
const replayed =
  values.replay === undefined
    ? undefined
    : (JSON.parse(await readFile(values.replay, 'utf8')) as KeptFailure);
const only = values.only === undefined ? undefined : Number(values.only);
const isSingle = only !== undefined || replayed !== undefined;

const cluster = await startBenchCluster();
try {
  const sink = await startProgram({
    name: 'mail sink',
    script: 'dist/bench/mail-sink.js',
    environment: {},
  });
  try {
    const smtpUrl = sink.url.replace(/^http/, 'smtp');
    const legs = isSingle ? 1 : Math.ceil(requests / LEG);
    for (let leg = 0; leg < legs; leg += 1) {
      const seed = firstSeed + leg;
      const book = await runLeg(cluster, smtpUrl, {
        seed,
        requests: Math.min(LEG, requests - leg * LEG),
      });
      console.log(`Seed ${seed}, leg ${leg + 1} of ${legs}: ${book.summary()}`);
      if (book.kinds.size > 0) process.exitCode = 1;
      if (book.isFull) break;
    }
  } finally {
    await sink.stop();
  }
} finally {
  await cluster.stop();
}

/** Sends its requests to an organisation of its own, and tells what was found. */
async function runLeg(
  own: BenchCluster,
  smtpUrl: string,
  leg: { seed: number; requests: number },
): Promise<FailureBook> {
  const { seed } = leg;
  const name = `fuzz_${seed}`;
  const { superuserUrl, ...created } = await own.createDatabase(name);
  const database: FuzzDatabase = { ...created, ownerUrl: superuserUrl };
  // Nothing is killed here: a commit need not wait for the disk.
  await database.sql(`ALTER DATABASE ${name} SET synchronous_commit = off`);
  const book = new FailureBook(
    seed,
    isSingle ? undefined : join(projectRoot, 'test', 'fuzz', 'results'),
    (text) => console.error(text),
  );
  const worker = !values['no-worker'] && !isSingle;
  const stage = await startStage(database, { seed, smtpUrl, worker });
  const connections = Number(values.connections);
  try {
    await runSoak({ stage, database, book, ...leg, connections, only, replayed });
  } finally {
    await stage.close();
    for (const { faults } of [stage.server, ...(stage.worker ? [stage.worker] : [])]) {
      for (const fault of faults) book.addGeneral(fault);
    }
  }
  return book;
}
