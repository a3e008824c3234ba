import { benchAdmin } from './admin.js';
import type { BenchCluster } from './bench-cluster.js';
import type { BenchSettings } from './bench-settings.js';
import type { Claim } from './claims.js';
import { benchGrowth } from './growth.js';
import { benchJobs } from './jobs.js';
import { benchJoins } from './joins.js';
import { benchLookups } from './lookups.js';
import { benchMails } from './mails.js';
import { type Summary, tableOf } from './measured.js';
import { benchPostcodeImport } from './postcode-import.js';
import { benchPrivacy } from './privacy.js';
import { benchRecompute } from './recompute.js';
import { queuesToMeasure } from './queues-to-measure.js';
import { benchStart } from './start.js';

/** Measures and prints what it found; figures and claims go into the file of results. */
type Benchmark = (cluster: BenchCluster, settings: BenchSettings) => Promise<Findings>;

interface Findings {
  readonly figures: unknown;
  /** What it was to show. */
  readonly claims: readonly Claim[];
}

/** Where the data is not there: what could not be measured has not been shown. */
const UNSHOWN: Claim = { what: 'Postcodes: not measured', found: Number.NaN, atLeast: 0 };

/** All benchmarks by the names that `npm run bench -- NAME…` takes, in the order in which they run. */
export const benchmarks: Readonly<Record<string, Benchmark>> = {
  start: async () => {
    const figures = await benchStart();
    print('Seconds until npm start is ready, after install and build', figures);
    return {
      figures,
      claims: [
        { what: 'Start: seconds on an empty folder', found: figures.emptyFolder, atMost: 10 },
      ],
    };
  },
  joins: async (cluster, settings) => {
    const { summaries, mailsPerSecond } = await benchJoins(cluster, settings);
    print(`Joins, ${rounds(settings)}`, tableOf(summaries));
    console.log(`Meanwhile the worker sent ${mailsPerSecond.toFixed(0)} mails a second.`);
    const [bare, alone] = summaries;
    return {
      figures: { summaries, mailsPerSecond },
      claims: [
        {
          what: 'Joins: share of the ceiling',
          found: ratio(alone, bare, 'perSecond'),
          atLeast: 0.5,
        },
        { what: 'Joins: p99 by p50', found: number(alone?.p99) / number(alone?.p50), atMost: 5 },
      ],
    };
  },
  lookup: async (cluster, settings) => {
    const summaries = await benchLookups(cluster, settings);
    if (summaries === undefined) return { figures: null, claims: [UNSHOWN] };
    print(`Lookups, ${rounds(settings)}`, tableOf(summaries));
    const [hello, few, many] = summaries;
    return {
      figures: { summaries },
      claims: [
        {
          what: 'Lookups: share of a bare hello',
          found: ratio(few, hello, 'perSecond'),
          atLeast: 0.5,
        },
        // Where the machine lets hello have less than five itself.
        { what: 'Lookups: p99, in ms', found: number(few?.p99), atMost: 10 },
        {
          what: 'Lookups: 50 branches by 5,000, per second',
          found: ratio(few, many, 'perSecond'),
          atMost: 1.2,
        },
      ],
    };
  },
  jobs: async (cluster) => {
    const figures = [];
    for (const queue of await queuesToMeasure()) {
      const [bare, ours] = await benchJobs(cluster, queue);
      if (bare === undefined || ours === undefined) continue;
      figures.push(bare, ours);
      const share = (ours.perSecond / bare.perSecond).toFixed(2);
      console.log(`Jobs on ${queue.name}: ${share} of bare BullMQ.`);
    }
    print('Jobs that do nothing', figures.map(rounded));
    return { figures, claims: [] };
  },
  mails: async (cluster, settings) => {
    const figures = [];
    for (const queue of await queuesToMeasure()) {
      figures.push(await benchMails(cluster, settings, queue));
    }
    print('Mails, one worker and nothing beside it', figures.map(rounded));
    return { figures, claims: [] };
  },
  privacy: async (cluster, settings) => {
    const figures = await benchPrivacy(cluster, settings);
    print('Answer times of known and unknown applicants, in ms', figures.times.map(rounded));
    return {
      figures,
      claims: figures.knownTakesLonger.map(({ between, percent }) => ({
        what: `Privacy, ${between}: % of pairs in which the known waits longer`,
        found: percent,
        atLeast: 47,
        atMost: 53,
      })),
    };
  },
  'postcode-import': async (cluster, settings) => {
    const figures = await benchPostcodeImport(cluster, settings);
    if (figures === undefined) return { figures: null, claims: [UNSHOWN] };
    const { copies, imports, ...told } = figures;
    print('Seconds of each round', { 'bare COPY': copies, import: imports });
    print('Postcodes, imported and in memory', rounded(told));
    return {
      figures,
      claims: [
        { what: 'Postcode import: times a bare COPY', found: told.importByCopy, atMost: 3 },
        { what: 'Postcode import: most memory, in MB', found: told.importPeakMb, atMost: 300 },
        { what: 'Postcodes in memory: MB above without', found: told.locatorMb, atMost: 120 },
        { what: 'Postcodes: seconds until ready', found: told.readySeconds, atMost: 5 },
        { what: 'Postcodes: µs to locate one', found: told.microsecondsPerLocate, atMost: 2 },
      ],
    };
  },
  recompute: async (cluster, settings) => {
    const figures = await benchRecompute(cluster, settings);
    print('Allocations decided anew, one worker and nothing beside it', figures.runs.map(rounded));
    return {
      figures,
      claims: [
        {
          what: `Recompute: worker's memory with ${settings.people} people by that with 10000`,
          found: figures.manyPeakMb / figures.fewPeakMb,
          atMost: 1.3,
        },
        { what: 'Recompute: people allocated twice, or not', found: figures.misplaced, atMost: 0 },
      ],
    };
  },
  admin: async (cluster, settings) => {
    const figures = await benchAdmin(cluster, settings);
    print(
      `Organisers among ${settings.people} people, in ms (open: without row-level security)`,
      figures.map(rounded),
    );
    return {
      figures,
      claims: figures.flatMap(({ question, databaseRatio, p99Ratio }) => [
        {
          what: `Admin, ${question}: database time by that without row-level security`,
          found: databaseRatio,
          atMost: 1.5,
        },
        {
          what: `Admin, ${question}: p99 by that without row-level security`,
          found: p99Ratio,
          atMost: 1.5,
        },
      ]),
    };
  },
  growth: async (cluster, settings) => {
    const summaries: Summary[] = await benchGrowth(cluster, settings);
    print(`Joins beside people, ${rounds(settings)}`, tableOf(summaries));
    const [few, many] = summaries;
    return {
      figures: { summaries },
      claims: [
        {
          what: `Growth: p99 with ${many?.program} by p99 with ${few?.program}`,
          found: ratio(many, few, 'p99'),
          atMost: 1.3,
        },
      ],
    };
  },
};

function ratio(
  one: Summary | undefined,
  other: Summary | undefined,
  of: 'perSecond' | 'p99',
): number {
  return number(one?.[of]) / number(other?.[of]);
}

function number(value: number | undefined): number {
  return value ?? Number.NaN;
}

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
