import { Module } from '@nestjs/common';
import { IdempotentCreation } from '../../organisers/idempotent-creation.js';
import { IdempotentCreationRepository } from '../../organisers/idempotent-creation.repository.js';
import { UnitsModule } from '../../units/units.module.js';
import { AllocationsAdminController } from './allocations.admin-controller.js';
import { AllocationsAdminRepository } from './allocations-admin.repository.js';
import { AllocationsAdminService } from './allocations.admin-service.js';
import { MovesModule } from './moves.module.js';

/** The admin side of single allocations: why, and overrides. */
@Module({
  imports: [MovesModule, UnitsModule],
  controllers: [AllocationsAdminController],
  providers: [
    AllocationsAdminRepository,
    AllocationsAdminService,
    IdempotentCreation,
    IdempotentCreationRepository,
  ],
})
export class AllocationsAdminModule {}
