import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { projectRoot } from '../src/platform/project-root.js';
import type { BenchDatabase } from './bench-cluster.js';

/** Every so-many-th postcode is in the sample. */
const SAMPLE = 20;

/** Files that are there for as long as the work takes. */
export interface PostcodeFiles {
  /** All postcodes of Great Britain, for `postcodes import`; the database's server may read it. */
  readonly file: string;
  /** Every twentieth of them, one a line. */
  readonly sample: string;
}

/** Unpacks the postcodes of Great Britain. Undefined, with a word on why, where they are not there. */
export async function withPostcodes<Result>(
  work: (files: PostcodeFiles) => Promise<Result>,
): Promise<Result | undefined> {
  const packed = join(projectRoot, '..', 'shared', 'data', 'codepoint-open-gb-min.csv.xz');
  if (!existsSync(packed)) {
    console.warn(`SKIPPED: this reads ${packed}, which is not there`);
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'branchline-bench-postcodes-'));
  // The server reads the file itself, as a user of its own.
  await chmod(folder, 0o755);
  const file = join(folder, 'postcodes.csv');
  try {
    await unpack(packed, file);
    return await work({ file, sample: await samplePostcodes(file, folder) });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Imports the file as an operator would.
 *
 * @returns the most memory that the process held, in megabytes.
 */
export async function importPostcodes(database: BenchDatabase, file: string): Promise<number> {
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
