import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PostcodesModule } from '../postcodes/postcodes.module.js';
import { UnitsModule } from '../units/units.module.js';
import { AllocationEntity } from './allocation.entity.js';
import { Allocator } from './allocator.js';

/** Where people belong, in every process. */
@Module({
  imports: [TypeOrmModule.forFeature([AllocationEntity]), PostcodesModule, UnitsModule],
  providers: [Allocator],
  exports: [Allocator],
})
export class AllocationModule {}
