import type { BenchCluster } from './bench-cluster.js';
import { runToEnd } from './child-program.js';

/** What a program said of a number of jobs that do nothing. */
export interface JobFigures {
  readonly program: string;
  readonly jobs: number;
  /** From the first that was written until the last was done. */
  readonly perSecond: number;
  /** Milliseconds of processor time of the program for each job. */
  readonly programMs: number;
}

const JOBS = 10_000;

/**
 * Jobs per second, on one backend: through outbox, relay, queue and runner, each job a row that is
 * committed with its cause and deleted with its effect, beside BullMQ alone, which only adds and
 * processes. The first of the two figures is the ceiling.
 */
export async function benchJobs(
  cluster: BenchCluster,
  queue: { name: string; url: string | undefined },
): Promise<JobFigures[]> {
  const figures: JobFigures[] = [];
  for (const [program, script] of [
    [`bare BullMQ on ${queue.name}`, 'dist/bench/bare/bullmq-jobs.js'],
    [`outbox and BullMQ on ${queue.name}`, 'dist/bench/outbox-jobs.js'],
  ] as const) {
    const name = `bench_jobs_${queue.name.toLowerCase()}_${figures.length}`;
    const database = await cluster.createDatabase(name);
    await cluster.checkpoint();
    const said = await runToEnd(script, {
      NODE_ENV: 'test',
      JOBS: String(JOBS),
      DATABASE_URL: database.url,
      SMTP_URL: 'smtp://127.0.0.1:9',
      LINK_SECRET: 'a secret for benchmarks only, long enough',
      LOG_LEVEL: 'warn',
      ...(queue.url === undefined ? {} : { QUEUE_URL: queue.url }),
    });
    const { seconds, processorSeconds } = JSON.parse(said) as Record<string, number>;
    figures.push({
      program,
      jobs: JOBS,
      perSecond: JOBS / (seconds ?? Number.NaN),
      programMs: ((processorSeconds ?? Number.NaN) * 1000) / JOBS,
    });
  }
  return figures;
}
