import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { projectRoot } from '../src/platform/project-root.js';
import { applicationEnvironment } from './application-environment.js';
import type { BenchCluster, BenchDatabase } from './bench-cluster.js';
import type { BenchSettings } from './bench-settings.js';
import { runToEnd, startProgram } from './child-program.js';
import { median } from './load.js';
import { residentMemory } from './resident-memory.js';

const SETTLE_MILLISECONDS = 3_000;
/** There has to be a version to switch to. */
const LEAST_ROUNDS = 2;
/** Every so-many-th postcode is looked for. */
const SAMPLE = 20;

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
  const packed = join(projectRoot, '..', 'shared', 'data', 'codepoint-open-gb-min.csv.xz');
  if (!existsSync(packed)) {
    console.warn(`SKIPPED: postcode-import reads ${packed}, which is not there`);
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'branchline-bench-postcodes-'));
  // The server reads the file itself, as a user of its own.
  await chmod(folder, 0o755);
  const file = join(folder, 'postcodes.csv');
  try {
    await unpack(packed, file);
    const database = await cluster.createDatabase('bench_postcodes');
    const timed = await timeImports(cluster, database, file, Math.max(rounds, LEAST_ROUNDS));
    const environment = applicationEnvironment({
      databaseUrl: database.url,
      smtpUrl: 'smtp://127.0.0.1:9',
      poolSize,
    });
    const held = await weighLocator(database, environment);
    const sample = await samplePostcodes(file, folder);
    const located = JSON.parse(
      await runToEnd('dist/bench/locate-postcodes.js', {
        ...environment,
        LOG_LEVEL: 'silent',
        POSTCODES_FILE: sample,
      }),
    ) as Pick<PostcodeImportFigures, 'microsecondsPerLocate' | 'loadMs' | 'longestPauseMs'>;
    return { ...timed, ...held, ...located };
  } finally {
    await rm(folder, { recursive: true });
  }
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
        peakMb = await runImport(database, file);
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

/** @returns the most memory that the process held, in megabytes. */
async function runImport(database: BenchDatabase, file: string): Promise<number> {
  const { PATH = '', HOME = '' } = process.env;
  const { stderr } = await promisify(execFile)(
    process.execPath,
    [
      '--import',
      join(projectRoot, 'dist/bench/tell-peak-memory.js'),
      join(projectRoot, 'dist/src/cli.js'),
      'postcodes',
      'import',
      file,
    ],
    { env: { PATH, HOME, DATABASE_OWNER_URL: database.superuserUrl } },
  );
  const { peakMb } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as { peakMb: number };
  return peakMb;
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

/** Every twentieth postcode of the file, one a line. @returns the path. */
async function samplePostcodes(file: string, folder: string): Promise<string> {
  const picked: string[] = [];
  let line = 0;
  for await (const row of createInterface({ input: createReadStream(file) })) {
    line += 1;
    if (line > 1 && line % SAMPLE === 0) picked.push(row.slice(0, row.indexOf(',')));
  }
  const path = join(folder, 'sample.txt');
  await writeFile(path, picked.join('\n'));
  return path;
}

async function unpack(from: string, to: string): Promise<void> {
  const xz = spawn('xz', ['-dc', from], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(xz, 'exit');
  await pipeline(xz.stdout, createWriteStream(to, { mode: 0o644 }));
  const [code] = (await ended) as [number];
  if (code !== 0) throw new Error(`xz ended with ${code}`);
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}
