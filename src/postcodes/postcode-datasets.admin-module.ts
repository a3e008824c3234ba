import { Module } from '@nestjs/common';
import { PostcodeDatasetsAdminController } from './postcode-datasets.admin-controller.js';
import { PostcodeDatasetsAdminRepository } from './postcode-datasets-admin.repository.js';
import { PostcodeDatasetsAdminService } from './postcode-datasets.admin-service.js';

/** The admin side of the reference data. */
@Module({
  controllers: [PostcodeDatasetsAdminController],
  providers: [PostcodeDatasetsAdminService, PostcodeDatasetsAdminRepository],
})
export class PostcodeDatasetsAdminModule {}
