import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CoverageRuleEntity } from './coverage-rule.entity.js';
import { PostCoverEntity } from './post-cover.entity.js';
import { PostEntity } from './post.entity.js';
import { UnitDirectory } from './unit-directory.js';
import { UnitDirectoryRepository } from './unit-directory.repository.js';
import { UnitEntity } from './unit.entity.js';

/** The organisation: national office, regions and branches, kept in memory for lookups. */
@Module({
  imports: [
    TypeOrmModule.forFeature([UnitEntity, CoverageRuleEntity, PostEntity, PostCoverEntity]),
  ],
  providers: [UnitDirectory, UnitDirectoryRepository],
  exports: [UnitDirectory],
})
export class UnitsModule {}
