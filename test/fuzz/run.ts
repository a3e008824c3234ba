import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBenchCluster } from '../../bench/bench-cluster.js';
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
 * Ends with code 1 when anything was found.
 */
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
const seed = Number(values.seed);
const replayed =
  values.replay === undefined
    ? undefined
    : (JSON.parse(await readFile(values.replay, 'utf8')) as KeptFailure);
const only = values.only === undefined ? undefined : Number(values.only);
const isSingle = only !== undefined || replayed !== undefined;

const book = new FailureBook(
  seed,
  isSingle ? undefined : join(projectRoot, 'test', 'fuzz', 'results'),
  (text) => console.error(text),
);
const cluster = await startBenchCluster();
try {
  const { superuserUrl, ...created } = await cluster.createDatabase('fuzz');
  const database: FuzzDatabase = { ...created, ownerUrl: superuserUrl };
  // Nothing is killed here: a commit need not wait for the disk.
  await database.sql('ALTER DATABASE fuzz SET synchronous_commit = off');
  const sink = await startProgram({
    name: 'mail sink',
    script: 'dist/bench/mail-sink.js',
    environment: {},
  });
  try {
    const stage = await startStage(database, {
      seed,
      smtpUrl: sink.url.replace(/^http/, 'smtp'),
      worker: !values['no-worker'] && !isSingle,
    });
    try {
      await runSoak({
        stage,
        database,
        book,
        seed,
        requests: Number(values.requests),
        connections: Number(values.connections),
        only,
        replayed,
      });
    } finally {
      await stage.close();
      for (const { faults } of [stage.server, ...(stage.worker ? [stage.worker] : [])]) {
        for (const fault of faults) book.addGeneral(fault);
      }
    }
  } finally {
    await sink.stop();
  }
} finally {
  await cluster.stop();
}
console.log(book.summary());
process.exitCode = book.kinds.size > 0 ? 1 : 0;
