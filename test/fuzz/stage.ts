import { v7 as uuidV7 } from 'uuid';
import { OrganiserAccounts } from '../../src/organisers/organiser-accounts.js';
import { ownerDataSource } from '../../src/platform/database/owner-data-source.js';
import { unusedPort } from '../support/unused-port.js';
import { AnswerSchemas } from './answer-schemas.js';
import { type ApiDescription, describedApi } from './api-description.js';
import type { FuzzRequest } from './draft.js';
import { RequestDrawer } from './draw-request.js';
import { learn } from './fuzz-round.js';
import { makeOwnAccounts, type OwnAccount } from './own-accounts.js';
import { codeOfApp, ORGANISERS, ORGANISERS_PASSWORD } from './sensible-values.js';
import { ServerProcess } from './server-process.js';
import { ValuePool } from './value-pool.js';
import { type Outcome, WireClient } from './wire.js';

const LINK_SECRET = 'a secret for fuzzing only, long enough';

/** How often an organiser is asked as, beside 1: most things are the national office's to see. */
const SESSIONS_OF: Readonly<Record<string, number>> = {
  'national@example.org': 12,
  'wales@example.org': 2,
};
const SPARE_SESSIONS = 12;
const JOINS = 60;
/** An account's links to a new password. */
const RESETS = 10;
/** Things that others need, and that are gone with the first who takes them away. */
const MADE_FIRST = [
  'POST /v1/admin/api-keys',
  'POST /v1/admin/grants',
  'POST /v1/admin/organisers',
  'POST /v1/admin/join-submission-batches',
];
const MADE = 10;
const DEAD_JOBS = 3000;

/** A database with the demo organisation in it. */
export interface FuzzDatabase {
  /** The application's login. */
  readonly url: string;
  /** A superuser's. */
  readonly ownerUrl: string;
  sql<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
}

/** A running application, with all that requests are made of. */
export interface FuzzStage {
  readonly api: ApiDescription;
  readonly pool: ValuePool;
  readonly schemas: AnswerSchemas;
  readonly server: ServerProcess;
  /** Runs the jobs of what is posted; undefined where it is left out. */
  readonly worker: ServerProcess | undefined;
  close(): Promise<void>;
}

/**
 * Starts the built application on a database, signs its organisers in, and posts what lists are to
 * show. The first requests of a seed are the same each time.
 */
