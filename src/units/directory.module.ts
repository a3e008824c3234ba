import { Module } from '@nestjs/common';
import { DirectoryController } from './directory.controller.js';
import { DirectoryService } from './directory.service.js';
import { UnitsModule } from './units.module.js';

/** The public directory of branches and regions, in the API. */
@Module({
  imports: [UnitsModule],
  controllers: [DirectoryController],
  providers: [DirectoryService],
})
export class DirectoryModule {}
