import { applicationEnvironment } from './application-environment.js';
import type { BenchCluster } from './bench-cluster.js';
import type { BenchSettings } from './bench-settings.js';
import { type ChildProgram, startProgram } from './child-program.js';
import type { LoadPlan } from './load.js';
import { measure, type Round, summarise, type Summary } from './measured.js';

const WARM_UP_SECONDS = 2;

/** Lookups of the nearest branches per second, beside a Fastify that says hello. */
export async function benchLookups(
  cluster: BenchCluster,
  { connections, rounds, seconds, poolSize }: BenchSettings,
): Promise<Summary[]> {
  const database = await cluster.createDatabase('bench_lookups');
  const programs: ChildProgram[] = [];
  try {
    const bare = await startProgram({
      name: 'bare',
      script: 'dist/bench/bare/join-server.js',
      environment: { DATABASE_URL: database.superuserUrl, DATABASE_POOL_SIZE: '2' },
      readyPath: '/health/ready',
    });
    programs.push(bare);
    const api = await startProgram({
      name: 'api',
      script: 'dist/src/main.js',
      environment: applicationEnvironment({
        databaseUrl: database.url,
        smtpUrl: 'smtp://127.0.0.1:9',
        poolSize,
      }),
      readyPath: '/health/ready',
    });
    programs.push(api);
    const contestants = [
      { name: 'bare Fastify, hello', program: bare, path: '/hello', found: [] as Round[] },
      {
        name: 'GET /v1/branches/nearest',
        program: api,
        path: '/v1/branches/nearest?postcode=M14%205RX',
        found: [] as Round[],
      },
    ];
    const run = ({ program, path }: (typeof contestants)[number], length: number) => {
      const plan: LoadPlan = {
        url: program.url,
        method: 'GET',
        path,
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
}
