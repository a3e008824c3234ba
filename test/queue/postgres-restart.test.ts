import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/development/embedded-postgres.js';
import { migrate } from '../../src/platform/database/migrate.js';
import { migrateQueueSchema } from '../../src/platform/queue/migrate-queue-schema.js';
import { APPLICATION_PASSWORD } from '../support/global-setup.js';
import { unusedPort } from '../support/unused-port.js';
import { BACKENDS, Bench, eventually, insideJob } from '../outbox/outbox.fixture.js';

// A server of this file's own, since it is stopped in the middle.
let server: EmbeddedPostgres;
let dataDir: string;
let port: number;

const start = async (): Promise<void> => {
  server = await startEmbeddedPostgres({ dataDir, port, durable: false, log: () => undefined });
};

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'branchline-restart-'));
  port = await unusedPort();
  await start();
  const superuser = new Client({ connectionString: server.superuserUrl('postgres') });
  await superuser.connect();
  await superuser.query('CREATE DATABASE restarted');
  await superuser.end();
  await migrate({
    url: server.superuserUrl('restarted'),
    applicationPassword: APPLICATION_PASSWORD,
    migrateQueue: migrateQueueSchema,
  });
});
afterAll(async () => {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});

it.each(BACKENDS)(
  'takes up its work by itself after PostgreSQL was restarted, with the queue on $backend',
  async ({ backend }) => {
    const bench = await Bench.open(backend);
    const url = new URL(server.superuserUrl('restarted'));
    url.username = 'branchline_app';
    url.password = APPLICATION_PASSWORD;
    const own = new Client({ connectionString: server.superuserUrl('restarted') });
    await own.connect();
    await own.query('CREATE TABLE IF NOT EXISTS effect (key text NOT NULL)');
    await own.query('GRANT ALL ON effect TO branchline_app');
    await own.query('TRUNCATE effect, outbox');
    await own.end();
    const process = await bench.boot({ environment: { DATABASE_URL: url.href } });
    process.start();
    await eventually(() => expect(process.worker.ready).toBe(true));
    await process.enqueue(insideJob, 'before');
    await eventually(() => expect(process.script.calls).toHaveLength(1));

    await server.stop();
    await expect(process.enqueue(insideJob, 'meanwhile')).rejects.toThrow(
      /ECONNREFUSED|terminated|shutting down/,
    );
    await start();
    await eventually(() => process.enqueue(insideJob, 'after'));
    await eventually(() => expect(process.script.calls).toHaveLength(2));
    await bench.close();
  },
  60_000,
);
