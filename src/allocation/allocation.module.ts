import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AreaTableLocator } from '../postcodes/area-table.locator.js';
import { PostcodeLocator } from '../postcodes/postcode-locator.js';
import { UnitsModule } from '../units/units.module.js';
import { AllocationEntity } from './allocation.entity.js';
import { Allocator } from './allocator.js';

/** Where people belong, in every process. */
@Module({
  imports: [TypeOrmModule.forFeature([AllocationEntity]), UnitsModule],
  providers: [Allocator, { provide: PostcodeLocator, useClass: AreaTableLocator }],
  exports: [Allocator],
})
export class AllocationModule {}
