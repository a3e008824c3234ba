import { Module } from '@nestjs/common';
import { UnitsModule } from '../units/units.module.js';
import { AllocationModule } from './allocation.module.js';
import { LookupController } from './lookup.controller.js';
import { LookupService } from './lookup.service.js';

/** The public branch lookup, in the API: where somebody would belong, before they join. */
@Module({
  imports: [AllocationModule, UnitsModule],
  controllers: [LookupController],
  providers: [LookupService],
})
export class LookupModule {}
