import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AreaTableLocator } from './area-table.locator.js';
import { DatasetLocator } from './dataset.locator.js';
import { CurrentPostcodeDatasetEntity } from './dataset/current-postcode-dataset.entity.js';
import { PostcodeDatasetChunkEntity } from './dataset/postcode-dataset-chunk.entity.js';
import { PostcodeDatasetEntity } from './dataset/postcode-dataset.entity.js';
import { PostcodeSnapshotRepository } from './dataset/postcode-snapshot.repository.js';
import { PostcodeLocator } from './postcode-locator.js';

/** The postcode reference data in memory, in every process that has to know where people live. */
@Module({
  imports: [
    TypeOrmModule.forFeature([
      PostcodeDatasetEntity,
      PostcodeDatasetChunkEntity,
      CurrentPostcodeDatasetEntity,
    ]),
  ],
  providers: [
    AreaTableLocator,
    PostcodeSnapshotRepository,
    DatasetLocator,
    { provide: PostcodeLocator, useExisting: DatasetLocator },
  ],
  exports: [PostcodeLocator, DatasetLocator],
})
export class PostcodesModule {}
