import { Module } from '@nestjs/common';
import { AllocationModule } from '../allocation/allocation.module.js';
import { LookupService } from '../allocation/lookup.service.js';
import { PagesModule } from '../platform/templates/pages.module.js';
import { PostcodesModule } from '../postcodes/postcodes.module.js';
import { UnitsModule } from '../units/units.module.js';
import { BranchPages } from './branch-pages.js';
import { BranchPagesController } from './branch-pages.controller.js';
import { BrowserFiles } from './browser-files.js';
import { BrowserFilesController } from './browser-files.controller.js';
import { FinderPageSender } from './finder-page-sender.js';

/** Finding one's branch: the pages, their map, and the script for other sites. */
@Module({
  imports: [AllocationModule, PagesModule, PostcodesModule, UnitsModule],
  controllers: [BranchPagesController, BrowserFilesController],
  providers: [BranchPages, BrowserFiles, FinderPageSender, LookupService],
})
export class BranchFinderModule {}
