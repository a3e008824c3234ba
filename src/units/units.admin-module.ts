import { Module } from '@nestjs/common';
import { GrantsAdminRepository } from '../organisers/grants-admin.repository.js';
import { IdempotentCreation } from '../organisers/idempotent-creation.js';
import { IdempotentCreationRepository } from '../organisers/idempotent-creation.repository.js';
import { PostcodesModule } from '../postcodes/postcodes.module.js';
import { BranchesAdminController } from './branches.admin-controller.js';
import { CoverageAdminController } from './coverage.admin-controller.js';
import { CoverageAdminService } from './coverage.admin-service.js';
import { CoverageGapsRepository } from './coverage-gaps.repository.js';
import { CoverageMapRepository } from './coverage-map.repository.js';
import { CoverageRulesAdminController } from './coverage-rules.admin-controller.js';
import { CoverageRulesAdminRepository } from './coverage-rules-admin.repository.js';
import { CoverageRulesAdminService } from './coverage-rules.admin-service.js';
import { PostCoversAdminController } from './post-covers.admin-controller.js';
import { PostCoversAdminService } from './post-covers.admin-service.js';
import { PostCoversRepository } from './post-covers.repository.js';
import { PostsAdminController } from './posts.admin-controller.js';
import { PostsAdminRepository } from './posts-admin.repository.js';
import { PostsAdminService } from './posts.admin-service.js';
import { RegionsAdminController } from './regions.admin-controller.js';
import { UnitsAdminRepository } from './units-admin.repository.js';
import { UnitsAdminService } from './units.admin-service.js';
import { UnitsModule } from './units.module.js';

/** The admin side of the organisation: regions, branches, posts and what they cover. */
@Module({
  imports: [PostcodesModule, UnitsModule],
  controllers: [
    RegionsAdminController,
    BranchesAdminController,
    PostsAdminController,
    PostCoversAdminController,
    CoverageRulesAdminController,
    CoverageAdminController,
  ],
  providers: [
    GrantsAdminRepository,
    IdempotentCreation,
    IdempotentCreationRepository,
    UnitsAdminService,
    UnitsAdminRepository,
    PostsAdminService,
    PostsAdminRepository,
    PostCoversAdminService,
    PostCoversRepository,
    CoverageRulesAdminService,
    CoverageRulesAdminRepository,
    CoverageAdminService,
    CoverageGapsRepository,
    CoverageMapRepository,
  ],
})
export class UnitsAdminModule {}
