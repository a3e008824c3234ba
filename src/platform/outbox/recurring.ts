import { Injectable } from '@nestjs/common';
import { v5 as uuidV5 } from 'uuid';
import { JobRegistry } from '../queue/job-registry.js';
import type { JobDefinition } from '../queue/job.js';
import { OutboxRepository } from './outbox.repository.js';

/** Namespace of the ids of recurring rows; a constant, never to be changed. */
const NAMESPACE = '5f0c1d52-6a0e-5c39-9e0b-2f1f3f7f8a11';

/** The one id of a recurring job's row, the same in every process. */
export function recurringId(definition: JobDefinition): string {
  return uuidV5(definition.name, NAMESPACE);
}

/**
 * Recurring work is an outbox row that leaves its successor in the commit that finishes it. Here
 * the first one is made.
 */
@Injectable()
export class RecurringJobs {
  constructor(
    private readonly registry: JobRegistry,
    private readonly repository: OutboxRepository,
  ) {}

  /** Makes the rows of all recurring jobs of this build where they are missing. */
  async ensureAll(): Promise<void> {
    for (const definition of this.registry.definitions) {
      if (definition.everySeconds === undefined) continue;
      await this.ensureRecurring(definition, definition.everySeconds);
    }
  }

  /** Makes the row of one recurring job; any number of workers may do so at once. */
  async ensureRecurring(definition: JobDefinition, everySeconds: number): Promise<void> {
    await this.repository.ensureRecurring(
      {
        id: recurringId(definition),
        queue: definition.queue,
        job: definition.name,
        data: definition.data.parse({}),
      },
      everySeconds,
    );
  }
}
