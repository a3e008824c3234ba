import { type DynamicModule, Module } from '@nestjs/common';
import { AccountsJobsModule } from './accounts/accounts-jobs.module.js';
import { decideAnew, endOverride } from './allocation/moves/move-jobs.definitions.js';
import { MovesJobsModule } from './allocation/moves/moves-jobs.module.js';
import { AllocationRunsJobsModule } from './allocation/runs/allocation-runs-jobs.module.js';
import { runSlice } from './allocation/runs/run-slice.definition.js';
import { AuditJobsModule } from './audit/audit-jobs.module.js';
import { sealAudit } from './audit/seal-audit.definition.js';
import { FollowUpsJobsModule } from './follow-ups/follow-ups-jobs.module.js';
import { remindFollowUp } from './follow-ups/remind.definition.js';
import { GrantWarningsJobsModule } from './grant-warnings/grant-warnings-jobs.module.js';
import { watchGrants } from './grant-warnings/watch-grants.definition.js';
import { JoinJobsModule } from './join/join-jobs.module.js';
import { settleAllocation } from './join/settle-allocation.definition.js';
import { MessagingJobsModule } from './messaging/messaging-jobs.module.js';
import { sendMessage } from './messaging/send-message.definition.js';
import type { SendingSettings } from './messaging/sending-settings.js';
import { OrganisersJobsModule } from './organisers/organisers-jobs.module.js';
import { QueueModule } from './platform/queue/queue.module.js';
import type { QueueSettings } from './platform/queue/queue-settings.js';
import { type ProviderOptions, ProvidersModule } from './providers/providers.module.js';

export interface JobsOptions extends ProviderOptions {
  /** How the relay and the queues work; tests shorten the waits. */
  queue?: Partial<QueueSettings>;
  /** How long a message may take; the fault harness shortens it. */
  sending?: ConstructorParameters<typeof SendingSettings>[0];
}

/** Everything that runs jobs: relay, queues, handlers, and the ways out of the house. */
@Module({})
export class JobsModule {
  static with({ queue, sending, ...providers }: JobsOptions = {}): DynamicModule {
    return {
      module: JobsModule,
      imports: [
        ProvidersModule.with(providers),
        MessagingJobsModule.with(sending),
        FollowUpsJobsModule,
        JoinJobsModule,
        MovesJobsModule,
        AllocationRunsJobsModule,
        AuditJobsModule,
        AccountsJobsModule,
        GrantWarningsJobsModule,
        OrganisersJobsModule,
        QueueModule.forWorker({
          jobs: [
            sendMessage,
            remindFollowUp,
            settleAllocation,
            decideAnew,
            endOverride,
            runSlice,
            sealAudit,
            watchGrants,
          ],
          ...(queue === undefined ? {} : { settings: queue }),
        }),
      ],
    };
  }
}
