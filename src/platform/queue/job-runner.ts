import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { isDatabaseUnavailable } from '../database/database-unavailable.js';
import { runWithRequestContext } from '../http/request-context.js';
import type { LockedRow } from '../outbox/outbox-row.js';
import { OutboxRepository } from '../outbox/outbox.repository.js';
import { backOff } from './back-off.js';
import { asError, describeJobError } from './job-error.js';
import { JobMetrics } from './job-metrics.js';
import { JobRegistry, type RegisteredJob } from './job-registry.js';
import { QueueSettings } from './queue-settings.js';
import type { QueuedRun } from './queue-backend.js';
import { type Begun, type JobData, type JobFailure, PermanentJobError } from './job.js';

/** A job of another build; the queue's worker throws it, the row waits for a build that knows it. */
export class UnknownJobError extends Error {
  override readonly name = 'UnknownJobError';
}

/** Waits between tries to commit what has already happened outside. */
const FINISH_WAITS_MILLISECONDS = [200, 500, 1_000, 2_000, 4_000, 8_000];

type OutsideJob = Extract<RegisteredJob, { kind: 'outside' }>;
type InsideJob = Extract<RegisteredJob, { kind: 'inside' }>;

/** A run that has got somewhere: what is needed to finish it or to record that it failed. */
interface Run {
  readonly job: RegisteredJob;
  readonly outboxId: string;
  /** The number under which the row knows this run. */
  attempts: number;
  /** The number after which a failure counts: an outside run is counted when it begins. */
  counted: number;
  data: JobData;
  plan?: object;
}

/**
 * Runs one job: the row is locked, checked to be still this run's, and finished in the commit of the
 * effect. The same run may be given to two processes at once (a stalled job); the lock and the row's
 * number let one of them through.
 */
@Injectable()
export class JobRunner {
  private readonly logger = new Logger(JobRunner.name);

  constructor(
    private readonly database: Database,
    private readonly repository: OutboxRepository,
    private readonly registry: JobRegistry,
    private readonly metrics: JobMetrics,
    private readonly settings: QueueSettings,
  ) {}

  /**
   * @throws UnknownJobError for a job of another build; its row is left to that build.
   * @throws the handler's error, after it has been recorded in the row.
   */
  async run(name: string, queued: QueuedRun): Promise<void> {
    const job = this.registry.find(name);
    if (job === undefined) {
      await this.repository.leaveToOthers(
        queued.outboxId,
        queued.attempts,
        this.settings.leftToOthersMilliseconds,
      );
      // Failing at once it would take the next, and few would be left to those who know the job.
      await new Promise((resume) => setTimeout(resume, this.settings.unknownJobMilliseconds));
      throw new UnknownJobError(`this build does not know the job ${name}`);
    }
    const run: Run = {
      job,
      outboxId: queued.outboxId,
      attempts: queued.attempts,
      counted: queued.attempts + 1,
      data: {},
    };
    const ended = this.metrics.started(name);
    let requestId: string | null = null;
    const learnRequest = (row: LockedRow) => (requestId = row.requestId);
    try {
      if (job.kind === 'inside') await this.runInside(job, run, learnRequest);
      else await this.runOutside(job, run, learnRequest);
      ended('finished');
    } catch (thrown) {
      ended('failed');
      const error = asError(thrown);
      await inRequest(requestId, () => this.recordFailure(run, error));
      throw error;
    }
  }

  private async runInside(
    job: InsideJob,
    run: Run,
    learn: (row: LockedRow) => void,
  ): Promise<void> {
    const isOurs = await this.database.transaction(async (manager) => {
      const row = await this.repository.lockRun(manager, run.outboxId, run.attempts);
      if (row === undefined) return false;
      learn(row);
      await inRequest(row.requestId, async () => {
        run.data = parseData(job, row);
        await job.handler.handle(manager, run.data);
        await this.repository.finish(manager, row, job.definition.everySeconds);
      });
      return true;
    });
    if (isOurs) job.handler.committed?.(run.data);
  }

  private async runOutside(
    job: OutsideJob,
    run: Run,
    learn: (row: LockedRow) => void,
  ): Promise<void> {
    let requestId: string | null = null;
    const plan = await this.database.transaction(async (manager) => {
      const row = await this.repository.lockRun(manager, run.outboxId, run.attempts);
      if (row === undefined) return undefined;
      learn(row);
      requestId = row.requestId;
      return inRequest(requestId, () => this.begin(job, run, manager, row));
    });
    if (plan === undefined) return;
    // The begin is committed: from here on the row knows the run by its next number.
    run.attempts = run.counted;
    run.plan = plan;
    await inRequest(requestId, async () => {
      const result = await job.handler.perform(plan);
      await this.finishOutside(job, run, plan, result);
    });
  }