export async function startStage(
  database: FuzzDatabase,
  options: { seed: number; smtpUrl: string; worker: boolean },
): Promise<FuzzStage> {
  await prepareOrganisers(database.ownerUrl);
  await addDeadJobs(database);
  await addIdleRun(database);
  await addForm(database);
  const port = await unusedPort();
  const workerPort = await unusedPort();
  const environment = environmentOf(database, { port, workerPort, smtpUrl: options.smtpUrl });
  const ownAccounts = await makeOwnAccounts(database.ownerUrl, environment);
  const server = new ServerProcess('api', port, { script: 'dist/src/main.js', environment });
  const worker = options.worker
    ? new ServerProcess('worker', workerPort, { script: 'dist/src/worker.js', environment })
    : undefined;
  const close = async (): Promise<void> => {
    await Promise.all([server.stop(), worker?.stop()]);
  };
  try {
    await Promise.all([server.ready(), worker?.ready()]);
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as object;
    const api = describedApi(document);
    const pool = new ValuePool(LINK_SECRET);
    pool.add('join.slug', 'fuzz-guarded');
    await signIn(server.url, pool, ownAccounts);
    await fill(api, pool, server.port, options.seed);
    await overrideSome(database);
    return { api, pool, schemas: new AnswerSchemas(api), server, worker, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function prepareOrganisers(ownerUrl: string): Promise<void> {
  const source = await ownerDataSource(ownerUrl);
  try {
    const accounts = new OrganiserAccounts(source.manager);
    await accounts.ensureDemoOrganisers(ORGANISERS_PASSWORD);
    await accounts.create({
      email: 'leeds@example.org',
      name: 'Secretary of Leeds',
      role: 'branch_secretary',
      unitSlug: 'branch:leeds',
      password: ORGANISERS_PASSWORD,
    });
  } finally {
    await source.destroy();
  }
}

/** Jobs that were given up, of messages that are no longer wanted: to be seen, and tried again. */
async function addDeadJobs(database: FuzzDatabase): Promise<void> {
  const ids = Array.from({ length: DEAD_JOBS }, () => uuidV7());
  await database.sql(
    `INSERT INTO outbox (id, queue, job, data, state, attempts, last_error)
     SELECT id, 'notices', 'messaging.send', jsonb_build_object('messageId', id), 'dead', 20, 'gave up'
       FROM unnest($1::uuid[]) AS id`,
    [ids],
  );
}

/** A recompute that no job goes on with: a worker is done with others before they can be stopped. */
async function addIdleRun(database: FuzzDatabase): Promise<void> {
  await database.sql(
    `INSERT INTO allocation_run (id, kind, basis, directory_version, dataset_version)
     VALUES ($1, 'recompute', '', 1, '')`,
    [uuidV7()],
  );
}

/** A form that asks for proof of work. */
async function addForm(database: FuzzDatabase): Promise<void> {
  await database.sql(
    `INSERT INTO form (id, slug, name, unit_id, challenge)
     SELECT $1, 'fuzz-guarded', 'A form', id, true FROM unit WHERE kind = 'national'`,
    [uuidV7()],
  );
}

/** Says of half of the people that an organiser has put them where they are. */
async function overrideSome(database: FuzzDatabase): Promise<void> {
  await database.sql(
    `UPDATE allocation SET method = 'override', reason = 'for fuzzing'
      WHERE valid_until IS NULL AND hashtext(id::text) % 2 = 0`,
  );
}

async function signIn(
  url: string,
  pool: ValuePool,
  ownAccounts: readonly OwnAccount[],
): Promise<void> {
  const session = async (email: string, second?: object): Promise<string> => {
    const answer = await fetch(`${url}/v1/admin/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: ORGANISERS_PASSWORD, ...second }),
    });
    const { token } = (await answer.json()) as { token?: string };
    if (token === undefined) throw new Error(`${email} could not sign in: ${answer.status}`);
    return token;
  };
  for (const email of ORGANISERS) {
    const token = await session(email);
    for (let times = SESSIONS_OF[email] ?? 1; times > 0; times -= 1) pool.add('session', token);
  }
  for (let count = 0; count < SPARE_SESSIONS; count += 1) {
    pool.add('spare session', await session('national@example.org'));
  }
  let last = '';
  for (let count = 0; count < SPARE_SESSIONS; count += 1) {
    last = await session('national@example.org');
  }
  // The latest first: those that nobody uses. The one that the others are asked with is to stay.
  const answer = await fetch(`${url}/v1/admin/sessions?limit=${SPARE_SESSIONS}`, {
    headers: { authorization: `Bearer ${last}` },
  });
  const { data } = (await answer.json()) as { data: { id: string }[] };
  for (const { id } of data) pool.add('session to end', id);
  for (const { id, email, kind } of ownAccounts) {
    if (kind === 'to reset') pool.add('second factor to reset', id);
    else if (kind === 'forgetful') pool.addResets(id, RESETS);
    else pool.add('own session', await session(email, kind === 'on' ? { totp: codeOfApp() } : {}));
  }
}

/** Posts joins, then calls every list, so that the pool has something of everything. */
async function fill(
  api: ApiDescription,
  pool: ValuePool,
  port: number,
  seed: number,
): Promise<void> {
  const drawer = new RequestDrawer(api, pool, seed);
  const client = new WireClient(port);
  const lists = api.operations.filter(
    ({ method, parameters }) => method === 'GET' && !parameters.some((one) => one.in === 'path'),
  );
  const send = async (request: FuzzRequest): Promise<Outcome> => {
    const outcome = await client.send(request);
    learn({ api, pool }, request, outcome);
    return outcome;
  };
  let index = -1;
  for (const join of api.operations.filter(({ name }) => name === 'POST /v1/join')) {
    let taken = 0;
    while (taken < JOINS && index > -10 * JOINS) {
      const { answers } = await send(drawer.drawValid(index, join));
      index -= 1;
      if (answers[0]?.status === 201 || answers[0]?.status === 303) taken += 1;
    }
  }
  for (const list of lists) {
    for (let times = 0; times < 6; times += 1, index -= 1)
      await send(drawer.drawValid(index, list));
  }
  for (const operation of api.operations.filter(({ name }) => MADE_FIRST.includes(name))) {
    for (let times = 0; times < MADE; times += 1, index -= 1)
      await send(drawer.drawValid(index, operation));
  }
  client.close();
}

function environmentOf(
  { url }: FuzzDatabase,
  at: { port: number; workerPort: number; smtpUrl: string },
): Record<string, string> {
  return {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: String(at.port),
    WORKER_PORT: String(at.workerPort),
    PUBLIC_URL: 'http://localhost:3000',
    DATABASE_URL: url,
    DATABASE_POOL_SIZE: '16',
    SMTP_URL: at.smtpUrl,
    LINK_SECRET,
    RATE_LIMIT_EXEMPT: '127.0.0.0/8 ::1',
    ACKNOWLEDGEMENTS_PER_ADDRESS_PER_DAY: '1000',
    LOG_LEVEL: 'info',
  };
}
