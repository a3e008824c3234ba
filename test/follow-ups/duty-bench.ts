import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DutyLinks } from '../../src/follow-ups/duty-link.js';
import { DutyPagesModule } from '../../src/follow-ups/duty-pages.module.js';
import { noticeOf } from '../../src/follow-ups/follow-up-drafts.js';
import { MessageQueue } from '../../src/messaging/message-queue.js';
import {
  type Configuration,
  type Settings,
  loadConfiguration,
} from '../../src/platform/config/configuration.js';
import { Database } from '../../src/platform/database/database.js';
import { DatabaseModule } from '../../src/platform/database/database.module.js';
import { closeHttpApp } from '../../src/platform/http/close-http-app.js';
import { createHttpApp } from '../../src/platform/http/create-http-app.js';
import { createLogger } from '../../src/platform/logging/logger.js';
import { OutboxModule } from '../../src/platform/outbox/outbox.module.js';
import { JobRunner } from '../../src/platform/queue/job-runner.js';
import { TimeModule } from '../../src/platform/time/time.module.js';
import type { RecordedSms } from '../../src/providers/sms/local.sms-sender.js';
import { WorkerModule } from '../../src/worker.module.js';
import { type DutyOptions, type TestDuty, makeDuty } from '../factories/duties.js';
import { type TestOrganisation, makeOrganisation } from '../factories/organisation.js';
import { IS_RECURRING } from '../support/recurring-rows.js';
import { type SmtpTestServer, startSmtpServer } from '../support/smtp-server.js';
import { type TestDatabase, createTestDatabase } from '../support/test-database.js';

@Module({ imports: [DatabaseModule.connect(), TimeModule, OutboxModule, DutyPagesModule] })
class DutyApi {}

/** A job as it stands in the outbox. */
export interface OutboxRow {
  id: string;
  job: string;
  attempts: number;
}

/** The follow-up side of the application on real parts; its jobs run when a test says so. */
export class DutyBench {
  private constructor(
    readonly database: TestDatabase,
    readonly smtp: SmtpTestServer,
    readonly sms: RecordedSms[],
    readonly log: string[],
    readonly organisation: TestOrganisation,
    readonly api: NestFastifyApplication,
    readonly url: string,
    readonly worker: NestFastifyApplication,
    readonly configuration: Configuration,
  ) {}

  static async open(settings: Settings = {}): Promise<DutyBench> {
    const database = await createTestDatabase();
    const smtp = await startSmtpServer();
    const organisation = await makeOrganisation(database);
    await database.sql(`UPDATE unit SET phone = '020 7946 0000' WHERE kind = 'national'`);
    const configuration = loadConfiguration(
      {},
      {
        NODE_ENV: 'test',
        PUBLIC_URL: 'http://localhost:3000',
        DATABASE_URL: database.url,
        DATABASE_POOL_SIZE: '6',
        SMTP_URL: smtp.url,
        MAIL_FROM: 'The Campaign <office@campaign.example>',
        LINK_SECRET: 'a secret for tests only, 32 characters',
        RATE_LIMIT_EXEMPT: '127.0.0.0/8 ::1',
        ...settings,
      },
    );
    const sms: RecordedSms[] = [];
    const log: string[] = [];
    const logger = createLogger(configuration, 'test', undefined, {
      write: (line: string) => void log.push(line),
    });
    const worker = await createHttpApp(
      WorkerModule.with({
        recordSms: async (message) => sms.push(message),
        queue: { startsByItself: false },
      }),
      configuration,
      { logger, docs: false },
    );
    const api = await createHttpApp(DutyApi, configuration, { logger });
    await api.listen(0, '127.0.0.1');
    const url = await api.getUrl();
    return new DutyBench(database, smtp, sms, log, organisation, api, url, worker, configuration);
  }

  /** A duty with its notice on the way, as a join leaves it. */
  async giveDuty(options: DutyOptions): Promise<TestDuty & { path: string }> {
    const duty = await makeDuty(this.database, options);
    const first = { followUpId: duty.id, assignment: 1 };
    await this.worker
      .get(Database)
      .transaction((manager) =>
        this.worker.get(MessageQueue, { strict: false }).add(manager, noticeOf(first)),
      );
    return { ...duty, path: this.pathOf(duty.id) };
  }

  /** The path of the page for one hand-over of a duty. */
  pathOf(followUpId: string, assignment = 1): string {
    const links = this.worker.get(DutyLinks, { strict: false });
    return `/duties/${links.tokenFor({ followUpId, assignment })}`;
  }

  /** Runs every job that is due, and those that come of them; those that failed wait for their time. */
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

  /** The duty as it stands. */
  async duty(id: string) {
    const [row] = await this.database.sql<{
      state: string;
      outcome: string | null;
      note: string | null;
      tries: number;
      assignment: number;
      covered: boolean;
      slug: string;
      office: string;
      dueAt: Date;
      remindAt: Date;
      version: number;
      handling: string;
      handlingOutcome: string | null;
    }>(
      `SELECT f.state, f.outcome, f.note, f.tries, f.assignment, f.covered_by_stand_in AS covered,
              u.slug, f.office, f.due_at AS "dueAt", f.remind_at AS "remindAt", f.version,
              h.state AS handling, h.outcome AS "handlingOutcome"
         FROM follow_up f JOIN unit u ON u.id = f.unit_id
         JOIN join_submission_handling h ON h.submission_id = f.submission_id
        WHERE f.id = $1`,
      [id],
    );
    if (row === undefined) throw new Error('there is no such duty');
    return row;
  }

  /** Its messages by business key, without the id. */
  async messages(id: string) {
    return this.database.sql<{
      key: string;
      state: string;
      channel: string;
      attempts: number;
      repeats: number;
      last_error: string | null;
      message_id_header: string;
      id: string;
    }>(
      `SELECT id, replace(business_key, follow_up_id::text, '') AS key, state, channel, attempts,
              repeats, last_error, message_id_header
         FROM message WHERE follow_up_id = $1 ORDER BY created_at, id`,
      [id],
    );
  }

  /** What happened to it, openings included. */
  async events(id: string): Promise<string[]> {
    const rows = await this.database.sql<{ action: string }>(
      'SELECT action FROM follow_up_event WHERE follow_up_id = $1 ORDER BY at, id',
      [id],
    );
    return rows.map(({ action }) => action);
  }

  /** The audit trail of it. */
  async audit(id: string): Promise<string[]> {
    const rows = await this.database.sql<{ entry: string }>(
      `SELECT actor_kind || ' ' || action AS entry FROM audit_event
        WHERE subject_id = $1 ORDER BY at, id`,
      [id],
    );
    return rows.map(({ entry }) => entry);
  }

  async close(): Promise<void> {
    await closeHttpApp(this.api, 5);
    await this.worker.close();
    await this.smtp.close();
    await this.database.drop();
  }
}
