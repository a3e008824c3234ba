import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import {
  HandlerMark,
  type InsideHandler,
  type JobData,
  type JobDefinition,
  type OutsideHandler,
} from './job.js';

/** A definition with the one provider that handles it. */
export type RegisteredJob = { readonly definition: JobDefinition } & (
  | { readonly kind: 'inside'; readonly handler: InsideHandler<JobData> }
  | { readonly kind: 'outside'; readonly handler: OutsideHandler<JobData, object, unknown> }
);

/** The jobs that this build knows, as given to the module. */
export class JobList {
  constructor(readonly definitions: readonly JobDefinition[]) {}
}

/** Every fault of the jobs at once; a worker does not start with one. */
export class JobRegistryError extends Error {
  constructor(readonly faults: string[]) {
    super(`The jobs have ${faults.length} fault(s):\n${faults.map((f) => `  - ${f}`).join('\n')}`);
    this.name = 'JobRegistryError';
  }
}

/**
 * Which provider handles which job. Checked at boot, because a job without a handler would be found
 * out by the person who waits for its message.
 */
@Injectable()
export class JobRegistry implements OnModuleInit {
  private jobs: ReadonlyMap<string, RegisteredJob> = new Map();

  constructor(
    private readonly list: JobList,
    private readonly discovery: DiscoveryService,
  ) {}

  /** @throws JobRegistryError naming every job without a handler or with two, and every stray handler. */
  onModuleInit(): void {
    const faults: string[] = [];
    const found = this.findHandlers(faults);
    const jobs = new Map<string, RegisteredJob>();
    for (const definition of this.list.definitions) {
      const handlers = found.get(definition) ?? [];
      const [handler] = handlers;
      if (jobs.has(definition.name)) faults.push(`${definition.name} is listed twice`);
      if (handler === undefined) faults.push(`${definition.name} has no handler`);
      else if (handlers.length > 1) {
        const names = handlers.map(({ constructor }) => constructor.name).join(', ');
        faults.push(`${definition.name} has ${handlers.length} handlers: ${names}`);
      } else jobs.set(definition.name, register(definition, handler));
      found.delete(definition);
    }
    for (const [definition, handlers] of found) {
      for (const { constructor } of handlers) {
        faults.push(`${constructor.name} handles ${definition.name}, which is not listed`);
      }
    }
    if (faults.length > 0) throw new JobRegistryError(faults);
    this.jobs = jobs;
  }

  /** The names of all jobs of this build. */
  get names(): string[] {
    return [...this.jobs.keys()];
  }

  get definitions(): JobDefinition[] {
    return [...this.jobs.values()].map(({ definition }) => definition);
  }

  /** The job of this name, or undefined where another build made it. */
  find(name: string): RegisteredJob | undefined {
    return this.jobs.get(name);
  }

  private findHandlers(faults: string[]): Map<JobDefinition, object[]> {
    const found = new Map<JobDefinition, object[]>();
    const seen = new Set<object>();
    for (const wrapper of this.discovery.getProviders({ metadataKey: HandlerMark.KEY })) {
      const definition = this.discovery.getMetadataByDecorator(HandlerMark, wrapper);
      if (definition === undefined) continue;
      const instance = wrapper.instance as object | undefined;
      if (instance === undefined || !wrapper.isDependencyTreeStatic()) {
        faults.push(`the handler ${wrapper.name} has to be a singleton`);
        continue;
      }
      // An alias (useExisting) shows the same provider again.
      if (seen.has(instance)) continue;
      seen.add(instance);
      found.set(definition, [...(found.get(definition) ?? []), instance]);
    }
    return found;
  }
}

function register(definition: JobDefinition, handler: object): RegisteredJob {
  return 'perform' in handler
    ? {
        kind: 'outside',
        definition,
        handler: handler as OutsideHandler<JobData, object, unknown>,
      }
    : { kind: 'inside', definition, handler: handler as InsideHandler<JobData> };
}
