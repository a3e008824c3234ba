import { Module } from '@nestjs/common';
import { AreaTableLocator } from '../postcodes/area-table.locator.js';
import { PostcodeLocator } from '../postcodes/postcode-locator.js';
import { UnitsModule } from '../units/units.module.js';
import { Allocator } from './allocator.js';
import { LookupController } from './lookup.controller.js';
import { LookupService } from './lookup.service.js';

/** Where people belong, and the public lookup that says so before they join. */
@Module({
  imports: [UnitsModule],
  controllers: [LookupController],
  providers: [Allocator, LookupService, { provide: PostcodeLocator, useClass: AreaTableLocator }],
  exports: [Allocator],
})
export class AllocationModule {}
