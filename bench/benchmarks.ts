import type { BenchCluster } from './bench-cluster.js';
import type { BenchSettings } from './bench-settings.js';
import { benchGrowth } from './growth.js';
import { benchJobs } from './jobs.js';
import { benchJoins } from './joins.js';
import { benchLookups } from './lookups.js';
import { benchMails } from './mails.js';
import { type Summary, tableOf } from './measured.js';
import { benchPrivacy } from './privacy.js';
import { queuesToMeasure } from './queues-to-measure.js';
import { benchStart } from './start.js';

/** Measures, prints what it found, and answers it for the file of results. */
type Benchmark = (cluster: BenchCluster, settings: BenchSettings) => Promise<unknown>;

/** All benchmarks by the name that `--only` takes, in the order in which they run. */
export const benchmarks: Readonly<Record<string, Benchmark>> = {
  start: async () => {
    const figures = await benchStart();
    print('Seconds until npm start is ready, after install and build', figures);
    return figures;
  },
  joins: async (cluster, settings) => {
    const { summaries, mailsPerSecond } = await benchJoins(cluster, settings);
    print(`Joins, ${rounds(settings)}`, tableOf(summaries));
    console.log(`Meanwhile the worker sent ${mailsPerSecond.toFixed(0)} mails a second.`);
    return { summaries, mailsPerSecond };
  },
  lookups: async (cluster, settings) => {
    const summaries = await benchLookups(cluster, settings);
    print(`Lookups, ${rounds(settings)}`, tableOf(summaries));
    return { summaries };
  },
  jobs: async (cluster) => {
    const figures = [];
    for (const queue of await queuesToMeasure()) {
      const [bare, ours] = await benchJobs(cluster, queue);
      if (bare === undefined || ours === undefined) continue;
      figures.push(bare, ours);
      const ratio = (ours.perSecond / bare.perSecond).toFixed(2);
      console.log(`Jobs on ${queue.name}: ${ratio} of bare BullMQ.`);
    }
    print('Jobs that do nothing', figures.map(rounded));
    return figures;
  },
  mails: async (cluster, settings) => {
    const figures = [];
    for (const queue of await queuesToMeasure()) {
      figures.push(await benchMails(cluster, settings, queue));
    }
    print('Mails, one worker and nothing beside it', figures.map(rounded));
    return figures;
  },
  privacy: async (cluster, settings) => {
    const figures = await benchPrivacy(cluster, settings);
    print('Answer times of known and unknown applicants, in ms', figures.times.map(rounded));
    const share = (figures.knownTakesLonger * 100).toFixed(1);
    console.log(`The known one takes longer in ${share} % of all pairs (50: nothing to be told).`);
    return figures;
  },
  growth: async (cluster, settings) => {
    const summaries: Summary[] = await benchGrowth(cluster, settings);
    print(`Joins beside people, ${rounds(settings)}`, tableOf(summaries));
    const [few, many] = summaries;
    const ratio = ((many?.p99 ?? Number.NaN) / (few?.p99 ?? Number.NaN)).toFixed(2);
    console.log(`p99 with many people is ${ratio} of that with few.`);
    return { summaries };
  },
};

function rounds({ connections, rounds: count, seconds }: BenchSettings): string {
  return `${connections} connections (medians of ${count} rounds of ${seconds} s)`;
}

function print(title: string, table: object): void {
  console.log(`\n${title}`);
  console.table(table);
}

/** Three digits after the point are more than is steady. */
function rounded(figures: object): object {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'number' ? Number(value.toFixed(3)) : value,
    ]),
  );
}
