import {
  Global,
  type INestApplicationContext,
  Injectable,
  type LoggerService,
  Module,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { vi } from 'vitest';
import { z } from 'zod';
import { ConfigurationModule } from '../../src/platform/config/configuration.module.js';
import { loadConfiguration } from '../../src/platform/config/configuration.js';
import { Database } from '../../src/platform/database/database.js';
import { DatabaseModule } from '../../src/platform/database/database.module.js';
import { Readiness } from '../../src/platform/http/readiness.js';
import { MetricsModule } from '../../src/platform/metrics/metrics.module.js';
import { OutboxModule } from '../../src/platform/outbox/outbox.module.js';
import { OutboxRepository } from '../../src/platform/outbox/outbox.repository.js';
import { type EnqueueOptions, OutboxService } from '../../src/platform/outbox/outbox.service.js';
import { Relay } from '../../src/platform/outbox/relay.js';
import { JobRunner } from '../../src/platform/queue/job-runner.js';
import { JobWorker } from '../../src/platform/queue/job-worker.js';
import {
  type Begun,
  HandlesJob,
  type InsideHandler,
  type JobDefinition,
  type JobFailure,
  type OutsideHandler,
  defineJob,
} from '../../src/platform/queue/job.js';
import { QueueModule } from '../../src/platform/queue/queue.module.js';
import type { QueueSettings } from '../../src/platform/queue/queue-settings.js';
import { type TestRedis, findRedisServer, startRedis } from '../support/redis.js';
import { type TestDatabase, createTestDatabase } from '../support/test-database.js';

const onRedis = findRedisServer() !== undefined;
if (!onRedis) console.warn('LEFT OUT: the queue on Redis, because no redis-server is installed');

/** The suite runs on each of these. */
export const BACKENDS: { backend: 'postgres' | 'redis' }[] = [
  { backend: 'postgres' },
  ...(onRedis ? [{ backend: 'redis' as const }] : []),
];

type Keyed = { key: string };
const keyed = z.object({ key: z.string() });
const quick = { maxAttempts: 3, backOffSeconds: 0.05, leaseSeconds: 1 } as const;

export const insideJob = defineJob({ name: 'test.inside', data: keyed, ...quick });
export const outsideJob = defineJob({ name: 'test.outside', data: keyed, ...quick });
export const silentJob = defineJob({ name: 'test.without-fail', data: keyed, ...quick });
export const TEST_JOBS = [
  insideJob,
  outsideJob,
  silentJob,
] as readonly unknown[] as JobDefinition[];

type Manager = Parameters<OutsideHandler<Keyed, Keyed>['begin']>[0];

/** What the handlers of a test do; a test replaces what it is about. */
export class Script {
  readonly calls: string[] = [];
  readonly failures: (JobFailure & { message: string })[] = [];
  inside = async (manager: Manager, { key }: Keyed): Promise<void> => this.effect(manager, key);
  begin = async (_manager: Manager, data: Keyed): Promise<Begun<Keyed>> => data;
  perform = async (_plan: Keyed): Promise<void> => undefined;
  finish = async (manager: Manager, { key }: Keyed): Promise<void> => this.effect(manager, key);

  async effect(manager: Manager, key: string): Promise<void> {
    await manager.query('INSERT INTO effect (key) VALUES ($1)', [key]);
  }
}

async function noteFailure(script: Script, error: Error, failure: JobFailure): Promise<void> {
  script.calls.push('fail');
  script.failures.push({ ...failure, message: error.message });
}

@HandlesJob(insideJob)
class TestInside implements InsideHandler<Keyed> {
  constructor(private readonly script: Script) {}
  async handle(manager: Manager, data: Keyed): Promise<void> {
    this.script.calls.push('handle');
    await this.script.inside(manager, data);
  }
}

@Injectable()
class OutsideSteps {
  constructor(protected readonly script: Script) {}
  async begin(manager: Manager, data: Keyed): Promise<Begun<Keyed>> {
    this.script.calls.push('begin');
    return this.script.begin(manager, data);
  }
  async perform(plan: Keyed): Promise<void> {
    this.script.calls.push('perform');
    await this.script.perform(plan);
  }
  async finish(manager: Manager, plan: Keyed): Promise<void> {
    this.script.calls.push('finish');
    await this.script.finish(manager, plan);
  }
}

@HandlesJob(outsideJob)
class TestOutside extends OutsideSteps implements OutsideHandler<Keyed, Keyed> {
  async fail(_: Manager, _data: Keyed, error: Error, failure: JobFailure): Promise<void> {
    await noteFailure(this.script, error, failure);
  }
}

@HandlesJob(silentJob)
class TestWithoutFail extends OutsideSteps implements OutsideHandler<Keyed, Keyed> {}

export const TEST_HANDLERS: Type[] = [TestInside, TestOutside, TestWithoutFail];

export interface RowNow {
  id: string;
  state: string;
  attempts: number;
  leased: boolean;
  last_error: string | null;
}

export interface BootOptions {
  jobs?: readonly JobDefinition[];
  handlers?: Type[];
  settings?: Partial<QueueSettings>;
  script?: Script;
  environment?: Record<string, string>;
  logger?: LoggerService | false;
}

/** What a process without HTTP still has of it. */
@Global()
@Module({ providers: [Readiness], exports: [Readiness] })
class ReadinessModule {}

/** One worker process (without HTTP), with its parts at hand. */
export interface Booted {
  app: INestApplicationContext;
  script: Script;
  outbox: OutboxService;
  repository: OutboxRepository;
  relay: Relay;
  worker: JobWorker;
  runner: JobRunner;
  database: Database;
  /** Enqueues a job in a transaction of its own. */
  enqueue(definition: JobDefinition<Keyed>, key: string, options?: EnqueueOptions): Promise<string>;
  /** Starts relay and workers. */
  start(): void;
}

/** Short times, so that a test waits for a condition and not for a lease. */
const SETTINGS: Partial<QueueSettings> = {
  queuedLeaseMilliseconds: 1_000,
  pollMilliseconds: 100,
  leftToOthersMilliseconds: 50,
  lockMilliseconds: 5_000,
  stalledCheckMilliseconds: 1_000,
  startsByItself: false,
};

/** Database, queue and processes of one test file on one backend. */
export class Bench {
  private readonly booted: INestApplicationContext[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly redis: TestRedis | undefined,
  ) {}

  static async open(backend: 'postgres' | 'redis', redisSettings?: string[]): Promise<Bench> {
    const database = await createTestDatabase();
    await database.sql('CREATE TABLE effect (key text NOT NULL)');
    await database.sql('GRANT ALL ON effect TO branchline_app');
    return new Bench(database, backend === 'redis' ? await startRedis(redisSettings) : undefined);
  }

  environment(): Record<string, string> {
    return {
      NODE_ENV: 'test',
      DATABASE_URL: this.database.url,
      SMTP_URL: 'smtp://127.0.0.1:2525',
      LINK_SECRET: 'a secret for tests that is long enough',
      DATABASE_POOL_SIZE: '8',
      WORKER_CONCURRENCY: '4',
      SHUTDOWN_SECONDS: '5',
      ...(this.redis === undefined ? {} : { QUEUE_URL: this.redis.url }),
    };
  }

  async boot(options: BootOptions = {}): Promise<Booted> {
    const script = options.script ?? new Script();
    @Module({
      imports: [
        ConfigurationModule.with(
          loadConfiguration({ ...this.environment(), ...options.environment }),
        ),
        ReadinessModule,
        DatabaseModule.connect(),
        MetricsModule,
        OutboxModule,
        QueueModule.forWorker({
          jobs: options.jobs ?? TEST_JOBS,
          settings: { ...SETTINGS, ...options.settings },
        }),
      ],
      providers: [{ provide: Script, useValue: script }, ...(options.handlers ?? TEST_HANDLERS)],
    })
    class TestWorkerModule {}
    const app = await NestFactory.createApplicationContext(TestWorkerModule, {
      logger: options.logger ?? false,
      abortOnError: false,
    });
    this.booted.push(app);
    const part = <T>(type: Type<T>): T => app.get(type, { strict: false });
    const outbox = part(OutboxService);
    const database = part(Database);
    const relay = part(Relay);
    const worker = part(JobWorker);
    return {
      app,
      script,
      outbox,
      database,
      relay,
      worker,
      repository: part(OutboxRepository),
      runner: part(JobRunner),
      enqueue: (definition, key, given) =>
        database.transaction((manager) => outbox.enqueue(manager, definition, { key }, given)),
      start: () => {
        relay.start();
        worker.start();
      },
    };
  }

  /** Ends the processes and empties outbox and queue. */
  async clear(): Promise<void> {
    await Promise.all(this.booted.splice(0).map((app) => app.close()));
    await this.loseQueue();
    await this.database.sql('TRUNCATE outbox, effect');
  }

  /** What FLUSHALL does to Redis, on either backend. */
  async loseQueue(): Promise<void> {
    if (this.redis === undefined) await this.database.sql('TRUNCATE bullmq.job CASCADE');
    else await this.redis.flushall();
  }

  async rows(): Promise<RowNow[]> {
    return this.database.sql<RowNow>(
      `SELECT id, state, attempts, lease_until > clock_now() IS TRUE AS leased, last_error
         FROM outbox ORDER BY id`,
    );
  }

  async effects(): Promise<string[]> {
    const rows = await this.database.sql<{ key: string }>('SELECT key FROM effect ORDER BY key');
    return rows.map(({ key }) => key);
  }

  async close(): Promise<void> {
    await this.clear();
    await this.database.drop();
    await this.redis?.stop();
  }
}

/** Waits until `check` passes without throwing. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 15_000, interval: 20 });
}

/** A promise to be settled by the test. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
