import { setTimeout as pause } from 'node:timers/promises';
import { applicationEnvironment } from './application-environment.js';
import type { BenchCluster, BenchDatabase } from './bench-cluster.js';
import type { BenchSettings } from './bench-settings.js';
import { runToEnd, startProgram } from './child-program.js';
import { median } from './load.js';
import { importPostcodes, withPostcodes } from './postcodes.js';
import { residentMemory } from './resident-memory.js';

const SETTLE_MILLISECONDS = 3_000;
/** There has to be a version to switch to. */
const LEAST_ROUNDS = 2;

export interface PostcodeImportFigures {
  readonly rows: number;
  /** Seconds of each round. */
  readonly copies: readonly number[];
  readonly imports: readonly number[];
  readonly importByCopy: number;
  /** The most that the process of an import ever held. */
  readonly importPeakMb: number;
  /** Memory of the API with the dataset, less that without, settled and at its most. */
  readonly locatorMb: number;
  readonly locatorPeakMb: number;
  /** The same after a switch to another version, when both were held for a moment. */
  readonly switchedMb: number;
  readonly switchedPeakMb: number;
  /** From the start of an API until it is ready: without a dataset, and with it. */
  readonly plainReadySeconds: number;
  readonly readySeconds: number;
  /** Of processor time. */
  readonly microsecondsPerLocate: number;
  /** To read the data beside other work, and the longest that other work waited meanwhile. */
  readonly loadMs: number;
  readonly longestPauseMs: number;
}

/**
 * The import of every postcode of Great Britain beside a bare `COPY` of the same file, and what the
 * data costs a process that has it in memory. Undefined where the file is not there.
 */
export async function benchPostcodeImport(
  cluster: BenchCluster,
  { rounds, poolSize }: BenchSettings,
): Promise<PostcodeImportFigures | undefined> {
  return withPostcodes(async ({ file, sample }) => {
    const database = await cluster.createDatabase('bench_postcodes');
    const timed = await timeImports(cluster, database, file, Math.max(rounds, LEAST_ROUNDS));
    const environment = applicationEnvironment({
      databaseUrl: database.url,
      smtpUrl: 'smtp://127.0.0.1:9',
      poolSize,
    });
    const held = await weighLocator(database, environment);
    const located = JSON.parse(
      await runToEnd('dist/bench/locate-postcodes.js', {
        ...environment,
        LOG_LEVEL: 'silent',
        POSTCODES_FILE: sample,
      }),
    ) as Pick<PostcodeImportFigures, 'microsecondsPerLocate' | 'loadMs' | 'longestPauseMs'>;
    return { ...timed, ...held, ...located };
  });
}

async function timeImports(
  cluster: BenchCluster,
  database: BenchDatabase,
  file: string,
  rounds: number,
) {
  const copies: number[] = [];
  const imports: number[] = [];
  const peaks: number[] = [];
  let rows = 0;
  for (let round = 0; round < rounds; round += 1) {
    await cluster.checkpoint();
    // A table without index, key or anything that would have to be checked.
    await database.sql(
      'CREATE TABLE bare (postcode text, pq smallint, easting integer, northing integer, lad text)',
    );
    copies.push(
      await secondsOf(() => database.sql(`COPY bare FROM '${file}' (FORMAT csv, HEADER true)`)),
    );
    const [count] = await database.sql<{ n: number }>('SELECT count(*)::integer AS n FROM bare');
    rows = count?.n ?? 0;
    await database.sql('DROP TABLE bare');
    await cluster.checkpoint();
    let peakMb = 0;
    imports.push(
      await secondsOf(async () => {
        peakMb = await importPostcodes(database, file);
      }),
    );
    peaks.push(peakMb);
  }
  return {
    rows,
    copies,
    imports,
    importByCopy: median(imports) / median(copies),
    importPeakMb: Math.max(...peaks),
  };
}

/** The API without a dataset, then with one, then after a switch to another. */
async function weighLocator(database: BenchDatabase, environment: Record<string, string>) {
  const start = () =>
    startProgram({
      name: 'api',
      script: 'dist/src/main.js',
      environment,
      readyPath: '/health/ready',
    });
  await database.sql('UPDATE current_postcode_dataset SET dataset_id = NULL');
  const beganPlain = performance.now();
  const plain = await start();
  const plainReadySeconds = (performance.now() - beganPlain) / 1000;
  await pause(SETTLE_MILLISECONDS);
  const without = await residentMemory(plain.pid);
  await plain.stop();

  const [one, other] = await database.sql<{ id: string }>('SELECT id FROM postcode_dataset');
  const use = (id: string | undefined) =>
    database.sql('UPDATE current_postcode_dataset SET dataset_id = $1', [id]);
  await use(one?.id);
  const began = performance.now();
  const api = await start();
  const readySeconds = (performance.now() - began) / 1000;
  try {
    await pause(SETTLE_MILLISECONDS);
    const loaded = await residentMemory(api.pid);
    await use(other?.id);
    await pause(2 * SETTLE_MILLISECONDS);
    const switched = await residentMemory(api.pid);
    return {
      plainReadySeconds,
      readySeconds,
      locatorMb: loaded.nowMb - without.nowMb,
      locatorPeakMb: loaded.peakMb - without.peakMb,
      switchedMb: switched.nowMb - without.nowMb,
      switchedPeakMb: switched.peakMb - without.peakMb,
    };
  } finally {
    await api.stop();
  }
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}
