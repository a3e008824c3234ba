import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newId } from '../new-id.js';
import { Notifications } from '../database/notifications.js';
import { currentRequestId } from '../http/request-context.js';
import type { JobData, JobDefinition, QueueName } from '../queue/job.js';
import type { NewOutboxRow } from './outbox-row.js';
import { OutboxRepository } from './outbox.repository.js';

/** The channel that tells relays to look; see `Notifications` for when it may be used. */
export const OUTBOX_CHANNEL = 'branchline_outbox';

export interface EnqueueOptions {
  /** Another queue than the definition's. */
  queue?: QueueName;
  /** Not before this time; now unless given. */
  availableAt?: Date;
  /** A UUID, where the caller has to know it beforehand (to cancel the job later). */
  id?: string;
  /** The request that caused it; the one we are in unless given. */
  requestId?: string;
}

/** Whatever is to happen later is a row here, written with the change that causes it. */
@Injectable()
export class OutboxService {
  constructor(
    private readonly repository: OutboxRepository,
    private readonly notifications: Notifications,
  ) {}

  /**
   * Writes a job in the caller's transaction: a rollback leaves none. Call `ring` after the commit,
   * or the job starts with the relay's next look (about a second).
   *
   * @returns the row's id.
   */
  async enqueue<Data extends JobData>(
    manager: EntityManager,
    definition: JobDefinition<Data>,
    data: Data,
    options: EnqueueOptions = {},
  ): Promise<string> {
    const row = this.rowFor(definition, data, options);
    await this.repository.insert(manager, [row]);
    return row.id;
  }

  /**
   * The row of a job, for a statement that writes it together with others.
   *
   * @throws ZodError when the data is not what the definition says.
   */
  rowFor<Data extends JobData>(
    definition: JobDefinition<Data>,
    data: Data,
    options: EnqueueOptions = {},
  ): NewOutboxRow {
    return {
      id: options.id ?? newId(),
      queue: options.queue ?? definition.queue,
      job: definition.name,
      data: definition.data.parse(data),
      available_at: options.availableAt?.toISOString() ?? null,
      request_id: options.requestId ?? currentRequestId() ?? null,
    };
  }

  /** Takes jobs back in the caller's transaction; those that are finished already are no fault. */
  cancel(manager: EntityManager, ids: readonly string[]): Promise<void> {
    return this.repository.cancel(manager, ids);
  }

  /** Tells the relays to look. Call it after the commit, never inside the transaction. */
  ring(): void {
    this.notifications.notify(OUTBOX_CHANNEL);
  }
}
