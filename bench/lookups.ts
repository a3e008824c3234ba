import { readFile } from 'node:fs/promises';
import { applicationEnvironment } from './application-environment.js';
import type { BenchCluster } from './bench-cluster.js';
import type { BenchSettings } from './bench-settings.js';
import { type ChildProgram, startProgram } from './child-program.js';
import type { LoadPlan } from './load.js';
import { measure, type Round, summarise, type Summary } from './measured.js';
import { importPostcodes, withPostcodes } from './postcodes.js';

const WARM_UP_SECONDS = 2;
/** How many different postcodes each connection asks for, one after another. */
const POSTCODES = 5_000;
const FEW_BRANCHES = 50;
const MANY_BRANCHES = 5_000;

/**
 * Lookups of the nearest branches per second, with every postcode of Great Britain in memory and
 * postcodes from all over it asked for: in an organisation of fifty branches and in one of five
 * thousand, beside a Fastify that says hello. Undefined where the postcodes are not there.
 */
export async function benchLookups(
  cluster: BenchCluster,
  { connections, rounds, seconds, poolSize, profile }: BenchSettings,
): Promise<Summary[] | undefined> {
  return withPostcodes(async ({ file, sample }) => {
    const paths = await lookupPaths(sample);
    const programs: ChildProgram[] = [];
    const start = async (plan: Parameters<typeof startProgram>[0]): Promise<ChildProgram> => {
      const program = await startProgram(plan);
      programs.push(program);
      return program;
    };
    const startApi = async (branches: number): Promise<ChildProgram> => {
      const database = await cluster.createDatabase(`bench_lookups_${branches}`);
      await importPostcodes(database, file);
      await database.sql(ADD_BRANCHES, [branches]);
      return start({
        name: `api, ${branches} branches`,
        script: 'dist/src/main.js',
        environment: applicationEnvironment({
          databaseUrl: database.url,
          smtpUrl: 'smtp://127.0.0.1:9',
          poolSize,
        }),
        readyPath: '/health/ready',
        nodeOptions: profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`],
      });
    };
    try {
      const database = await cluster.createDatabase('bench_hello');
      const bare = await start({
        name: 'bare',
        script: 'dist/bench/bare/join-server.js',
        environment: { DATABASE_URL: database.superuserUrl, DATABASE_POOL_SIZE: '2' },
        readyPath: '/health/ready',
      });
      const hello = paths.map(() => '/hello');
      const contestants = [
        { name: 'bare Fastify, hello', program: bare, paths: hello, found: [] as Round[] },
        ...(await inTurn([FEW_BRANCHES, MANY_BRANCHES], async (branches) => ({
          name: `GET /v1/branches/nearest, ${branches} branches`,
          program: await startApi(branches),
          paths,
          found: [] as Round[],
        }))),
      ];
      const run = ({ program, paths: asked }: (typeof contestants)[number], length: number) => {
        const plan: LoadPlan = {
          url: program.url,
          method: 'GET',
          paths: asked,
          expectedStatus: 200,
          connections,
          seconds: length,
        };
        return measure(plan, { program: [program.pid], database: () => cluster.processIds() });
      };
      for (const contestant of contestants) await run(contestant, WARM_UP_SECONDS);
      for (let count = 0; count < rounds; count += 1) {
        for (const contestant of contestants) contestant.found.push(await run(contestant, seconds));
      }
      return contestants.map(({ name, found }) => summarise(name, found));
    } finally {
      await Promise.all(programs.map((program) => program.stop()));
    }
  });
}

/** Branches all over the country, until there are as many as wanted; without rules of their own. */
const ADD_BRANCHES = `
  INSERT INTO unit (id, kind, parent_id, slug, name, email, meets, latitude, longitude)
  SELECT gen_random_uuid(), 'branch', (SELECT id FROM unit WHERE kind = 'region' ORDER BY slug
                                        OFFSET n % 11 LIMIT 1),
         'more-' || n, 'More ' || n, 'more-' || n || '@example.org', 'Every Monday, 7.30 pm',
         50.2 + random() * 7, -4.5 + random() * 5.5
    FROM generate_series(1, $1::integer - (SELECT count(*) FROM unit WHERE kind = 'branch')) n`;

/** Postcodes from all over the sample, in an order that leaps about. */
async function lookupPaths(sample: string): Promise<string[]> {
  const postcodes = (await readFile(sample, 'utf8')).trim().split('\n');
  return Array.from({ length: POSTCODES }, (_, index) => {
    const postcode = postcodes[(index * 7919) % postcodes.length] ?? '';
    return `/v1/branches/nearest?postcode=${encodeURIComponent(postcode)}`;
  });
}

async function inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