  private async begin(
    job: OutsideJob,
    run: Run,
    manager: EntityManager,
    row: LockedRow,
  ): Promise<object | undefined> {
    run.data = parseData(job, row);
    if (row.attempts >= job.definition.maxAttempts) {
      // Each of its runs began and none came back: the process died, every time.
      run.counted = row.attempts;
      throw new Error(`none of ${row.attempts} runs came to an end`);
    }
    const begun: Begun<object> = await job.handler.begin(manager, run.data);
    if (begun === 'stop') {
      await this.repository.finish(manager, row, job.definition.everySeconds);
      return undefined;
    }
    if ('postponeUntil' in begun && begun.postponeUntil instanceof Date) {
      await this.repository.postpone(manager, row.id, begun.postponeUntil);
      return undefined;
    }
    const leaseSeconds = job.handler.leaseSeconds ?? job.definition.leaseSeconds;
    await this.repository.begin(manager, row.id, run.counted, leaseSeconds);
    return begun;
  }

  /** The effect has happened: a database that is away for a moment must not make it happen again. */
  private async finishOutside(
    job: OutsideJob,
    run: Run,
    plan: object,
    result: unknown,
  ): Promise<void> {
    for (const wait of [...FINISH_WAITS_MILLISECONDS, undefined]) {
      try {
        await this.database.transaction(async (manager) => {
          if (await this.finishRun(job, run, manager)) {
            await job.handler.finish(manager, plan, result);
            return;
          }
          this.logger.warn(`${job.definition.name} ended after its row was cancelled or overtaken`);
        });
        return;
      } catch (error) {
        if (wait === undefined || !isDatabaseUnavailable(error)) throw error;
        await new Promise((resume) => setTimeout(resume, wait));
      }
    }
  }

  /** Finishes the row for this transaction; false where it is no longer this run's. */
  private async finishRun(job: OutsideJob, run: Run, manager: EntityManager): Promise<boolean> {
    const { everySeconds } = job.definition;
    if (everySeconds === undefined) {
      return this.repository.finishRun(manager, run.outboxId, run.attempts);
    }
    const row = await this.repository.lockRun(manager, run.outboxId, run.attempts);
    if (row !== undefined) await this.repository.finish(manager, row, everySeconds);
    return row !== undefined;
  }

  private async recordFailure(run: Run, error: Error): Promise<void> {
    const { definition } = run.job;
    const described = describeJobError(error);
    this.logger.warn(`${definition.name} failed at try ${run.counted}: ${described}`);
    try {
      await this.commitFailure(run, error, described, true);
    } catch (recording) {
      if (isDatabaseUnavailable(recording)) {
        // The lease brings the row back.
        this.logger.error(`the failure of ${definition.name} could not be recorded`);
        return;
      }
      const second = `${described}; its fail() failed too: ${describeJobError(asError(recording))}`;
      this.logger.error(`${definition.name}: ${second}`);
      await this.commitFailure(run, error, second.slice(0, 500), false).catch((lost: unknown) => {
        this.logger.error(`${definition.name}: ${describeJobError(asError(lost))}`);
      });
    }
  }

  private async commitFailure(
    run: Run,
    error: Error,
    described: string,
    tellHandler: boolean,
  ): Promise<void> {
    const { definition, handler } = run.job;
    await this.database.transaction(async (manager) => {
      const row = await this.repository.lockRun(manager, run.outboxId, run.attempts);
      if (row === undefined) return;
      const permanent = error instanceof PermanentJobError;
      const final = permanent || run.counted >= definition.maxAttempts;
      const dealtWith = tellHandler && handler.fail !== undefined;
      if (dealtWith) {
        const failure: JobFailure<never> = { final, plan: run.plan as never };
        const data = Object.keys(run.data).length > 0 ? run.data : row.data;
        await handler.fail?.(manager, data, error, failure);
      }
      if (final && (definition.everySeconds !== undefined || (permanent && dealtWith))) {
        // Recurring work is tried again at its next time, whatever happened.
        await this.repository.finish(manager, row, definition.everySeconds);
        return;
      }
      await this.repository.fail(manager, row.id, {
        attempts: run.counted,
        error: described,
        retryIn: final ? null : backOff(definition, run.counted),
      });
    });
  }
}

/** Reads the row's data as the definition says; data that does not fit never will. */
function parseData(job: RegisteredJob, row: LockedRow): JobData {
  const parsed = job.definition.data.safeParse(row.data);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, code }) => `${path.join('.')} ${code}`);
  throw new PermanentJobError(`the data is not what the job takes: ${faults.join(', ')}`);
}

function inRequest<T>(requestId: string | null, work: () => T): T {
  return requestId === null ? work() : runWithRequestContext({ requestId }, work);
}
