import { mkdir, writeFile } from 'node:fs/promises';
import { arch, cpus, loadavg, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../src/platform/project-root.js';
import { startBenchCluster } from './bench-cluster.js';
import { benchmarks } from './benchmarks.js';
import { benchSettings } from './bench-settings.js';
import { type Claim, claimsTable, holds } from './claims.js';

/**
 * `npm run bench`: measures, prints tables, and writes what it found to `bench/results/`. What is
 * measured, and what the figures do not say, stands in `bench/README.md`.
 */
const settings = benchSettings(process.argv.slice(2));
const unknown = settings.only.filter((name) => !(name in benchmarks));
if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(', ')}. There are ${names()}.`);
  process.exit(2);
}

const cluster = await startBenchCluster();
const machine = {
  processor: cpus()[0]?.model,
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  system: `${platform()} ${arch()}`,
  node: process.version,
  postgres: cluster.settings,
  // Of the minute before: a busy machine makes all figures smaller, and the ratios unsteady.
  loadBefore: loadavg()[0],
};
console.log(machine);
const results: Record<string, unknown> = {};
const claims: Claim[] = [];
try {
  for (const [name, run] of Object.entries(benchmarks)) {
    if (settings.only.length > 0 && !settings.only.includes(name)) continue;
    const found = await run(cluster, settings);
    results[name] = found.figures;
    claims.push(...found.claims);
  }
} finally {
  await cluster.stop();
}

const folder = join(projectRoot, 'bench', 'results');
const file = join(folder, `${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`);
await mkdir(folder, { recursive: true });
await writeFile(file, `${JSON.stringify({ machine, settings, claims, results }, null, 2)}\n`);
console.log('\nWhat was to be shown');
console.table(claimsTable(claims));
console.log(`Written to ${file}`);
// A Redis that was started for a benchmark ends with us.
process.exit(claims.every(holds) ? 0 : 1);

function names(): string {
  return Object.keys(benchmarks).join(', ');
}
