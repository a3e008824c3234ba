import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { AppModule } from '../../src/app.module.js';
import { ConfirmationLink } from '../../src/join/confirmation-link.js';
import { loadConfiguration } from '../../src/platform/config/configuration.js';
import { closeHttpApp } from '../../src/platform/http/close-http-app.js';
import { createHttpApp } from '../../src/platform/http/create-http-app.js';
import { newId } from '../../src/platform/new-id.js';
import { JobRunner } from '../../src/platform/queue/job-runner.js';
import { Clock } from '../../src/platform/time/clock.js';
import { UnitDirectory } from '../../src/units/unit-directory.js';
import { WorkerModule } from '../../src/worker.module.js';
import { joinPost } from '../factories/join-post.js';
import {
  type OrganiserName,
  type TestOrganisation,
  type UnitSlug,
  TEST_PASSWORD,
  makeOrganisation,
} from '../factories/organisation.js';
import { clearAudit } from '../support/clear-audit.js';
import { IS_RECURRING } from '../support/recurring-rows.js';
import { type SmtpTestServer, startSmtpServer } from '../support/smtp-server.js';
import { type TestDatabase, createTestDatabase } from '../support/test-database.js';

/** Which prefix belongs to which unit on the stage. */
const RULES: readonly (readonly [string, UnitSlug])[] = [
  ['CF', 'wales'],
  ['SA', 'wales'],
  ['LS', 'yorkshire'],
  ['CF', 'cardiff'],
  ['SA', 'swansea'],
  ['LS', 'leeds'],
];

export interface OutboxRow {
  readonly id: string;
  readonly job: string;
  readonly attempts: number;
}

/** An allocation as a test looks at it. */
export interface AllocationRow {
  readonly method: string;
  readonly unit: string;
  readonly current: boolean;
}

/** The whole API over HTTP and a worker whose jobs run when a test says so, with a small organisation. */
export class MovesStage {
  private constructor(
    readonly database: TestDatabase,
    readonly smtp: SmtpTestServer,
    readonly organisation: TestOrganisation,
    readonly api: NestFastifyApplication,
    readonly worker: NestFastifyApplication,
    readonly url: string,
    private readonly tokens: Readonly<Record<string, string>>,
  ) {}

  static async open(): Promise<MovesStage> {
    const database = await createTestDatabase();
    const smtp = await startSmtpServer();
    const organisation = await makeOrganisation(database);
    await makeRules(database, organisation);
    const configuration = loadConfiguration(
      {},
      {
        NODE_ENV: 'test',
        PUBLIC_URL: 'http://localhost:3000',
        DATABASE_URL: database.url,
        DATABASE_POOL_SIZE: '6',
        SMTP_URL: smtp.url,
        LINK_SECRET: 'a secret for tests only, 32 characters',
        RATE_LIMIT_EXEMPT: '127.0.0.0/8 ::1',
        ACKNOWLEDGEMENTS_PER_ADDRESS_PER_DAY: '1000',
        LOG_LEVEL: 'silent',
      },
    );
    const worker = await createHttpApp(
      WorkerModule.with({
        recordSms: async () => undefined,
        queue: { startsByItself: false },
      }),
      configuration,
      { name: 'worker', docs: false },
    );
    const api = await createHttpApp(AppModule.with(), configuration);
    await api.listen(0, '127.0.0.1');
    const url = await api.getUrl();
    const tokens: Record<string, string> = {};
    for (const { email } of Object.values(organisation.organisers)) {
      const { body } = await request(url)
        .post('/v1/admin/sessions')
        .send({ email, password: TEST_PASSWORD })
        .expect(201);
      tokens[email] = (body as { token: string }).token;
    }
    return new MovesStage(database, smtp, organisation, api, worker, url, tokens);
  }

  /** Calls the admin API as one of the organisers. */
  admin(who: OrganiserName) {
    const header = { Authorization: `Bearer ${this.tokens[`${who}@example.org`]}` };
    const at = (path: string) => `/v1/admin/${path}`;
    return {
      get: (path: string) => request(this.url).get(at(path)).set(header),
      post: (path: string, body: object = {}, headers: Record<string, string> = {}) =>
        request(this.url).post(at(path)).set(header).set(headers).send(body),
      patch: (path: string, body: object, ifMatch?: string) => {
        const call = request(this.url).patch(at(path)).set(header);
        return (ifMatch === undefined ? call : call.set('If-Match', ifMatch)).send(body);
      },
      delete: (path: string, headers: Record<string, string> = {}) =>
        request(this.url).delete(at(path)).set(header).set(headers),
    };
  }

  /** Somebody who joins, with what was posted; whether anybody is told yet is up to the test. */
  async join(post: Record<string, unknown> = {}): Promise<{ id: string; personId: string }> {
    const { body, status, text } = await request(this.url).post('/v1/join').send(joinPost(post));
    if (status !== 201) throw new Error(text);
    const { id } = body as { id: string };
    const [row] = await this.database.sql<{ personId: string }>(
      'SELECT person_id AS "personId" FROM join_submission_handling WHERE submission_id = $1',
      [id],
    );
    if (row === undefined) throw new Error('nobody has joined');
    return { id, personId: row.personId };
  }

