import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../../src/app.module.js';
import { OrganiserAccounts } from '../../src/organisers/organiser-accounts.js';
import { loadConfiguration, type Settings } from '../../src/platform/config/configuration.js';
import { ownerDataSource } from '../../src/platform/database/owner-data-source.js';
import { closeHttpApp } from '../../src/platform/http/close-http-app.js';
import { createHttpApp } from '../../src/platform/http/create-http-app.js';
import { projectRoot } from '../../src/platform/project-root.js';
import { Clock } from '../../src/platform/time/clock.js';
import type { RecordedSms } from '../../src/providers/sms/local.sms-sender.js';
import { importOrganisation } from '../../src/units/organisation-import.js';
import { WorkerModule } from '../../src/worker.module.js';
import { startSmtpServer, type SmtpTestServer } from './smtp-server.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** Password of the demo organisers in tests. */
export const TEST_PASSWORD = 'organise-together';

export interface TestApplication {
  /** Where the API answers. */
  url: string;
  api: NestFastifyApplication;
  database: TestDatabase;
  smtp: SmtpTestServer;
  /** Text messages that left, oldest first. */
  sms: RecordedSms[];
  /** Turns the database's clock and tells the processes. */
  turnClock(ahead: string): Promise<void>;
  close(): Promise<void>;
}

export interface TestApplicationOptions {
  /** A redis:// URL; absent: jobs on PostgreSQL. */
  queueUrl?: string | undefined;
  /** False: an API alone, whose messages stay in the outbox. */
  worker?: boolean;
  /** Settings that differ; a function where they depend on the database. */
  settings?: Settings | ((database: TestDatabase) => Promise<Settings>);
  /** Where the application finds the database instead, on 127.0.0.1: a route that a test breaks. */
  databasePort?: number;
}

/**
 * The whole application on a database of its own, with the demo organisation: API and worker over
 * real HTTP, PostgreSQL, queue and SMTP.
 */
export async function startApplication(
  options: TestApplicationOptions = {},
): Promise<TestApplication> {
  const { worker: withWorker = true, queueUrl, settings = {}, databasePort } = options;
  const database = await createTestDatabase();
  const smtp = await startSmtpServer();
  await prepareDemoOrganisation(database.ownerUrl);
  const configuration = loadConfiguration(
    {},
    {
      NODE_ENV: 'test',
      PORT: '0',
      WORKER_PORT: '0',
      PUBLIC_URL: 'http://localhost:3000',
      DATABASE_URL: databasePort === undefined ? database.url : atPort(database.url, databasePort),
      DATABASE_POOL_SIZE: '8',
      QUEUE_URL: queueUrl,
      SMTP_URL: smtp.url,
      LINK_SECRET: 'a secret for tests only, 32 characters',
      RATE_LIMIT_EXEMPT: '127.0.0.0/8 ::1',
      LOG_LEVEL: 'silent',
      ...(typeof settings === 'function' ? await settings(database) : settings),
    },
  );
  const sms: RecordedSms[] = [];
  const worker = withWorker
    ? await createHttpApp(
        WorkerModule.with({
          recordSms: async (message) => sms.push(message),
          queue: { pollMilliseconds: 50 },
        }),
        configuration,
        { name: 'worker', docs: false },
      )
    : undefined;
  const api = await createHttpApp(AppModule.with(), configuration);
  await api.listen(0, '127.0.0.1');
  return {
    url: await api.getUrl(),
    api,
    database,
    smtp,
    sms,
    turnClock: async (ahead) => {
      await database.turnClock(ahead);
      await api.get(Clock).synchronise();
      await worker?.get(Clock).synchronise();
    },
    close: async () => {
      await closeHttpApp(api, 5);
      await worker?.close();
      await smtp.close();
      await database.drop();
    },
  };
}

/** The demo organisation and its organisers, in the database of this owner. */
export async function prepareDemoOrganisation(ownerUrl: string): Promise<void> {
  const source = await ownerDataSource(ownerUrl);
  try {
    const file = await readFile(join(projectRoot, 'data', 'demo-organisation.json'), 'utf8');
    await importOrganisation(source.manager, JSON.parse(file), { demo: true });
    await new OrganiserAccounts(source.manager).ensureDemoOrganisers(TEST_PASSWORD);
  } finally {
    await source.destroy();
  }
}

function atPort(databaseUrl: string, port: number): string {
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  return url.href;
}
