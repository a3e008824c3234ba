import { applicationEnvironment } from './application-environment.js';
import type { BenchCluster, BenchDatabase } from './bench-cluster.js';
import type { BenchSettings } from './bench-settings.js';
import { type ChildProgram, startProgram } from './child-program.js';
import { joinPosts } from './join-posts.js';
import type { LoadPlan } from './load.js';
import { measure, type Round, summarise, type Summary } from './measured.js';
import { seedPeople } from './seed-people.js';

const WARM_UP_SECONDS = 5;

/** Joins per second with few and with many people in the database; the first is compared with. */
export async function benchGrowth(
  cluster: BenchCluster,
  { connections, rounds, seconds, poolSize, people }: BenchSettings,
): Promise<Summary[]> {
  const contestants: { name: string; program: ChildProgram; plan: LoadPlan; found: Round[] }[] = [];
  try {
    for (const [index, count] of [10_000, people].entries()) {
      const database = await cluster.createDatabase(`bench_growth_${count}`);
      const began = performance.now();
      await seedPeople(database, count);
      const seeded = ((performance.now() - began) / 1000).toFixed(0);
      console.log(`${count} people are in ${await sizeOf(database)} (made in ${seeded} s).`);
      const program = await startProgram({
        name: 'api',
        script: 'dist/src/main.js',
        environment: applicationEnvironment({
          databaseUrl: database.url,
          smtpUrl: 'smtp://127.0.0.1:9',
          poolSize,
        }),
        readyPath: '/health/ready',
      });
      const plan: LoadPlan = {
        url: program.url,
        method: 'POST',
        paths: ['/v1/join'],
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        nextBody: joinPosts(5 + index),
        expectedStatus: 201,
        connections,
        seconds,
      };
      contestants.push({ name: `${count} people`, program, plan, found: [] });
    }
    for (let count = -1; count < rounds; count += 1) {
      for (const { program, plan, found } of contestants) {
        await cluster.checkpoint();
        const length = count < 0 ? WARM_UP_SECONDS : seconds;
        const round = await measure(
          { ...plan, seconds: length },
          { program: [program.pid], database: () => cluster.processIds() },
        );
        if (count >= 0) found.push(round);
      }
    }
    return contestants.map(({ name, found }) => summarise(name, found));
  } finally {
    await Promise.all(contestants.map(({ program }) => program.stop()));
  }
}

async function sizeOf(database: BenchDatabase): Promise<string> {
  const [row] = await database.sql<{ size: string }>(
    'SELECT pg_size_pretty(pg_database_size(current_database())) AS size',
  );
  return row?.size ?? 'nothing';
}
