import { mkdir, writeFile } from 'node:fs/promises';
import { arch, cpus, loadavg, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../src/platform/project-root.js';
import { startBenchCluster } from './bench-cluster.js';
import { benchSettings } from './bench-settings.js';
import { benchJoins } from './joins.js';
import { benchLookups } from './lookups.js';
import { benchMails } from './mails.js';
import { type Summary, tableOf } from './measured.js';

/**
 * `npm run bench`: measures, prints tables, and writes what it found to `bench/results/`. What is
 * measured, and what the figures do not say, stands in `bench/README.md`.
 */
const settings = benchSettings(process.argv.slice(2));
const wanted = (name: string): boolean =>
  settings.only.length === 0 || settings.only.includes(name);

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
try {
  if (wanted('joins')) {
    const { summaries, mailsPerSecond } = await benchJoins(cluster, settings);
    report(`Joins, ${settings.connections} connections`, summaries);
    console.log(`Meanwhile the worker sent ${mailsPerSecond.toFixed(0)} mails a second.`);
    results['joins'] = { summaries, mailsPerSecond };
  }
  if (wanted('mails')) {
    const figures = [await benchMails(cluster, settings, { name: 'PostgreSQL', url: undefined })];
    console.log('\nMails, one worker and nothing beside it');
    console.table(figures);
    results['mails'] = figures;
  }
  if (wanted('lookups')) {
    const summaries = await benchLookups(cluster, settings);
    report(`Lookups, ${settings.connections} connections`, summaries);
    results['lookups'] = { summaries };
  }
} finally {
  await cluster.stop();
}

const folder = join(projectRoot, 'bench', 'results');
const file = join(folder, `${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`);
await mkdir(folder, { recursive: true });
await writeFile(file, `${JSON.stringify({ machine, settings, results }, null, 2)}\n`);
console.log(`Written to ${file}`);

function report(title: string, summaries: readonly Summary[]): void {
  console.log(`\n${title} (medians of ${settings.rounds} rounds of ${settings.seconds} s)`);
  console.table(tableOf(summaries));
}
