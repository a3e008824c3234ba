import { Module } from '@nestjs/common';
import { AllocationModule } from '../../allocation/allocation.module.js';
import { FollowUpsModule } from '../../follow-ups/follow-ups.module.js';
import { IdempotentCreation } from '../../organisers/idempotent-creation.js';
import { IdempotentCreationRepository } from '../../organisers/idempotent-creation.repository.js';
import { PostcodesModule } from '../../postcodes/postcodes.module.js';
import { UnitsModule } from '../../units/units.module.js';
import { JoinAdminRepository } from '../join-admin.repository.js';
import { JoinModule } from '../join.module.js';
import { BatchIntakeService } from './batch-intake.service.js';
import { BatchesAdminController } from './batches.admin-controller.js';
import { BatchesAdminService } from './batches.admin-service.js';
import { BatchesRepository } from './batches.repository.js';
import { IntakeAdminController } from './intake.admin-controller.js';
import { IntakeAdminService } from './intake.admin-service.js';
import { IntakeDrafts } from './intake-drafts.js';
import { IntakeRepository } from './intake.repository.js';
import { LikelyMatchesRepository } from './likely-matches.repository.js';
import { LikelyMatchesService } from './likely-matches.service.js';

/** What organisers type: telephone calls and stall cards, one by one or in batches. */
@Module({
  imports: [AllocationModule, FollowUpsModule, JoinModule, PostcodesModule, UnitsModule],
  controllers: [IntakeAdminController, BatchesAdminController],
  providers: [
    BatchIntakeService,
    BatchesAdminService,
    BatchesRepository,
    IdempotentCreation,
    IdempotentCreationRepository,
    IntakeAdminService,
    IntakeDrafts,
    IntakeRepository,
    JoinAdminRepository,
    LikelyMatchesRepository,
    LikelyMatchesService,
  ],
})
export class IntakeAdminModule {}
