import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { AccountsModule } from './accounts/accounts.module.js';
import { LookupModule } from './allocation/lookup.module.js';
import { AllocationsAdminModule } from './allocation/moves/allocations.admin-module.js';
import { MovesModule } from './allocation/moves/moves.module.js';
import { AllocationRunsAdminModule } from './allocation/runs/allocation-runs.admin-module.js';
import { AuditAdminModule } from './audit/audit.admin-module.js';
import { AuditModule } from './audit/audit.module.js';
import { BranchFinderModule } from './branch-finder/branch-finder.module.js';
import { DutyPagesModule } from './follow-ups/duty-pages.module.js';
import { FollowUpsAdminModule } from './follow-ups/follow-ups.admin-module.js';
import { IntakeAdminModule } from './join/intake/intake.admin-module.js';
import { JoinAdminModule } from './join/join.admin-module.js';
import { JoinModule } from './join/join.module.js';
import { OrganisersModule } from './organisers/organisers.module.js';
import { PeopleModule } from './people/people.module.js';
import { DatabaseModule } from './platform/database/database.module.js';
import { SharedRateLimitsModule } from './platform/http/shared-rate-limits.module.js';
import { OutboxModule } from './platform/outbox/outbox.module.js';
import { TimeModule } from './platform/time/time.module.js';
import { PostcodeDatasetsAdminModule } from './postcodes/postcode-datasets.admin-module.js';
import { QueuesModule } from './queues/queues.module.js';
import { DirectoryModule } from './units/directory.module.js';
import { UnitsAdminModule } from './units/units.admin-module.js';

/** The API process: everything that answers HTTP. It writes jobs and runs none. */
@Module({})
export class AppModule {
  /** @param further modules of one kind of process only, as the development mailbox. */
  static with(further: (Type | DynamicModule)[] = []): DynamicModule {
    return {
      module: AppModule,
      imports: [
        DatabaseModule.connect(),
        SharedRateLimitsModule,
        TimeModule,
        OutboxModule,
        AuditModule,
        DirectoryModule,
        UnitsAdminModule,
        PostcodeDatasetsAdminModule,
        LookupModule,
        BranchFinderModule,
        OrganisersModule,
        AccountsModule,
        PeopleModule.with(MovesModule),
        AllocationsAdminModule,
        AllocationRunsAdminModule,
        JoinModule,
        JoinAdminModule,
        IntakeAdminModule,
        DutyPagesModule,
        FollowUpsAdminModule,
        AuditAdminModule,
        QueuesModule,
        ...further,
      ],
    };
  }
}
