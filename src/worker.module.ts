import { type DynamicModule, Module } from '@nestjs/common';
import { FollowUpsJobsModule } from './follow-ups/follow-ups-jobs.module.js';
import { remindFollowUp } from './follow-ups/remind.definition.js';
import { JoinJobsModule } from './join/join-jobs.module.js';
import { settleAllocation } from './join/settle-allocation.definition.js';
import { MessagingJobsModule } from './messaging/messaging-jobs.module.js';
import { sendMessage } from './messaging/send-message.definition.js';
import { DatabaseModule } from './platform/database/database.module.js';
import { OutboxModule } from './platform/outbox/outbox.module.js';
import { QueueModule } from './platform/queue/queue.module.js';
import type { QueueSettings } from './platform/queue/queue-settings.js';
import { TimeModule } from './platform/time/time.module.js';
import { type ProviderOptions, ProvidersModule } from './providers/providers.module.js';

export interface WorkerOptions extends ProviderOptions {
  /** How the relay and the queues work; tests shorten the waits. */
  queue?: Partial<QueueSettings>;
}

/** The job process: relay, queues and handlers. */
@Module({})
export class WorkerModule {
  static with({ queue, ...providers }: WorkerOptions = {}): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        DatabaseModule.connect(),
        TimeModule,
        OutboxModule,
        ProvidersModule.with(providers),
        MessagingJobsModule,
        FollowUpsJobsModule,
        JoinJobsModule,
        QueueModule.forWorker({
          jobs: [sendMessage, remindFollowUp, settleAllocation],
          ...(queue === undefined ? {} : { settings: queue }),
        }),
      ],
    };
  }
}
