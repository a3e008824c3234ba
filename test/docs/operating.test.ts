import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditSealer } from '../../src/audit/audit-sealer.js';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/development/embedded-postgres.js';
import { MessageMetrics } from '../../src/messaging/message-metrics.js';
import { environmentSchema } from '../../src/platform/config/configuration.schema.js';
import { migrate } from '../../src/platform/database/migrate.js';
import { addRequestLog } from '../../src/platform/http/request-log.js';
import { Metrics } from '../../src/platform/metrics/metrics.js';
import { OutboxMetrics } from '../../src/platform/outbox/outbox-metrics.js';
import { RelayMetrics } from '../../src/platform/outbox/relay-metrics.js';
import { JobMetrics } from '../../src/platform/queue/job-metrics.js';
import { migrateQueueSchema } from '../../src/platform/queue/migrate-queue-schema.js';
import { loadBankHolidays } from '../../src/platform/time/bank-holidays.js';
import { WorkingCalendar } from '../../src/platform/time/working-days.js';
import { blocksOf, readDocument, sectionOf, tableRowsOf } from './markdown.js';

const text = readDocument('docs/operating.md');
/** Names of the page that begin like metrics. */
const ROLES = new Set([
  'branchline_owner',
  'branchline_app',
  'branchline_organiser',
  'branchline_organiser_of_all',
  'branchline_migrate',
]);

describe('the settings of docs/operating.md', () => {
  const rows = tableRowsOf(sectionOf(text, '## Settings')).filter(([name]) =>
    name?.startsWith('`'),
  );
  const documented = new Map(
    rows.map(([name = '', value = '']) => [name.replaceAll('`', ''), value]),
  );

  it('are those of the schema, each once', () => {
    const names = Object.keys(environmentSchema.shape);
    expect(new Set(documented.keys())).toEqual(new Set(names));
    expect(rows).toHaveLength(names.length);
  });

  it('have the defaults of the schema', () => {
    for (const [name, schema] of Object.entries(environmentSchema.shape)) {
      expect(documented.get(name), name).toMatch(shownDefault(schema.safeParse(undefined)));
    }
  });

  it('explain every setting of .env.example and docker-compose.yml', () => {
    const names = [
      ...readDocument('.env.example').matchAll(/^(?:# ?)?([A-Z][A-Z0-9_]+)=/gm),
      ...readDocument('docker-compose.yml').matchAll(/\$\{([A-Z][A-Z0-9_]+)/g),
    ].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(10);
    for (const name of new Set(names)) expect(text).toContain(`\`${name}\``);
  });
});

describe('the metrics of docs/operating.md', () => {
  it('are those that the processes have, and no others', () => {
    const metrics = new Metrics();
    new OutboxMetrics(metrics, {} as never, {} as never).onModuleInit();
    new AuditSealer({} as never, metrics).onModuleInit();
    const others = [
      new MessageMetrics(metrics),
      new JobMetrics(metrics),
      new RelayMetrics(metrics),
    ];
    addRequestLog({ addHook: () => undefined } as never, {} as never, metrics);
    const ours = metrics.registry
      .getMetricsAsArray()
      .map(({ name }) => name)
      .filter((name) => name.startsWith('branchline_'));
    expect(others).toHaveLength(3);
    const named = [...text.matchAll(/`(branchline_[a-z_]+[a-z])`/g)].map(([, name = '']) => name);
    const metricsNamed = named.filter((name) => !ROLES.has(name));
    expect(new Set(metricsNamed)).toEqual(new Set(ours));
  });
});

describe('the bank holidays of docs/operating.md', () => {
  it('end when it says', () => {
    const { coversUntil } = new WorkingCalendar(loadBankHolidays());
    expect(sectionOf(text, '## Bank holidays')).toContain(coversUntil);
  });
});

/** A cluster of its own: roles belong to the cluster, and here nobody has made them. */
describe('the SQL of docs/operating.md for a PostgreSQL where the owner may not make roles', () => {
  let postgres: EmbeddedPostgres;
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'branchline-managed-'));
    postgres = await startEmbeddedPostgres({ dataDir, durable: false, log: () => undefined });
  });
  afterAll(async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('is enough for a migration by a login that may make none', async () => {
    const [prepare = ''] = blocksOf(sectionOf(text, '### Managed PostgreSQL'), 'sql');
    await statements(postgres.superuserUrl('postgres'), [
      `CREATE ROLE administrator LOGIN PASSWORD 'of the provider' CREATEROLE CREATEDB`,
    ]);
    // As a provider's administrator: no superuser. CREATE DATABASE wants to be alone.
    await statements(as('administrator', 'of the provider', 'postgres'), prepare.split(/;\s*$/m));

    const owner = as('branchline_migrate', 'a password for migrations', 'branchline');
    expect(await migrate({ url: owner, migrateQueue: migrateQueueSchema })).not.toEqual([]);
    expect(await migrate({ url: owner, migrateQueue: migrateQueueSchema })).toEqual([]);

    const application = as('branchline_app', 'a password for the application', 'branchline');
    const [bound] = await statements(application, [
      'SELECT rolsuper OR rolbypassrls AS free FROM pg_roles WHERE rolname = current_user',
    ]);
    expect(bound).toEqual({ free: false });
    await expect(statements(application, ['CREATE TABLE mine (id int)'])).rejects.toThrow(
      'permission denied',
    );
    await expect(statements(application, ['SET ROLE branchline_organiser'])).resolves.toEqual([]);
  });

  function as(user: string, password: string, database: string): string {
    const url = new URL(postgres.superuserUrl(database));
    url.username = user;
    url.password = password;
    return url.href;
  }
});

/** Runs statements one after another. @returns the rows of the last. */
async function statements(url: string, all: readonly string[]): Promise<object[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    let rows: object[] = [];
    for (const statement of all) {
      if (statement.trim() !== '') rows = (await client.query<object>(statement)).rows;
    }
    return rows;
  } finally {
    await client.end();
  }
}

/** How the table shows a default: the value in backticks, `none` or `required`. */
function shownDefault(parsed: { success: boolean; data?: unknown }): RegExp {
  if (!parsed.success) return /^required\b/;
  const { data } = parsed;
  if (data === undefined || (Array.isArray(data) && data.length === 0)) return /^none\b/;
  const value = typeof data === 'string' ? data : JSON.stringify(data);
  return new RegExp(`^\`${value.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}\`$`);
}