  /** Somebody whose notices and acknowledgement have gone out, and are forgotten. */
  async joined(post: Record<string, unknown> = {}): Promise<{ id: string; personId: string }> {
    const joined = await this.join(post);
    await this.runDueJobs();
    this.smtp.clear();
    return joined;
  }

  /** Presses the button of the acknowledgement's link. */
  async confirm(submissionId: string): Promise<void> {
    const { pathname } = new URL(this.api.get(ConfirmationLink).urlFor(submissionId));
    await request(this.url).post(pathname).type('form').set('Accept', 'text/html').expect(200);
  }

  /** Changes somebody's record from the version that holds. */
  async change(who: OrganiserName, personId: string, change: object) {
    const [person] = await this.database.sql<{ version: number }>(
      'SELECT version FROM person WHERE id = $1',
      [personId],
    );
    return this.admin(who).patch(`people/${personId}`, change, `"${person?.version}"`);
  }

  /** Marks the duties about somebody as done. */
  async closeDuties(personId: string): Promise<void> {
    await this.database.sql(
      `UPDATE follow_up SET state = 'done', closed_at = clock_now() WHERE person_id = $1`,
      [personId],
    );
  }

  /** Runs every job that is due, and those that come of them. */
  async runDueJobs(): Promise<void> {
    for (;;) {
      const [row] = await this.dueRows();
      if (row === undefined) return;
      await this.runJob(row);
    }
  }

  /** Runs one job as the queue hands it over; what fails is recorded in its row. */
  async runJob({ id, job, attempts }: OutboxRow): Promise<void> {
    const runner = this.worker.get(JobRunner, { strict: false });
    await runner.run(job, { outboxId: id, attempts }).catch(() => undefined);
  }

  async dueRows(): Promise<OutboxRow[]> {
    return this.database.sql<OutboxRow>(
      `SELECT id, job, attempts FROM outbox
        WHERE state = 'waiting' AND available_at <= clock_now() AND NOT ${IS_RECURRING}
          AND (lease_until IS NULL OR lease_until <= clock_now())
        ORDER BY available_at, id`,
    );
  }

  /** Whom mails went to, and what about, in the order of the addresses. */
  mails(): [string, string][] {
    return this.smtp.messages
      .map(({ to, subject }): [string, string] => [to.join(' '), subject])
      .sort(([one], [other]) => (one < other ? -1 : 1));
  }

  /** Where somebody belongs and has belonged, the oldest first. */
  async allocations(personId: string): Promise<AllocationRow[]> {
    return this.database.sql<AllocationRow>(
      `SELECT a.method, u.slug AS unit, a.valid_until IS NULL AS current
         FROM allocation a JOIN unit u ON u.id = a.unit_id
        WHERE a.person_id = $1 ORDER BY a.valid_from, a.id`,
      [personId],
    );
  }

  /** Whose officers see somebody, their submission and their duties. */
  async keepers(personId: string): Promise<Record<'person' | 'submission' | 'duty', string>> {
    const [row] = await this.database.sql<Record<'person' | 'submission' | 'duty', string>>(
      `SELECT pu.slug AS person, hu.slug AS submission, fu.slug AS duty
         FROM person p
         JOIN join_submission_handling h ON h.person_id = p.id
         JOIN follow_up f ON f.submission_id = h.submission_id
         JOIN unit pu ON pu.id = p.unit_id
         JOIN unit hu ON hu.id = h.unit_id
         JOIN unit fu ON fu.id = f.unit_id
        WHERE p.id = $1 ORDER BY h.submission_id LIMIT 1`,
      [personId],
    );
    if (row === undefined) throw new Error('there is nobody of this id');
    return row;
  }

  /** Turns the database's clock, and that of the processes. */
  async turnClock(ahead: string): Promise<void> {
    await this.database.turnClock(ahead);
    for (const process of [this.api, this.worker]) await process.get(Clock).synchronise();
  }

  /** Lets both processes read the organisation as it is now. */
  async reloadDirectory(): Promise<void> {
    for (const process of [this.api, this.worker]) {
      await process.get(UnitDirectory, { strict: false }).reload();
    }
  }

  /** Leaves the organisation as it was at first, and nobody else. */
  async clear(): Promise<void> {
    await this.turnClock('0');
    await this.database.sql(
      `TRUNCATE person, join_submission, allocation_run, message, outbox, idempotency_key,
                coverage_rule CASCADE`,
    );
    await clearAudit(this.database);
    await this.database.sql(
      'UPDATE unit SET closed_at = NULL, latitude = NULL, longitude = NULL, phone = NULL',
    );
    await makeRules(this.database, this.organisation);
    await this.reloadDirectory();
    this.smtp.clear();
  }

  async close(): Promise<void> {
    await closeHttpApp(this.api, 5);
    await this.worker.close();
    await this.smtp.close();
    await this.database.drop();
  }
}

async function makeRules(database: TestDatabase, { units }: TestOrganisation): Promise<void> {
  for (const [prefix, slug] of RULES) {
    const { id, kind } = units[slug];
    await database.sql(
      'INSERT INTO coverage_rule (id, prefix, unit_id, unit_kind) VALUES ($1, $2, $3, $4)',
      [newId(), prefix, id, kind],
    );
  }
}
