import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { EntityManager } from 'typeorm';
import type { z } from 'zod';

/**
 * The queues, one per urgency: a surge in one does not stand before another. The same job may go
 * into any of them; the one of its definition is the default.
 */
export const QUEUES = ['receipts', 'notices', 'reminders', 'bulk'] as const;
export type QueueName = (typeof QUEUES)[number];

/** What survives JSON unchanged: a Date, a Map or a class instance does not compile as job data. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A job carries ids, never state: its handler reads the rows when it runs. */
export type JobData = { readonly [key: string]: Json | undefined };

export interface JobDefinition<Data extends JobData = JobData> {
  /** Dotted kebab words, `module.what-it-does`; it stands in rows, so it is never re-used. */
  readonly name: string;
  readonly queue: QueueName;
  readonly data: z.ZodType<Data>;
  /** Tries before the row is dead and waits for a human. */
  readonly maxAttempts: number;
  /** First wait after a failure, in seconds; it doubles with every further one. */
  readonly backOffSeconds: number;
  /** Longest wait between two tries, in seconds. */
  readonly backOffCapSeconds: number;
  /**
   * How long an effect outside may take, in seconds: longer than all timeouts of the provider
   * together. A process that dies in the middle costs this time before the job is tried again.
   */
  readonly leaseSeconds: number;
  /** For recurring work: the finished row leaves a successor this many seconds later. */
  readonly everySeconds: number | undefined;
}

const DEFAULTS = {
  queue: 'notices',
  // With the waits below: five to nine hours of trying.
  maxAttempts: 20,
  backOffSeconds: 2,
  backOffCapSeconds: 3600,
  leaseSeconds: 120,
  everySeconds: undefined,
} as const;

const NAME = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/;

/**
 * Defines a job. Pass the definition to `OutboxService.enqueue` and to `@HandlesJob`, and list it
 * in the worker's `QueueModule.forWorker({ jobs })`.
 *
 * @throws Error on a name that is not of the form `module.what-it-does`.
 */
export function defineJob<Data extends JobData>(
  definition: Pick<JobDefinition<Data>, 'name' | 'data'> & Partial<JobDefinition<Data>>,
): JobDefinition<Data> {
  if (!NAME.test(definition.name)) {
    throw new Error(`A job is named like module.what-it-does, not "${definition.name}".`);
  }
  return Object.freeze({ ...DEFAULTS, ...definition });
}

/** A failure that no repetition mends: the job is not tried again. */
export class PermanentJobError extends Error {
  override readonly name = 'PermanentJobError';
}

/** What a handler hears about a failure. */
export interface JobFailure<Plan = unknown> {
  /** True when the job is not tried again by itself. */
  readonly final: boolean;
  /** What `begin` answered, where the job came that far. */
  readonly plan?: Plan;
}

/**
 * An effect inside the database. `handle` runs in the transaction that locks the outbox row and
 * deletes it: effect and finish are one commit, so that it happens exactly once.
 */
export interface InsideHandler<Data extends JobData> {
  handle(manager: EntityManager, data: Data): Promise<void>;
  /** Runs after the commit, for what is lost without harm: to ring for jobs that were written. */
  committed?(data: Data): void;
  /** Runs in the transaction that records the failure. */
  fail?(manager: EntityManager, data: Data, error: Error, failure: JobFailure): Promise<void>;
}

/** `stop` finishes the job at once; a time puts it off without counting a try. */
export type Begun<Plan> = Plan | 'stop' | { readonly postponeUntil: Date };

/**
 * An effect outside the database (a mail, a call of a provider). It may happen twice when a process
 * dies between `perform` and `finish`: `begin` is then called again, and finds what it committed.
 *
 * `fail` that deals with a permanent failure ends the job; without `fail` its row is dead.
 */
export interface OutsideHandler<Data extends JobData, Plan extends object, Result = void> {
  /** As in the definition, whose value it replaces: where settings say how long `perform` may take. */
  readonly leaseSeconds?: number;
  /** Short transaction with the row locked: checks that the work is still wanted, commits "sending". */
  begin(manager: EntityManager, data: Data): Promise<Begun<Plan>>;
  /** No transaction is open; has to end within the definition's `leaseSeconds`. */
  perform(plan: Plan): Promise<Result>;
  /** Runs in the transaction that finishes the row. */
  finish(manager: EntityManager, plan: Plan, result: Result): Promise<void>;
  /** Runs in the transaction that records the failure. */
  fail?(manager: EntityManager, data: Data, error: Error, failure: JobFailure<Plan>): Promise<void>;
}

export type JobHandler<Data extends JobData> =
  InsideHandler<Data> | OutsideHandler<Data, object, unknown>;

/** Marks handlers for the registry, which finds them at boot. */
export const HandlerMark = DiscoveryService.createDecorator<JobDefinition>();

/** Makes a provider the one handler of a job; its class has to fit the job's data. */
export function HandlesJob<Data extends JobData>(definition: JobDefinition<Data>) {
  return (handler: new (...dependencies: never[]) => JobHandler<Data>): void => {
    Injectable()(handler);
    HandlerMark(definition as unknown as JobDefinition)(handler);
  };
}
