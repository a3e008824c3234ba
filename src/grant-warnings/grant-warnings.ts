import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { MessageQueue } from '../messaging/message-queue.js';
import type { MessageDraft } from '../messaging/message.js';
import { Configuration } from '../platform/config/configuration.js';
import { OutboxService } from '../platform/outbox/outbox.service.js';
import { type DueWarning, GrantWarningsRepository } from './grant-warnings.repository.js';

/** Tells of grants that end: the holder of each, and each office above them once a run. */
@Injectable()
export class GrantWarnings {
  private readonly graceDays: number;

  constructor(
    private readonly repository: GrantWarningsRepository,
    private readonly messages: MessageQueue,
    private readonly outbox: OutboxService,
    configuration: Configuration,
  ) {
    this.graceDays = configuration.environment.GRANT_GRACE_DAYS;
  }

  /** Gives every grant that will end the grace that the setting says; those that have ended keep theirs. */
  keepGrace(manager: EntityManager): Promise<void> {
    return this.repository.keepGrace(manager, this.graceDays);
  }

  /** Writes the warnings that are due and were not written before. @returns how many. */
  async warn(manager: EntityManager): Promise<number> {
    const due = await this.repository.due(manager);
    const offices = new Map(due.map(({ officeId, now }) => [officeId, now]));
    return this.messages.addAll(manager, [
      ...due.map(toHolder),
      ...[...offices].map(([unitId, now]) => toOffice(unitId, now)),
    ]);
  }

  /** For after the commit: the messages need not wait for the relay's next look. */
  ring(): void {
    this.outbox.ring();
  }
}

function toHolder({ kind, businessKey, grantId, organiserId }: DueWarning): MessageDraft {
  return { kind, channel: 'email', businessKey, queue: 'reminders', grantId, organiserId };
}

function toOffice(unitId: string, now: Date): MessageDraft {
  return {
    kind: 'grant_ending',
    channel: 'email',
    businessKey: `grant_ending:office:${unitId}:${now.toISOString()}`,
    queue: 'reminders',
    unitId,
  };
}
