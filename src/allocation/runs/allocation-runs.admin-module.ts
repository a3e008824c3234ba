import { Module } from '@nestjs/common';
import { IdempotentCreation } from '../../organisers/idempotent-creation.js';
import { IdempotentCreationRepository } from '../../organisers/idempotent-creation.repository.js';
import { CoverageRulesAdminRepository } from '../../units/coverage-rules-admin.repository.js';
import { AllocationRunsAdminController } from './allocation-runs.admin-controller.js';
import { AllocationRunsAdminRepository } from './allocation-runs-admin.repository.js';
import { AllocationRunsAdminService } from './allocation-runs.admin-service.js';
import { AllocationRunsModule } from './allocation-runs.module.js';
import { RuleProposals } from './rule-proposals.js';

/** The admin side of dry runs and recomputes. */
@Module({
  imports: [AllocationRunsModule],
  controllers: [AllocationRunsAdminController],
  providers: [
    AllocationRunsAdminRepository,
    AllocationRunsAdminService,
    CoverageRulesAdminRepository,
    IdempotentCreation,
    IdempotentCreationRepository,
    RuleProposals,
  ],
})
export class AllocationRunsAdminModule {}
