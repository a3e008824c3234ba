import { Injectable } from '@nestjs/common';
import { recordDeed } from '../audit/audit.js';
import type { SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Database } from '../platform/database/database.js';
import { notFound } from '../platform/http/standard-problems.js';
import { OutboxStatusRepository } from '../platform/outbox/outbox-status.repository.js';

/** More dead jobs than this are looked into in the log, not in a list. */
const SHOWN_AT_MOST = 200;

/** How the work stands that runs in the background. The outbox holds ids only, no one's details. */
@Injectable()
export class QueuesService {
  constructor(
    private readonly database: Database,
    private readonly outbox: OutboxStatusRepository,
  ) {}

  async read() {
    const dead = await this.outbox.dead({ limit: SHOWN_AT_MOST });
    return {
      queues: await this.outbox.queues(),
      dead: dead.map(({ lastError, ...job }) => ({ ...job, error: lastError })),
    };
  }

  /**
   * Gives a dead job all its tries again.
   *
   * @throws Problem 404 where there is no such dead job, for instance because it was retried before.
   */
  async retry({ organiserId }: SignedInOrganiser, id: string): Promise<void> {
    await this.database.transaction(async (manager) => {
      if (!(await this.outbox.retry(manager, id))) {
        throw notFound('There is no dead job of this id.');
      }
      await recordDeed(manager, { organiserId }, 'outbox.retried', 'outbox', id);
    });
  }
}
